"""Run the rewrites of a Dockerfile in order; each result is checked before the next rewrite."""

from __future__ import annotations

from difflib import SequenceMatcher

from ...model.build import Build
from ...model.images.catalog import BYTES_COLUMN, CATALOG, effective_tag
from ...model.images.reference import InvalidReferenceError, parse_reference
from ...syntax.parser import parse
from ...syntax.source import Source
from ...syntax.tree import Arg, CopyOrAdd, Env, Run
from ..edits.edit import Edit, apply_edits
from . import apt_runs, cache_mounts, copied_owners, non_root, runtime_base, slim_base
from .base.build_figures import BuildFigures
from .base.container_start import CONTAINER_STARTS
from .base.rewrite import NO_CONTEXT, NothingToDo, RewriteOutcome, RewriteRejected, Step
from .order import cache_order, cd_to_workdir, early_installs, late_arguments
from .rewrite_gate import require_same_runtime
from .stacks import choose as stacks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from ...model.build import Stage
    from ...model.context import Context
    from .base.container_start import ContainerStart

    Fix = Callable[[str, bool], tuple[str, list[Step]]]

DEFAULT_REWRITES = ("layers", "multi-stage", "slim-base", "order")
"""The default rewrites, in the order of the plan."""
_MOST_ROUNDS = 4
"""More rounds than rewrites that allow each other ever need."""
OPTIONAL_REWRITES = ("cache-mounts", "non-root")
"""Rewrites that run only on request: they need BuildKit, or change how the image runs."""


class OptimizeResult:
    """The result: the new text, the outcome of each rewrite, and (label, before, after) figures where known."""

    __slots__ = ("figures", "outcomes", "text")

    def __init__(
        self, text: str, outcomes: list[RewriteOutcome], figures: list[tuple[str, int, int]] | None = None
    ) -> None:
        self.text = text
        self.outcomes = outcomes
        self.figures = figures or []


class _Subject:
    """The file that is optimized, whatever its text is: its name, its build context, and what starts its image."""

    def __init__(self, name: str, context: Context | None, starts: Sequence[ContainerStart]) -> None:
        self.name = name
        self.context = context
        self._options = {CONTAINER_STARTS: starts}

    def build(self, text: str) -> Build:
        """The model of a text."""
        return Build(parse(Source(text, self.name)), lambda _: self.context, options=self._options)


def optimize(
    text: str,
    name: str,
    context: Context | None,
    fix: Fix,
    wanted: Collection[str] = DEFAULT_REWRITES,
    accept: Callable[[RewriteOutcome, str], bool] = lambda _outcome, _before: True,
    starts: Sequence[ContainerStart] = (),
) -> OptimizeResult:
    """Rewrite the Dockerfile `text`, called `name`, whose build context is `context` (None when unknown).

    `starts` are the ways in which other files start containers of the image.

    `fix` applies the fixes of rules about layers and returns the new text and its steps; its second argument is true in
    the last pass, when the stages are final. `accept` decides about each rewrite, given its outcome and the text before
    it. A rewrite that cannot be verified is refused, and the others are applied. Line endings are preserved.
    """
    subject = _Subject(name, context, starts)
    crlf = "\r\n" in text
    now = text.replace("\r\n", "\n")
    if parse(Source(now, name)).errors:
        return OptimizeResult(
            text, [RewriteOutcome("layers", rejection=RewriteRejected("the file has syntax errors; run `dlint check`"))]
        )
    first = subject.build(now)
    found: dict[str, list[RewriteOutcome]] = {each: [] for each in (*DEFAULT_REWRITES, *OPTIONAL_REWRITES)}
    declined: set[str] = set()
    changed = ("USER",) if non_root.NAME in wanted else ()
    # What one rewrite makes of a text may allow an earlier one: all run until nothing changes.
    for number in range(_MOST_ROUNDS):
        start = now
        for each, rewrite in _passes(subject, fix):
            if each in wanted:
                split = any(outcome.text for outcome in found["multi-stage"])
                about = rewrite(now) if number else _about_user_text(rewrite, now, text, split=split)
                outcome = _gated(about, first, changed)
                if number and (outcome.text is None or each in declined):
                    continue
                if outcome.text is not None and not accept(outcome, now):
                    declined.add(each)
                    outcome = RewriteOutcome(each, checks=outcome.checks, rejection=RewriteRejected("declined"))
                now = outcome.text or now
                found[each].append(outcome)
        if now == start:
            break
    if len(first.stages) == 1:
        now = _without_unused_variables(now, subject.build(now))
    outcomes = [_with_savings(_merged(each), first) for each in found.values() if each]
    if now == text.replace("\r\n", "\n"):
        return OptimizeResult(text, outcomes)
    figures: list[tuple[str, int, int]] = []
    if context is not None:
        figures = BuildFigures(first, context).rows(BuildFigures(subject.build(now), context))
    return OptimizeResult(now.replace("\n", "\r\n") if crlf else now, outcomes, figures)


def _with_savings(outcome: RewriteOutcome, before: Build) -> RewriteOutcome:
    """The outcome with the savings of new base images, where the catalog has the sizes of both."""
    stage = before.final_stage
    old = _compressed(stage.image) if stage is not None else None
    steps: list[Step] = []
    for step in outcome.steps:
        new = _compressed(step.image) if step.image else None
        if old and new and new < old:
            saving = f"{(old - new) / 1e6:.0f} MB of the {old / 1e6:.0f} MB base image (compressed)"
            step = Step(step.title, step.reason, saving, step.risk, step.image)
        steps.append(step)
    return RewriteOutcome(outcome.name, outcome.text, steps, outcome.checks, outcome.rejection, outcome.plan)


def _compressed(image: str | None) -> int | None:
    """The compressed size of an image in bytes, from the catalog; None when unknown."""
    try:
        ref = parse_reference(image or "")
    except InvalidReferenceError:
        return None
    columns = CATALOG.configuration(ref.name, effective_tag(ref)) if ref.digest is None else None
    return int(columns[BYTES_COLUMN]) if columns is not None and columns[BYTES_COLUMN].isdigit() else None


def _about_user_text(rewrite: Callable[[str], RewriteOutcome], now: str, text: str, *, split: bool) -> RewriteOutcome:
    """The outcome of a rewrite of `now`, with lines and a rejection that refer to the user's own `text`.

    Where earlier rewrites changed the rejected instruction, the reason is that for `text`, if any. After a `split` into
    stages `text` says nothing about them, and only a rejection of an unchanged line is kept.
    """
    outcome = rewrite(now)
    original = text.replace("\r\n", "\n")
    if now == original:
        return outcome
    old, new = original.split("\n"), now.split("\n")
    checks = [check.at_line(_line_of(check.line, new, old)) for check in outcome.checks]
    rejection = outcome.rejection
    if rejection is None or not rejection.line:
        return RewriteOutcome(outcome.name, outcome.text, outcome.steps, checks, rejection, outcome.plan)
    line = _line_of(rejection.line, new, old)
    unchanged = line > 0 and old[line - 1] == new[rejection.line - 1]
    again = None if split else rewrite(original).rejection
    if again is not None and not isinstance(again, NothingToDo) and (again.line == line or not unchanged):
        rejection = again
    elif unchanged:
        rejection = rejection.at_line(line)
    else:
        rejection = NothingToDo("earlier rewrites replaced the instruction")
    return RewriteOutcome(outcome.name, checks=checks, rejection=rejection)


def _line_of(line: int, new: list[str], old: list[str]) -> int:
    """The line of `old` that is line `line` of `new`; 0 when it is not there."""
    if not line or old.count(new[line - 1]) == 1:
        return old.index(new[line - 1]) + 1 if line else 0
    for _, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if first < line <= last and end - start == last - first:
            return start + line - first
    return 0


def _passes(subject: _Subject, fix: Fix) -> Iterator[tuple[str, Callable[[str], RewriteOutcome]]]:
    """The rewrites in the order in which they run, each a function of the text.

    `layers` runs twice: later rewrites bring together RUNs that can be joined, and builder stages keep their caches.
    Installs that need no source move before it first, as the stages are split at the source.
    """
    context = subject.context
    if context is not None:
        yield "order", lambda text: _workdirs(subject, text)
    yield "layers", lambda text: _layers(text, fix, last=False)
    if context is not None:
        yield "order", lambda text: _early(subject, text, context)
    for each in DEFAULT_REWRITES[1:]:
        yield each, lambda text, each=each: _rewrite(each, subject, text)
    if context is not None:
        # Installs that followed an install from manifests can now move before the source too.
        yield "order", lambda text: _early(subject, text, context)
    yield "order", lambda text: _late(subject, text)
    yield "layers", lambda text: copied_owners.rewrite(subject.build(text))
    yield "layers", lambda text: _layers(text, fix, last=True)
    yield "layers", lambda text: apt_runs.rewrite(subject.build(text))
    # Cache mounts name the home of root, which `non-root` would mistake for a use of it.
    for each in reversed(OPTIONAL_REWRITES):
        yield each, lambda text, each=each: _rewrite(each, subject, text)


def _early(subject: _Subject, text: str, context: Context) -> RewriteOutcome:
    return _ordered(subject, text, lambda build, stage: early_installs.rewrite(build, stage, context))


def _late(subject: _Subject, text: str) -> RewriteOutcome:
    return _ordered(subject, text, lambda build, stage: late_arguments.rewrite(build, stage, subject.context))


def _workdirs(subject: _Subject, text: str) -> RewriteOutcome:
    """Replace `cd` by WORKDIR, where that makes another rewrite possible."""
    outcome = cd_to_workdir.rewrite(subject.build(text))
    if outcome.text is not None:
        helped = (
            _rewrite(each, subject, outcome.text).text and not _rewrite(each, subject, text).text
            for each in ("multi-stage", "order")
        )
        if not any(helped):
            return RewriteOutcome("order")
    return outcome


def _without_unused_variables(text: str, build: Build) -> str:
    """The text without ARG and ENV at the end of the new builder stage, where nothing uses them."""
    stage = build.stages[0]
    if len(build.stages) < 2 or any(stage in each.ancestors for each in build.stages):
        return text
    last = max((step.end for step in stage.instructions if isinstance(step, Run | CopyOrAdd)), default=len(text))
    dead = [step for step in stage.instructions if step.start > last and isinstance(step, Arg | Env)]
    edits = [Edit(step.start, text.find("\n", step.end) + 1, "") for step in dead if not step.comments]
    return apply_edits(text, edits)


def _layers(text: str, fix: Fix, *, last: bool) -> RewriteOutcome:
    fixed, steps = fix(text, last)
    return RewriteOutcome("layers", fixed if fixed != text else None, steps)


def _merged(outcomes: Sequence[RewriteOutcome]) -> RewriteOutcome:
    """The outcomes of the passes of one rewrite as one: each step once, and a rejection only where nothing was done."""
    done = [outcome for outcome in outcomes if outcome.text is not None]
    if not done:
        rejected = [outcome for outcome in outcomes if outcome.rejection is not None]
        refused = [outcome for outcome in rejected if not isinstance(outcome.rejection, NothingToDo)]
        return next(iter(refused or rejected), outcomes[-1])
    steps = {step.title: step for outcome in done for step in outcome.steps}
    checks = [check for outcome in outcomes for check in outcome.checks]
    plan = next((outcome.plan for outcome in done if outcome.plan is not None), None)
    return RewriteOutcome(done[-1].name, done[-1].text, [*steps.values()], checks, plan=plan)


def _rewrite(each: str, subject: _Subject, text: str) -> RewriteOutcome:
    build, context = subject.build(text), subject.context
    stage = build.final_stage
    if stage is None:
        return RewriteOutcome(each, rejection=RewriteRejected("the file has no FROM; add one"))
    if each == cache_mounts.NAME:
        return cache_mounts.rewrite(build, context)
    if each == non_root.NAME:
        return non_root.rewrite(build, stage, context)
    if each == "slim-base" and context is not None and runtime_base.has_runtime_base(build, stage):
        return runtime_base.rewrite(build, stage, context)
    if each == "slim-base":
        return slim_base.rewrite(build, stage, context)
    if context is None:
        return RewriteOutcome(each, rejection=RewriteRejected(NO_CONTEXT))
    if each == "order":
        return _ordered(subject, text, lambda build, stage: cache_order.rewrite(build, stage, context))
    if len(build.stages) > 1:
        return RewriteOutcome(each, rejection=NothingToDo("already a multi-stage build"))
    return stacks.rewrite(build, context)


def _ordered(subject: _Subject, text: str, rewrite: Callable[[Build, Stage], RewriteOutcome]) -> RewriteOutcome:
    """Apply a rewrite to each stage until it changes nothing; without a change, the first refusal of a stage."""
    steps: list[Step] = []
    now = text
    number = 0
    outcome = RewriteOutcome("order")
    refused: RewriteOutcome | None = None
    build = subject.build(now)
    while number < len(build.stages):
        outcome = rewrite(build, build.stages[number])
        if outcome.text is None or outcome.text == now:
            number += 1
            if refused is None and outcome.rejection is not None and not isinstance(outcome.rejection, NothingToDo):
                refused = outcome
        else:
            now = outcome.text
            build = subject.build(now)
            steps += outcome.steps
    if not steps:
        return refused or outcome
    # The lines of the preconditions are those of an intermediate text.
    return RewriteOutcome("order", now, steps, [check.at_line(0) for check in outcome.checks])


def _gated(outcome: RewriteOutcome, before: Build, changed: Collection[str]) -> RewriteOutcome:
    """The outcome, or a rejection where the gate (rewrite_gate.py) finds that the final stage would run differently."""
    if outcome.text is None:
        return outcome
    try:
        require_same_runtime(before, outcome.text, stacks.ADDED_TO_PATH, changed)
    except RewriteRejected as rejection:
        return RewriteOutcome(outcome.name, checks=outcome.checks, rejection=rejection)
    return outcome
