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

    __slots__ = ("image", "reason", "risk", "saving", "title")

    def __init__(self, title: str, why: str, saving: str = "", risk: str = "", image: str = "") -> None:
        self.title = title
        self.reason = why
        self.saving = saving
        self.risk = risk
        self.image = image


def base_image_step(image: str, why: str, risk: str = "") -> Step:
    """The step that takes another base image for the stage that is shipped."""
    return Step(f"Run on `{image}`", why, risk=risk, image=image)


def slim_base_step(image: str) -> Step:
    """The step that takes the slim variant of the base image."""
    return base_image_step(image, "the same version and release without the tools for building")


class Precondition:
    """A precondition: what must hold, whether it does, and where that was seen (`line` 0: the whole file)."""

    __slots__ = ("line", "ok", "reason", "text")

    def __init__(self, text: str, ok: bool, reason: str = "", line: int = 0) -> None:
        self.text = text
        self.ok = ok
        self.reason = reason
        self.line = line


class RewriteRejected(Exception):
    """A rewrite cannot be proved right; the message says why, `line` where (0 for the whole file)."""

    def __init__(self, reason: str, at: Instruction | None = None) -> None:
        super().__init__(reason)
        self.line = at.start_line if at is not None else 0


class NothingToDo(RewriteRejected):
    """There is nothing to do; the message says why."""


class RewriteOutcome:
    """What became of a rewrite: the new text and the steps to it, or None and the refusal. `checks` in their order."""

    __slots__ = ("checks", "name", "rejection", "steps", "text")

    def __init__(
        self,
        name: str,
        text: str | None = None,
        steps: Sequence[Step] = (),
        checks: Sequence[Precondition] = (),
        rejection: RewriteRejected | None = None,
    ) -> None:
        self.name = name
        self.text = text
        self.steps = tuple(steps)
        self.checks = tuple(checks)
        self.rejection = rejection


class Preconditions:
    """Preconditions as they are met, one after the other; the first that is not ends the rewrite."""

    def __init__(self) -> None:
        self.results: list[Precondition] = []

    def require(self, text: str, ok: object, reason: str = "", at: Instruction | None = None) -> None:
        """Note that `text` holds. Raises Refused with the reason when it does not."""
        self.results.append(
            Precondition(text, bool(ok), reason if not ok else "", at.start_line if at is not None else 0)
        )
        if not ok:
            raise RewriteRejected(reason or f"not so: {text}", at)


class StageRewrite:
    """What a rewrite of one stage works on, and notes its preconditions in."""

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.checks = checks


def run_rewrite(name: str, rewritten: Callable[[Preconditions], tuple[str, list[Step]]]) -> RewriteOutcome:
    """What becomes of the rewrite `name`, which answers its text and steps or raises Refused."""
    checks = Preconditions()
    try:
        text, steps = rewritten(checks)
    except RewriteRejected as refusal:
        return RewriteOutcome(name, checks=checks.results, rejection=refusal)
    return RewriteOutcome(name, text, steps, checks.results)
