"""Positions in the protocol's form: lines end with LF, CR or CRLF, columns are code units.

Source: the Language Server Protocol 3.17, "Text Documents" and "Position".
"""

from __future__ import annotations

import re
from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_ENDING = re.compile(r"\r\n|\n|\r")


def _one(_: str) -> int:
    return 1


def _utf16(char: str) -> int:
    return 2 if char > "\uffff" else 1


def _utf8(char: str) -> int:
    return 1 if char < "\x80" else 2 if char < "\u0800" else 3 if char <= "\uffff" else 4


UNIT_LENGTHS: dict[str, Callable[[str], int]] = {"utf-8": _utf8, "utf-16": _utf16, "utf-32": _one}
"""The number of code units of a character, by encoding."""


class Text:
    """A text and its lines. Positions are (line, column), both from 0, columns in code units of `encoding`."""

    __slots__ = ("_ascii", "_ends", "_starts", "_units", "encoding", "text")

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self.encoding = encoding
        self._units = UNIT_LENGTHS[encoding]
        self._ascii = encoding == "utf-32" or text.isascii()
        self._starts = [0]
        self._ends: list[int] = []
        for match in _ENDING.finditer(text):
            self._ends.append(match.start())
            self._starts.append(match.end())
        self._ends.append(len(text))

    def position(self, offset: int) -> tuple[int, int]:
        """The position of an offset, from 0 to the length of the text."""
        line = bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        offset = min(offset, self._ends[line])
        if self._ascii:
            return line, offset - start
        before = self.text[start:offset]
        return line, len(before) if before.isascii() else sum(map(self._units, before))

    def offset(self, line: int, column: int) -> int:
        """The offset of a position; one after the end of a line or of the text is moved to that end."""
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[line], self._ends[line]
        if self._ascii or self.text[start : min(start + column, end)].isascii():
            return min(start + max(0, column), end)
        at = start
        for char in self.text[start:end]:
            column -= self._units(char)
            if column < 0:
                break
            at += 1
        return at

    def replaced(self, start: tuple[int, int], end: tuple[int, int], new: str) -> Text:
        """The text with the part between two positions replaced."""
        first = self.offset(*start)
        last = max(first, self.offset(*end))
        return Text(self.text[:first] + new + self.text[last:], self.encoding)

    @property
    def lines(self) -> int:
        """The number of lines."""
        return len(self._starts)

    def line_start(self, line: int) -> int:
        """The offset of the start of a line."""
        return self._starts[line]

    def line_end(self, line: int) -> int:
        """The offset of the end of a line, without its line ending."""
        return self._ends[line]
