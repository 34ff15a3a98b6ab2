"""The rewrites of a Dockerfile one after the other, each checked before the next one begins."""

from __future__ import annotations

from difflib import SequenceMatcher

from ...model.build import Build
from ...model.images.catalog import BYTES_COLUMN, CATALOG, effective_tag
from ...model.images.reference import InvalidReferenceError, parse_reference
from ...syntax.parser import parse_bash
from ...syntax.source import Source
from ...syntax.tree import Arg, CopyOrAdd, Env, Run
from ..edits.edit import Edit, apply_edits
from . import apt_runs as apt
from . import cache_mounts, non_root
from . import rewrite_gate as gate
from . import slim_base as slim
from .base.effect import BuildFigures
from .base.rewrite import NothingToDo, RewriteOutcome, RewriteRejected, Step
from .order import cache_order as order
from .order import early, late, workdirs
from .stacks import choose as stacks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from ...model.build import Stage
    from ...model.context import Context

    Fix = Callable[[str, bool], tuple[str, list[Step]]]

DEFAULT_REWRITES = ("layers", "multi-stage", "slim-base", "order")
"""The rewrites, in the order in which they are made."""
OPTIONAL_REWRITES = ("cache-mounts", "non-root")
"""Rewrites that are made only when they are asked for: they want more of the builder, or change how the image runs."""


class OptimizeResult:
    """The text that came out, what became of each rewrite, and figures before and after where they are known."""

    __slots__ = ("figures", "outcomes", "text")

    def __init__(
        self, text: str, outcomes: list[RewriteOutcome], figures: list[tuple[str, int, int]] | None = None
    ) -> None:
        self.text = text
        self.outcomes = outcomes
        self.figures = figures or []


def optimize(
    text: str,
    name: str,
    context: Context | None,
    fix: Fix,
    wanted: Collection[str] = DEFAULT_REWRITES,
    accept: Callable[[RewriteOutcome, str], bool] = lambda _outcome, _before: True,
) -> OptimizeResult:
    """Rewrite the Dockerfile `text`, called `name`, with what is known of its context.

    `fix` makes the fixes of rules about layers and says what it did; its second argument tells that every stage stands
    where it will stay. `accept` is asked for every rewrite, with the text before it, whether it is wanted. What cannot
    be proved right is left out with its reason, and the others still go in. Line endings stay.
    """
    crlf = "\r\n" in text
    now = text.replace("\r\n", "\n")
    if parse_bash(Source(now, name)).errors:
        return OptimizeResult(
            text, [RewriteOutcome("layers", rejection=RewriteRejected("the file does not parse; run `dlint check`"))]
        )
    first = _build(now, name, context)
    found: dict[str, list[RewriteOutcome]] = {}
    for each, rewrite in _passes(name, context, fix):
        if each in wanted:
            outcome = _examined(_placed(rewrite(now), now, text), first, ("USER",) if non_root.NAME in wanted else ())
            if outcome.text is not None and not accept(outcome, now):
                outcome = RewriteOutcome(each, checks=outcome.checks, rejection=RewriteRejected("it is not wanted"))
            now = outcome.text or now
            found.setdefault(each, []).append(outcome)
    if len(first.stages) == 1:
        now = _trimmed(now, _build(now, name, context))
    _tell_savings(first, [step for outcomes in found.values() for outcome in outcomes for step in outcome.steps])
    outcomes = [_as_one(found[each]) for each in (*DEFAULT_REWRITES, *OPTIONAL_REWRITES) if each in found]
    if now == text.replace("\r\n", "\n"):
        return OptimizeResult(text, outcomes)
    figures: list[tuple[str, int, int]] = []
    if context is not None:
        figures = BuildFigures(first, context).rows(BuildFigures(_build(now, name, context), context))
    return OptimizeResult(now.replace("\n", "\r\n") if crlf else now, outcomes, figures)


def _build(text: str, name: str, context: Context | None) -> Build:
    return Build(parse_bash(Source(text, name)), lambda _: context)


def _tell_savings(before: Build, steps: Sequence[Step]) -> None:
    """Say how much smaller another base image is, where the catalog knows both."""
    stage = before.final_stage
    old = _compressed(stage.image) if stage is not None else None
    for step in steps:
        new = _compressed(step.image) if step.image else None
        if old and new and new < old:
            step.saving = f"{(old - new) / 1e6:.0f} of {old / 1e6:.0f} MB of the base image, compressed"


def _compressed(image: str | None) -> int | None:
    """The bytes that a registry sends of an image, None when they are not recorded."""
    try:
        ref = parse_reference(image or "")
    except InvalidReferenceError:
        return None
    columns = CATALOG.configuration(ref.name, effective_tag(ref)) if ref.digest is None else None
    return int(columns[BYTES_COLUMN]) if columns is not None and columns[BYTES_COLUMN].isdigit() else None


def _placed(outcome: RewriteOutcome, now: str, text: str) -> RewriteOutcome:
    """The outcome with its lines told in the text that the user has; 0 for a line that is not in it."""
    old, new = text.replace("\r\n", "\n").split("\n"), now.split("\n")
    if new != old:
        for each in (*outcome.checks, *([outcome.rejection] if outcome.rejection is not None else ())):
            each.line = _line_of(each.line, new, old)
    return outcome


def _line_of(line: int, new: list[str], old: list[str]) -> int:
    if not line or old.count(new[line - 1]) == 1:
        return old.index(new[line - 1]) + 1 if line else 0
    for _, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if first < line <= last and end - start == last - first:
            return start + line - first
    return 0


def _passes(name: str, context: Context | None, fix: Fix) -> Iterator[tuple[str, Callable[[str], RewriteOutcome]]]:
    """The rewrites in the order in which they are made, each a function of the text.

    The layers come twice: what the other rewrites moved together may be joined then, and what they moved to a builder
    keeps its caches. What needs no source goes before it ahead of the stages, which are parted where it stands.
    """
    if context is not None:
        yield "order", lambda text: _folders(text, name, context)
    yield "layers", lambda text: _layers(text, fix, last=False)
    if context is not None:
        yield "order", lambda text: _early(text, name, context)
    for each in DEFAULT_REWRITES[1:]:
        yield each, lambda text, each=each: _rewrite(each, text, name, context)
    if context is not None:
        # Where the manifests went before the source, what stood behind their install can follow.
        yield "order", lambda text: _early(text, name, context)
    yield "order", lambda text: _ordered(text, name, context, lambda build, stage: late.rewrite(build, stage, context))
    yield "layers", lambda text: _layers(text, fix, last=True)
    yield "layers", lambda text: apt.rewrite(_build(text, name, context))
    for each in OPTIONAL_REWRITES:
        yield each, lambda text, each=each: _rewrite(each, text, name, context)


def _early(text: str, name: str, context: Context) -> RewriteOutcome:
    return _ordered(text, name, context, lambda build, stage: early.rewrite(build, stage, context))


def _folders(text: str, name: str, context: Context) -> RewriteOutcome:
    """WORKDIR for `cd`, where that lets another rewrite go on."""
    outcome = workdirs.rewrite(_build(text, name, context))
    if outcome.text is not None:
        helped = (
            _rewrite(each, outcome.text, name, context).text and not _rewrite(each, text, name, context).text
            for each in ("multi-stage", "order")
        )
        if not any(helped):
            return RewriteOutcome("order")
    return outcome


def _trimmed(text: str, build: Build) -> str:
    """The text without the variables at the end of our builder: nothing is made of them there."""
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


def _as_one(outcomes: Sequence[RewriteOutcome]) -> RewriteOutcome:
    """Two passes of one rewrite as one: what both did is told once, and a refusal only where nothing was done."""
    done = [outcome for outcome in outcomes if outcome.text is not None]
    if not done:
        return next((outcome for outcome in outcomes if outcome.rejection is not None), outcomes[-1])
    steps = {step.title: step for outcome in done for step in outcome.steps}
    checks = [check for outcome in outcomes for check in outcome.checks]
    refusal = next((each.rejection for each in outcomes if each.rejection is not None and each.rejection.line), None)
    return RewriteOutcome(done[-1].name, done[-1].text, [*steps.values()], checks, refusal)


def _rewrite(each: str, text: str, name: str, context: Context | None) -> RewriteOutcome:
    build = _build(text, name, context)
    stage = build.final_stage
    if stage is None:
        return RewriteOutcome(each, rejection=RewriteRejected("the file has no stage"))
    if each == cache_mounts.NAME:
        return cache_mounts.rewrite(build)
    if each == non_root.NAME:
        return non_root.rewrite(build, stage, context)
    if each == "slim-base":
        return slim.rewrite(build, stage, context)
    if context is None:
        return RewriteOutcome(each, rejection=RewriteRejected("which folder is the build context cannot be told"))
    if each == "order":
        return _ordered(text, name, context, lambda build, stage: order.rewrite(build, stage, context))
    if len(build.stages) > 1:
        return RewriteOutcome(each, rejection=NothingToDo("the file has several stages already"))
    return stacks.rewrite(build, context)


def _ordered(
    text: str, name: str, context: Context | None, rewrite: Callable[[Build, Stage], RewriteOutcome]
) -> RewriteOutcome:
    """A rewrite of every stage, as often as it changes one; what is refused is told of the last stage."""
    steps: list[Step] = []
    now = text
    number = 0
    outcome = RewriteOutcome("order")
    build = _build(now, name, context)
    while number < len(build.stages):
        outcome = rewrite(build, build.stages[number])
        if outcome.text is None or outcome.text == now:
            number += 1
        else:
            now = outcome.text
            build = _build(now, name, context)
            steps += outcome.steps
    for check in outcome.checks if steps else ():
        check.line = 0  # of a text that nobody has
    return RewriteOutcome("order", now, steps, outcome.checks) if steps else outcome


def _examined(outcome: RewriteOutcome, before: Build, changed: Collection[str]) -> RewriteOutcome:
    if outcome.text is None:
        return outcome
    try:
        gate.require_same_runtime(before, outcome.text, stacks.ADDED_TO_PATH, changed)
    except RewriteRejected as refusal:
        return RewriteOutcome(outcome.name, checks=outcome.checks, rejection=refusal)
    return outcome
