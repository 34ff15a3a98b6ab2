"""Source text, spans in it, and text joined from pieces of it."""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Go's unicode.IsSpace; Python's str.isspace() also includes \x1c-\x1f, which are not space for BuildKit.
WHITESPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000"
)


_AT_START = (0,)


class SourceError(Exception):
    """A file that is not text; the message says why and what to do."""


class Source:
    """The text of one file.

    Bytes that are not UTF-8 become lone surrogates (PEP 383), and `encode()` restores them.
    Offsets and columns count code points; lines and columns start at 1.
    """

    __slots__ = ("_lines", "name", "text")

    def __init__(self, text: str, name: str = "<stdin>") -> None:
        self.text = text
        self.name = name
        self._lines: list[int] | None = None

    @classmethod
    def decode(cls, data: bytes, name: str = "<stdin>") -> Source:
        """Decode UTF-8. Raises SourceError for UTF-16, UTF-32 and binary data, which BuildKit rejects too."""
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise SourceError("the file is UTF-16; save it as UTF-8")
        nul = data.find(b"\0")
        if nul >= 0:
            line = data.count(b"\n", 0, nul) + 1
            raise SourceError(f"line {line} contains a NUL byte; this is binary or UTF-16 text, not a Dockerfile")
        return cls(data.decode("utf-8", "surrogateescape"), name)

    def encode(self) -> bytes:
        """The bytes of the file, as they were read."""
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def line_starts(self) -> list[int]:
        """Offset of the first character of every line; only a line feed ends a line."""
        starts = self._lines
        if starts is None:
            starts, at = [0], 0
            for line in self.text.split("\n"):
                at += len(line) + 1
                starts.append(at)
            starts.pop()
            self._lines = starts
        return starts

    def line(self, offset: int) -> int:
        """The line of `offset`, from 1."""
        return bisect_right(self.line_starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of `offset`, both from 1."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of `line` (from 1) without its line ending."""
        starts = self.line_starts
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r")


class Span:
    """A half-open range of offsets, `text[start:end]`."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and self.start == other.start and self.end == other.end

    def __hash__(self) -> int:
        return hash((self.start, self.end))

    def __repr__(self) -> str:
        return f"Span({self.start}, {self.end})"

    def __contains__(self, offset: int) -> bool:
        return self.start <= offset < self.end


class MappedText:
    """Text joined from pieces of a file, with the offset of every character in the file.

    A logical line is its physical lines without continuations and comments; the script of `sh -c "..."` is a string
    without its quotes and escapes.

    `starts`: where each piece begins in `text`, ascending from 0
    `offsets`: where each piece begins in the file
    `ends`: where each piece ends in the file; empty if no piece contains escapes
    """

    __slots__ = ("ends", "offsets", "starts", "text")

    def __init__(self, text: str, starts: Sequence[int], offsets: Sequence[int], ends: Sequence[int] = ()) -> None:
        self.text = text
        self.starts = starts
        self.offsets = offsets
        self.ends = ends

    @classmethod
    def join(cls, pieces: Iterable[tuple[str, int]]) -> MappedText:
        """Join pieces, each a text with its offset in the file."""
        texts: list[str] = []
        starts: list[int] = []
        offsets: list[int] = []
        at = 0
        for text, offset in pieces:
            texts.append(text)
            starts.append(at)
            offsets.append(offset)
            at += len(text)
        return cls("".join(texts), starts or [0], offsets or [0])

    @classmethod
    def concat(cls, parts: Sequence[MappedText]) -> MappedText:
        """Join mapped texts."""
        starts: list[int] = []
        offsets: list[int] = []
        ends: list[int] = []
        escaped = any(part.ends for part in parts)
        at = 0
        for part in parts:
            starts.extend(start + at for start in part.starts)
            offsets.extend(part.offsets)
            if escaped:
                ends.extend(part.ends or part.plain_ends())
            at += len(part.text)
        return cls("".join([part.text for part in parts]), starts or [0], offsets or [0], ends)

    def plain_ends(self) -> list[int]:
        """Where each piece ends in the file if it contains no escapes."""
        ends = [*self.starts[1:], len(self.text)]
        return [offset + end - start for start, offset, end in zip(self.starts, self.offsets, ends, strict=True)]

    def offset(self, index: int) -> int:
        """Offset in the file of `text[index]`; `index` may be `len(text)`."""
        starts = self.starts
        piece = bisect_right(starts, index) - 1
        return self.offsets[piece] + index - starts[piece]

    def end_offset(self, index: int) -> int:
        """Offset in the file after `text[index - 1]`: where a span ends that ends before `index`."""
        if index <= 0:
            return self.offset(0)
        starts = self.starts
        piece = bisect_right(starts, index - 1) - 1
        if self.ends and (starts[piece + 1] if piece + 1 < len(starts) else len(self.text)) == index:
            return self.ends[piece]
        return self.offsets[piece] + index - starts[piece]

    def span(self, start: int, end: int) -> Span:
        """The span in the file that covers `text[start:end]`."""
        first = self.offset(start)
        return Span(first, max(first, self.end_offset(end)) if end > start else first)

    def slice(self, start: int, end: int) -> MappedText:
        """`text[start:end]` with its offsets."""
        starts, offsets = self.starts, self.offsets
        first = bisect_right(starts, start) - 1
        last = max(first, bisect_right(starts, end - 1) - 1)
        if first == last:
            new_ends = (self.end_offset(end),) if self.ends else ()
            return MappedText(self.text[start:end], _AT_START, (offsets[first] + start - starts[first],), new_ends)
        new_starts = [0, *(s - start for s in starts[first + 1 : last + 1])]
        new_offsets = [offsets[first] + start - starts[first], *offsets[first + 1 : last + 1]]
        new_ends = [*self.ends[first:last], self.end_offset(end)] if self.ends else ()
        return MappedText(self.text[start:end], new_starts, new_offsets, new_ends)
