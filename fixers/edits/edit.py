"""Edits on spans of a text, and the fixes that consist of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SAFE, UNSAFE, DISPLAY = "safe", "unsafe", "display"
"""Safety of a fix: applied by `--fix`, applied only by `--unsafe-fixes`, only shown."""


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
    """The edits that fix one finding; they are applied together or not at all.

    `title`: an imperative.
    `declares`: what a safe fix changes in the build, as edits of the plain form of the file (syntax/plain.py: one line
    per instruction, no comments) at offsets of the file. The gate compares the build after them with the build after
    `edits`. Empty for a change without effect on the build (spelling, white space).
    `declare_edits`: `edits` are the declaration too.
    `removes_comment`: the edits may remove comments.
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
    """`text` after the edits. Raises ValueError when two edits overlap or one is outside the text."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=_order):
        if not at <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit {edit.start}-{edit.end} overlaps another edit or is outside the text")
        pieces += (text[at : edit.start], edit.text)
        at = edit.end
    pieces.append(text[at:])
    return "".join(pieces)
