"""Edits on spans."""

from __future__ import annotations

import pytest
from dockerfile_dlint.fixers.edits.edit import UNSAFE, Edit, Fix, apply_edits
from hypothesis import given
from hypothesis import strategies as st


def test_edits_go_in_by_position_whatever_their_order() -> None:
    assert apply_edits("RUN a b", [Edit(6, 7, "c"), Edit(4, 4, "x ")]) == "RUN x a c"


@pytest.mark.parametrize("edits", [[Edit(0, 3, ""), Edit(2, 4, "")], [Edit(5, 9, "")], [Edit(3, 2, "")]])
def test_what_overlaps_or_lies_outside_is_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps another edit or is outside"):
        apply_edits("RUN a", edits)


def test_a_fix_holds_its_edits_in_order() -> None:
    fix = Fix("Add a flag", UNSAFE, [Edit(5, 5, "b"), Edit(1, 2, "a")])
    assert [edit.start for edit in fix.edits] == [1, 5]


@given(st.text(), st.data())
def test_pieces_between_the_edits_stay(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    edits = [Edit(start, end, f"<{number}>") for number, (start, end) in enumerate(pairs)]
    expected, at = "", 0
    for edit in edits:
        expected += text[at : edit.start] + edit.text
        at = edit.end
    assert apply_edits(text, edits) == expected + text[at:]
