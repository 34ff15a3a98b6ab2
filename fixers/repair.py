"""Apply the fixes of findings, pass by pass, until nothing is left to do."""

from __future__ import annotations

from .edits.edit import SAFE
from .gate import Refused, checked, examine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .edits.edit import Edit, Fix
    from .gate import Checked, Find, Found

MOST_PASSES = 10
"""More passes than fixes that build on each other ever need; a file that goes on changing is left as it was then."""


class Refusal:
    """A fix that was not applied: the finding's code, where it stood in the text at that time, and why."""

    __slots__ = ("code", "line", "reason")

    def __init__(self, code: str, line: int, reason: str) -> None:
        self.code = code
        self.line = line
        self.reason = reason


class Repaired:
    """What repairing a file gave: the new text, the code of each finding whose fix went in, what was refused, what is
    still found, and how many passes it took.
    """

    __slots__ = ("applied", "found", "passes", "refused", "text")

    def __init__(
        self, text: str, applied: list[str], refused: list[Refusal], found: Sequence[Found], passes: int
    ) -> None:
        self.text = text
        self.applied = applied
        self.refused = refused
        self.found = found
        self.passes = passes


def repair(text: str, find: Find, wanted: Callable[[Found], bool]) -> Repaired:
    """Repair what `find` finds in `text` and `wanted` allows; each pass goes through the gate (gate.py).

    Of fixes that touch the same place the first in the file goes first, the others wait for the next pass. Safe fixes
    go before all others. A fix that the gate refuses is left out, and the rest still goes in. Text with errors that
    BuildKit stops at is not touched.
    """
    state = checked(text, find)
    applied: list[str] = []
    refused: dict[tuple[object, ...], Refusal] = {}
    passes = 0
    seen = {text}
    if state.dockerfile.errors:
        return Repaired(text, applied, [], state.found, 0)
    while passes < MOST_PASSES:
        todo = [d for d in state.found if d.fix and d.fix.edits and wanted(d) and _key(state, d) not in refused]
        batch = _batch(todo)
        if not batch:
            break
        better, went_in, stopped = _pass(state, batch, find)
        refused.update(((_key(state, d), refusal) for d, refusal in stopped))
        if better is None:
            continue
        if better.text in seen:
            for d in went_in:
                refused[_key(state, d)] = Refusal(d.code, d.start[0], "another fix takes it back")
            continue
        seen.add(better.text)
        applied += [d.code for d in went_in]
        state = better
        passes += 1
    return Repaired(state.text, applied, list(refused.values()), state.found, passes)


def _pass(
    state: Checked, batch: Sequence[Found], find: Find
) -> tuple[Checked | None, Sequence[Found], list[tuple[Found, Refusal]]]:
    """The file after as much of the batch as the gate lets pass, which that was, and what was refused."""
    try:
        return examine(state, batch, find), batch, []
    except Refused as reason:
        if len(batch) == 1:
            return None, (), [(batch[0], _refusal(batch[0], reason))]
    alone: list[tuple[Found, Checked]] = []
    stopped: list[tuple[Found, Refusal]] = []
    for d in batch:
        try:
            alone.append((d, examine(state, [d], find)))
        except Refused as reason:
            stopped.append((d, _refusal(d, reason)))
    if len(alone) > 1:
        try:
            good = [d for d, _ in alone]
            return examine(state, good, find), good, stopped
        except Refused:
            pass  # They do not go together; the others get their turn in the next pass.
    if alone:
        return alone[0][1], [alone[0][0]], stopped
    return None, (), stopped


def _refusal(d: Found, reason: Refused) -> Refusal:
    return Refusal(d.code, d.start[0], str(reason))


def _key(state: Checked, d: Found) -> tuple[object, ...]:
    """What tells a fix again in a later text: the rule and the words that it changes, wherever they stand then."""
    assert d.fix is not None
    start, end = reach(d.fix)
    line = state.text.rfind("\n", 0, start) + 1
    return d.code, state.text[line:end], tuple(edit.text for edit in d.fix.edits)


def _batch(todo: Sequence[Found]) -> list[Found]:
    """The fixes of one pass, none of which touches another: all safe ones, or if there are none the others."""
    safe = [d for d in todo if d.fix is not None and d.fix.safety == SAFE]
    chosen: list[Found] = []
    last = -1
    for d in sorted(safe or todo, key=_order):
        assert d.fix is not None
        start, end = reach(d.fix)
        if start > last:
            chosen.append(d)
            last = end
    return chosen


def _order(d: Found) -> tuple[tuple[int, int], str]:
    assert d.fix is not None
    return reach(d.fix), d.code


def reach(fix: Fix) -> tuple[int, int]:
    """From the first to the last character that the fix touches or declares to touch."""
    edits: tuple[Edit, ...] = (*fix.edits, *fix.declares)
    return min(edit.start for edit in edits), max(edit.end for edit in edits)
