"""Apply the fixes of findings, pass by pass, until there are none left."""

from __future__ import annotations

from .edits.edit import SAFE
from .gate import FixRejected, check_text, verify_fixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .edits.edit import Edit, Fix
    from .gate import CheckedText, FixableFinding, LintFunction

MAX_PASSES = 100
"""More passes than fixes that build on each other ever need; then the text of the last pass is the result."""


class RejectedFix:
    """A fix that was not applied: the code and line of its finding in the text at that time, and the reason."""

    __slots__ = ("code", "line", "reason")

    def __init__(self, code: str, line: int, reason: str) -> None:
        self.code = code
        self.line = line
        self.reason = reason


class FixResult:
    """The result of fixing a file.

    `text`: the new text; `fixed`: the findings whose fixes were applied; `rejected`: the fixes that were not;
    `findings`: what remains; `passes`: how many passes changed the text.
    """

    __slots__ = ("findings", "fixed", "passes", "rejected", "text")

    def __init__(
        self,
        text: str,
        fixed: list[FixableFinding],
        rejected: list[RejectedFix],
        found: Sequence[FixableFinding],
        passes: int,
    ) -> None:
        self.text = text
        self.fixed = fixed
        self.rejected = rejected
        self.findings = found
        self.passes = passes

    @property
    def applied(self) -> list[str]:
        """The code of each finding whose fix was applied."""
        return [d.code for d in self.fixed]


def apply_fixes(text: str, find: LintFunction, wanted: Callable[[FixableFinding], bool]) -> FixResult:
    """Fix the findings of `find(text)` for which `wanted` is true; the gate (gate.py) checks each pass.

    Safe fixes come first. Of fixes that touch the same place, the first in the file is applied and the others wait for
    the next pass. A fix that the gate rejects is skipped, and the others are applied; it is tried again when they are,
    so that a second run finds nothing to do. Text that does not parse is returned unchanged.
    """
    state = check_text(text, find)
    applied: list[FixableFinding] = []
    rejected: dict[tuple[object, ...], RejectedFix] = {}
    passes = retried = 0
    seen = {text}
    if state.dockerfile.errors:
        return FixResult(text, applied, [], state.findings, 0)
    while passes < MAX_PASSES:
        todo = [d for d in state.findings if d.fix and d.fix.edits and wanted(d) and _key(state, d) not in rejected]
        batch = _batch(todo)
        if not batch and rejected and passes > retried:
            rejected.clear()
            retried = passes
            continue
        if not batch:
            break
        better, fixed, stopped = _pass(state, batch, find)
        rejected.update(((_key(state, d), rejection) for d, rejection in stopped))
        if better is None:
            continue
        if better.text in seen:
            for d in fixed:
                rejected[_key(state, d)] = RejectedFix(d.code, d.start[0], "another fix reverts it")
            continue
        seen.add(better.text)
        applied += fixed
        state = better
        passes += 1
    return FixResult(state.text, applied, list(rejected.values()), state.findings, passes)


def _pass(
    state: CheckedText, batch: Sequence[FixableFinding], find: LintFunction
) -> tuple[CheckedText | None, list[FixableFinding], list[tuple[FixableFinding, RejectedFix]]]:
    """The file after the fixes of the batch that the gate accepts together, their findings, and the rejections.

    A fix that is only rejected together with others is in neither list: it waits for the next pass.
    """
    fixed: list[FixableFinding] = []
    stopped: list[tuple[FixableFinding, RejectedFix]] = []
    better: CheckedText | None = None
    todo = [batch]
    while todo:
        part = todo.pop()
        try:
            better = verify_fixes(state, [*fixed, *part], find)
            fixed += part
        except FixRejected as reason:
            half = len(part) // 2
            if half:
                todo += part[half:], part[:half]
            elif not fixed:
                stopped.append((part[0], _rejection(part[0], reason)))
            else:
                stopped += _alone(state, part[0], find)
    return better, fixed, stopped


def _alone(state: CheckedText, d: FixableFinding, find: LintFunction) -> list[tuple[FixableFinding, RejectedFix]]:
    """The rejection of a fix that is applied without others, if it is rejected."""
    try:
        verify_fixes(state, [d], find)
    except FixRejected as reason:
        return [(d, _rejection(d, reason))]
    return []


def _rejection(d: FixableFinding, reason: FixRejected) -> RejectedFix:
    return RejectedFix(d.code, d.start[0], str(reason))


def _key(state: CheckedText, d: FixableFinding) -> tuple[object, ...]:
    """Identifies a fix in a later text: the rule, and the text that it changes, wherever it is then."""
    assert d.fix is not None
    start, end = touched_span(d.fix)
    line = state.text.rfind("\n", 0, start) + 1
    return d.code, state.text[line:end], tuple(edit.text for edit in d.fix.edits)


def _batch(todo: Sequence[FixableFinding]) -> list[FixableFinding]:
    """The fixes of one pass, which do not touch each other: the safe ones, or the others when there are none."""
    safe = [d for d in todo if d.fix is not None and d.fix.safety == SAFE]
    chosen: list[FixableFinding] = []
    last = -1
    for d in sorted(safe or todo, key=_order):
        assert d.fix is not None
        start, end = touched_span(d.fix)
        if start > last:
            chosen.append(d)
            last = end
    return chosen


def _order(d: FixableFinding) -> tuple[tuple[int, int], str]:
    assert d.fix is not None
    return touched_span(d.fix), d.code


def touched_span(fix: Fix) -> tuple[int, int]:
    """The span from the first to the last offset that the fix edits or declares to edit."""
    edits: tuple[Edit, ...] = (*fix.edits, *fix.declares)
    return min(edit.start for edit in edits), max(edit.end for edit in edits)
