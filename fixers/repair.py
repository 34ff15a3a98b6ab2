"""Apply the fixes of findings, pass by pass, until nothing is left to do."""

from __future__ import annotations

from .edits.edit import SAFE
from .gate import FixRejected, check_text, verify_fixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .edits.edit import Edit, Fix
    from .gate import CheckedText, FixableFinding, LintFunction

MAX_PASSES = 10
"""More passes than fixes that build on each other ever need; a file that goes on changing is left as it was then."""


class RejectedFix:
    """A fix that was not applied: the finding's code, where it stood in the text at that time, and why."""

    __slots__ = ("code", "line", "reason")

    def __init__(self, code: str, line: int, reason: str) -> None:
        self.code = code
        self.line = line
        self.reason = reason


class FixResult:
    """What repairing a file gave: the new text, the findings whose fixes went in (`fixed`), what was refused, what is
    still found, and how many passes it took.
    """

    __slots__ = ("findings", "fixed", "passes", "rejected", "text")

    def __init__(
        self,
        text: str,
        fixed: list[FixableFinding],
        refused: list[RejectedFix],
        found: Sequence[FixableFinding],
        passes: int,
    ) -> None:
        self.text = text
        self.fixed = fixed
        self.rejected = refused
        self.findings = found
        self.passes = passes

    @property
    def applied(self) -> list[str]:
        """The code of each finding whose fix went in."""
        return [d.code for d in self.fixed]


def apply_fixes(text: str, find: LintFunction, wanted: Callable[[FixableFinding], bool]) -> FixResult:
    """Repair what `find` finds in `text` and `wanted` allows; each pass goes through the gate (gate.py).

    Of fixes that touch the same place the first in the file goes first, the others wait for the next pass. Safe fixes
    go before all others. A fix that the gate refuses is left out, and the rest still goes in. Text with errors that
    BuildKit stops at is not touched.
    """
    state = check_text(text, find)
    applied: list[FixableFinding] = []
    refused: dict[tuple[object, ...], RejectedFix] = {}
    passes = 0
    seen = {text}
    if state.dockerfile.errors:
        return FixResult(text, applied, [], state.findings, 0)
    while passes < MAX_PASSES:
        todo = [d for d in state.findings if d.fix and d.fix.edits and wanted(d) and _key(state, d) not in refused]
        batch = _batch(todo)
        if not batch:
            break
        better, went_in, stopped = _pass(state, batch, find)
        refused.update(((_key(state, d), refusal) for d, refusal in stopped))
        if better is None:
            continue
        if better.text in seen:
            for d in went_in:
                refused[_key(state, d)] = RejectedFix(d.code, d.start[0], "another fix takes it back")
            continue
        seen.add(better.text)
        applied += went_in
        state = better
        passes += 1
    return FixResult(state.text, applied, list(refused.values()), state.findings, passes)


def _pass(
    state: CheckedText, batch: Sequence[FixableFinding], find: LintFunction
) -> tuple[CheckedText | None, Sequence[FixableFinding], list[tuple[FixableFinding, RejectedFix]]]:
    """The file after as much of the batch as the gate lets pass, which that was, and what was refused."""
    try:
        return verify_fixes(state, batch, find), batch, []
    except FixRejected as reason:
        if len(batch) == 1:
            return None, (), [(batch[0], _refusal(batch[0], reason))]
    alone: list[tuple[FixableFinding, CheckedText]] = []
    stopped: list[tuple[FixableFinding, RejectedFix]] = []
    for d in batch:
        try:
            alone.append((d, verify_fixes(state, [d], find)))
        except FixRejected as reason:
            stopped.append((d, _refusal(d, reason)))
    if len(alone) > 1:
        try:
            good = [d for d, _ in alone]
            return verify_fixes(state, good, find), good, stopped
        except FixRejected:
            pass  # They do not go together; the others get their turn in the next pass.
    if alone:
        return alone[0][1], [alone[0][0]], stopped
    return None, (), stopped


def _refusal(d: FixableFinding, reason: FixRejected) -> RejectedFix:
    return RejectedFix(d.code, d.start[0], str(reason))


def _key(state: CheckedText, d: FixableFinding) -> tuple[object, ...]:
    """What tells a fix again in a later text: the rule and the words that it changes, wherever they stand then."""
    assert d.fix is not None
    start, end = touched_span(d.fix)
    line = state.text.rfind("\n", 0, start) + 1
    return d.code, state.text[line:end], tuple(edit.text for edit in d.fix.edits)


def _batch(todo: Sequence[FixableFinding]) -> list[FixableFinding]:
    """The fixes of one pass, none of which touches another: all safe ones, or if there are none the others."""
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
    """From the first to the last character that the fix touches or declares to touch."""
    edits: tuple[Edit, ...] = (*fix.edits, *fix.declares)
    return min(edit.start for edit in edits), max(edit.end for edit in edits)
