"""The plain form of a file: one line per instruction, no comments, no blank lines."""

from __future__ import annotations

from bisect import bisect_left

from .source import MappedText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tree import Dockerfile


def plain_form(dockerfile: Dockerfile) -> MappedText:
    """The plain form of a file: directives, then the logical line of each instruction, heredocs unchanged.

    It builds the same image, and maps every character to its offset in the file.
    """
    text = dockerfile.source.text
    pieces = [_piece(text[head.start : head.end] + "\n", head.start) for head in dockerfile.directives]
    for instruction in dockerfile.instructions:
        logical = instruction.logical
        pieces.append(logical.slice(instruction.start_index, len(logical.text)))
        end = logical.end_offset(len(logical.text))
        for heredoc in instruction.heredocs:
            pieces.append(_piece("\n" + text[heredoc.start : heredoc.terminator_end], heredoc.start - 1))
            end = heredoc.terminator_end
        pieces.append(_piece("\n", end))
    return MappedText.concat([piece for piece in pieces if piece.text])


def _piece(text: str, offset: int) -> MappedText:
    return MappedText(text, (0,), (offset,))


def index_at_offset(mapped: MappedText, offset: int) -> int:
    """The index of the first character of `mapped` at or after `offset` in the file."""
    piece = bisect_left(mapped.offsets, offset)
    if piece < len(mapped.offsets) and mapped.offsets[piece] == offset:
        return mapped.starts[piece]
    if piece == 0:
        return 0
    end = mapped.starts[piece] if piece < len(mapped.starts) else len(mapped.text)
    return min(end, mapped.starts[piece - 1] + offset - mapped.offsets[piece - 1])
