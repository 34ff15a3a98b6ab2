"""What a rewrite says of itself: the steps that it takes, what it looked at, and why it refuses."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction


class Step:
    """One change: an imperative, why it is made, what it saves where that is known, and what to look at.

    `image` is the base image that takes the place of another, "" where none does.
    """

    __slots__ = ("image", "risk", "saving", "title", "why")

    def __init__(self, title: str, why: str, saving: str = "", risk: str = "", image: str = "") -> None:
        self.title = title
        self.why = why
        self.saving = saving
        self.risk = risk
        self.image = image


def run_on(image: str, why: str, risk: str = "") -> Step:
    """The step that takes another base image for the stage that is shipped."""
    return Step(f"Run on `{image}`", why, risk=risk, image=image)


def run_slim(image: str) -> Step:
    """The step that takes the slim variant of the base image."""
    return run_on(image, "the same version and release without the tools for building")


class Check:
    """A precondition: what must hold, whether it does, and where that was seen (`line` 0: the whole file)."""

    __slots__ = ("line", "ok", "reason", "text")

    def __init__(self, text: str, ok: bool, reason: str = "", line: int = 0) -> None:
        self.text = text
        self.ok = ok
        self.reason = reason
        self.line = line


class Refused(Exception):
    """A rewrite cannot be proved right; the message says why, `line` where (0 for the whole file)."""

    def __init__(self, reason: str, at: Instruction | None = None) -> None:
        super().__init__(reason)
        self.line = at.start_line if at is not None else 0


class Idle(Refused):
    """There is nothing to do; the message says why."""


class Outcome:
    """What became of a rewrite: the new text and the steps to it, or None and the refusal. `checks` in their order."""

    __slots__ = ("checks", "name", "refusal", "steps", "text")

    def __init__(
        self,
        name: str,
        text: str | None = None,
        steps: Sequence[Step] = (),
        checks: Sequence[Check] = (),
        refusal: Refused | None = None,
    ) -> None:
        self.name = name
        self.text = text
        self.steps = tuple(steps)
        self.checks = tuple(checks)
        self.refusal = refusal


class Checks:
    """Preconditions as they are met, one after the other; the first that is not ends the rewrite."""

    def __init__(self) -> None:
        self.met: list[Check] = []

    def require(self, text: str, ok: object, reason: str = "", at: Instruction | None = None) -> None:
        """Note that `text` holds. Raises Refused with the reason when it does not."""
        self.met.append(Check(text, bool(ok), reason if not ok else "", at.start_line if at is not None else 0))
        if not ok:
            raise Refused(reason or f"not so: {text}", at)


class Rewriter:
    """What a rewrite of one stage works on, and notes its preconditions in."""

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Checks) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.checks = checks


def attempt(name: str, rewritten: Callable[[Checks], tuple[str, list[Step]]]) -> Outcome:
    """What becomes of the rewrite `name`, which answers its text and steps or raises Refused."""
    checks = Checks()
    try:
        text, steps = rewritten(checks)
    except Refused as refusal:
        return Outcome(name, checks=checks.met, refusal=refusal)
    return Outcome(name, text, steps, checks.met)
