"""The outcome of a rewrite: its steps and preconditions, or the reason why it was refused."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction


NO_CONTEXT = "cannot determine the build context; set `context` in dlint.toml"


class Step:
    """One change of a rewrite.

    `title`: an imperative; `reason`: why; `saving`: what it saves, "" when unknown; `risk`: what to check by hand;
    `image`: the new base image of the final stage, "" when it does not change.
    """

    __slots__ = ("image", "reason", "risk", "saving", "title")

    def __init__(self, title: str, why: str, saving: str = "", risk: str = "", image: str = "") -> None:
        self.title = title
        self.reason = why
        self.saving = saving
        self.risk = risk
        self.image = image


def base_image_step(image: str, why: str, risk: str = "") -> Step:
    """The step that changes the base image of the final stage."""
    return Step(f"Use `{image}` as the final base image", why, risk=risk, image=image)


def slim_base_step(image: str) -> Step:
    """The step that changes the final base image to its slim variant."""
    return base_image_step(image, "the same version and release without build tools")


class Precondition:
    """A condition of a rewrite: what must hold, whether it does, why not, and the line (0 for the whole file)."""

    __slots__ = ("line", "ok", "reason", "text")

    def __init__(self, text: str, ok: bool, reason: str = "", line: int = 0) -> None:
        self.text = text
        self.ok = ok
        self.reason = reason
        self.line = line

    def at_line(self, line: int) -> Precondition:
        """The same precondition at another line."""
        return Precondition(self.text, self.ok, self.reason, line)


class RewriteRejected(Exception):
    """A rewrite is refused: the message is the reason, `line` the line of the file (0 for the whole file)."""

    def __init__(self, reason: str, at: Instruction | None = None, *, line: int = 0) -> None:
        super().__init__(reason)
        self.line = at.start_line if at is not None else line

    def at_line(self, line: int) -> RewriteRejected:
        """The same rejection at another line."""
        return type(self)(str(self), line=line)


class NothingToDo(RewriteRejected):
    """A rewrite does not apply to the file; the message is the reason."""


class PlanReport:
    """The plan of a rewrite, to show: as `lines` of text, and as `data` for JSON."""

    __slots__ = ("data", "lines")

    def __init__(self, lines: Iterable[str], data: Mapping[str, object]) -> None:
        self.lines = tuple(lines)
        self.data = data


class RewriteOutcome:
    """The outcome of a rewrite: the new text and its steps, or the rejection.

    `checks` are the tested preconditions; `plan` is the plan of a stage split.
    """

    __slots__ = ("checks", "name", "plan", "rejection", "steps", "text")

    def __init__(
        self,
        name: str,
        text: str | None = None,
        steps: Sequence[Step] = (),
        checks: Sequence[Precondition] = (),
        rejection: RewriteRejected | None = None,
        plan: PlanReport | None = None,
    ) -> None:
        self.name = name
        self.text = text
        self.steps = tuple(steps)
        self.checks = tuple(checks)
        self.rejection = rejection
        self.plan = plan

    def with_plan(self, plan: PlanReport | None) -> RewriteOutcome:
        """The same outcome with a plan."""
        return RewriteOutcome(self.name, self.text, self.steps, self.checks, self.rejection, plan)


class Preconditions:
    """Records the preconditions of a rewrite; the first that does not hold ends it."""

    def __init__(self) -> None:
        self.results: list[Precondition] = []

    def require(self, text: str, ok: object, reason: str = "", at: Instruction | None = None) -> None:
        """Record the precondition `text`. Raises RewriteRejected with the reason when it does not hold."""
        self.results.append(
            Precondition(text, bool(ok), reason if not ok else "", at.start_line if at is not None else 0)
        )
        if not ok:
            raise RewriteRejected(reason or f"required: {text}", at)


class StageRewrite:
    """The input of a rewrite of one stage, and the record of its preconditions."""

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.checks = checks


def run_rewrite(name: str, rewritten: Callable[[Preconditions], tuple[str, list[Step]]]) -> RewriteOutcome:
    """The outcome of the rewrite `name`; `rewritten` returns its text and steps, or raises RewriteRejected."""
    checks = Preconditions()
    try:
        text, steps = rewritten(checks)
    except RewriteRejected as rejection:
        return RewriteOutcome(name, checks=checks.results, rejection=rejection)
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        # Data of another form than a manifest or lock file should have.
        reason = f"internal error ({type(error).__name__}: {error}); this is a bug in dlint, please report it"
        return RewriteOutcome(name, checks=checks.results, rejection=RewriteRejected(reason))
    return RewriteOutcome(name, text, steps, checks.results)
