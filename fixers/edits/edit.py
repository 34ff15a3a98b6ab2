"""Edits on spans, the only currency of fixes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SAFE, UNSAFE, DISPLAY = "safe", "unsafe", "display"
"""How far a fix may go: applied by `--fix`, only by `--unsafe-fixes`, only shown."""


class Edit:
    """Replace `text[start:end]` of a file by `text`."""

    __slots__ = ("end", "start", "text")

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Edit) and (self.start, self.end, self.text) == (other.start, other.end, other.text)

    def __hash__(self) -> int:
        return hash((self.start, self.end, self.text))

    def __repr__(self) -> str:
        return f"Edit({self.start}, {self.end}, {self.text!r})"


class Fix:
    """All the edits that repair one finding; they go in together or not at all. `title` is an imperative.

    `declares` says what a safe fix changes in the build: edits to the plain form of the file (syntax/plain.py: one
    line an instruction, no comments), at offsets in the file. The gate makes them there and wants the build that comes
    out to be the one that `edits` make. None are declared for a change that means nothing to a build (spelling, white
    space). `declare_edits` says that the edits are short enough to be the declaration themselves. `removes_comment`
    allows comments inside the edits to go.
    """

    __slots__ = ("declares", "edits", "removes_comment", "safety", "title")

    def __init__(
        self,
        title: str,
        safety: str,
        edits: Sequence[Edit],
        declares: Sequence[Edit] = (),
        *,
        declare_edits: bool = False,
        removes_comment: bool = False,
    ) -> None:
        self.title = title
        self.safety = safety
        self.edits = tuple(sorted(edits, key=_order))
        self.declares = self.edits if declare_edits else tuple(sorted(declares, key=_order))
        self.removes_comment = removes_comment


def _order(edit: Edit) -> tuple[int, int]:
    return edit.start, edit.end


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` after the edits. Raises ValueError when two of them overlap or one lies outside the text."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=_order):
        if not at <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit {edit.start}-{edit.end} overlaps another or lies outside the text")
        pieces += (text[at : edit.start], edit.text)
        at = edit.end
    pieces.append(text[at:])
    return "".join(pieces)
