"""Shell quotes and escapes, and the ends of expansions."""

from __future__ import annotations

import re
from bisect import bisect_left

from .source import MappedText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Piece = tuple[str, int, bool]

NAME_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_SPECIAL_PARAMETERS = frozenset("@*#?-$!")
_ANSI = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ANSI_HEX = {"x": 2, "u": 4, "U": 8}


def is_plain(text: str) -> bool:
    """Whether `text` contains no quote, escape or expansion (it may contain globs and `~`)."""
    return not ("$" in text or '"' in text or "'" in text or "\\" in text or "`" in text or "(" in text)


def quote_end(text: str, at: int) -> int:
    """The index after the single quote that closes the one before `at`; `$'...'` has escapes, `'...'` has not."""
    if text[at - 2 : at - 1] != "$":
        return text.find("'", at) + 1 or len(text)
    while at < len(text) and text[at] != "'":
        at += 2 if text[at] == "\\" else 1
    return min(at + 1, len(text))


def group_end(text: str, at: int, closer: str) -> int:
    """The index after the `closer` of a group whose content begins at `at`; handles nested groups and quotes."""
    stack = [closer]
    for found in re.compile(r"""[\\'"`(){}]""").finditer(text, at):
        index = found.start()
        if index < at:
            continue  # escaped, or in single quotes
        char, top = text[index], stack[-1]
        at = index + 1
        if char == "\\":
            at += 1
        elif char == top:
            stack.pop()
            if not stack:
                return at
        elif char == "'" and top != '"':
            at = quote_end(text, at)
        elif char == '"' or char == "`":
            stack.append(char)
        elif char == "(" and (top != '"' or text[at - 2 : at - 1] == "$"):
            stack.append(")")
        elif char == "{" and text[at - 2 : at - 1] == "$":
            stack.append("}")
    return len(text)


def expansion_end(text: str, at: int) -> int:
    """The index after the expansion that begins at `text[at]`, a `$` or a backtick; `at` if none begins there."""
    if text[at] == "`":
        return group_end(text, at + 1, "`")
    following = text[at + 1 : at + 2]
    if following == "(":
        return group_end(text, at + 2, ")")
    if following == "{":
        return group_end(text, at + 2, "}")
    if following.isdigit() or following in _SPECIAL_PARAMETERS:
        return at + 2
    end = at + 1
    while end < len(text) and text[end] in NAME_CHARS:
        end += 1
    return end if end > at + 1 else at


def unquote(text: str, heredoc: bool = False) -> list[Piece]:
    """The pieces `(value, index in text, is expansion)` of a shell word, without quotes and escapes.

    Expansions and globs stay as written. With `heredoc`, `text` is the body of an unquoted heredoc, in which quotes are
    ordinary characters.
    """
    pieces: list[Piece] = []
    at, size = 0, len(text)
    quoted = heredoc
    while at < size:
        char = text[at]
        if char == "\\":
            at = _escape(text, at, quoted, heredoc, pieces)
        elif char == '"' and not heredoc:
            quoted = not quoted
            at += 1
        elif char == "'" and not quoted:
            end = text.find("'", at + 1)
            end = size if end < 0 else end
            pieces.append((text[at + 1 : end], at + 1, False))
            at = end + 1
        elif char == "$" and not quoted and text[at + 1 : at + 2] == "'":
            at = _ansi(text, at + 2, pieces)
        elif char == "$" and not quoted and text[at + 1 : at + 2] == '"':
            at += 1
        else:
            end = _run_end(text, at, quoted, heredoc)
            pieces.append((text[at:end], at, char in "$`<>" and end > at + 1))
            at = end
    return pieces


def _run_end(text: str, at: int, quoted: bool, heredoc: bool) -> int:
    """The index after the expansion at `at`, or after the ordinary characters from `at` on."""
    char = text[at]
    if char in "$`":
        return max(expansion_end(text, at), at + 1)
    if char in "<>" and not quoted:
        return group_end(text, at + 2, ")") if text[at + 1 : at + 2] == "(" else at + 1
    special = "\\$`" if heredoc else '\\$`"' if quoted else "\\$`\"'<>"
    end = at + 1
    while end < len(text) and text[end] not in special:
        end += 1
    return end


def _escape(text: str, at: int, quoted: bool, heredoc: bool, pieces: list[Piece]) -> int:
    """Read the backslash at `at`; a line continuation yields nothing."""
    char = text[at + 1 : at + 2]
    if char == "\n":
        return at + 2
    if char == "\r" and text[at + 2 : at + 3] == "\n":
        return at + 3
    if not char or (quoted and (char not in '$`"\\' or (heredoc and char == '"'))):
        pieces.append(("\\" + char, at, False))
    else:
        pieces.append((char, at + 1, False))
    return at + 2


def _ansi(text: str, at: int, pieces: list[Piece]) -> int:
    """Read the content of `$'...'` from `at` on (bash manual, 3.1.2.4)."""
    size = len(text)
    while at < size and text[at] != "'":
        end = at + 1
        value = text[at]
        if value == "\\" and end < size:
            value, end = _ansi_escape(text, end)
        pieces.append((value, at, False))
        at = end
    return at + 1


def _ansi_escape(text: str, at: int) -> tuple[str, int]:
    char = text[at]
    if char in _ANSI:
        return _ANSI[char], at + 1
    digits, most, base = (
        ("01234567", 3, 8) if char in "01234567" else ("0123456789abcdefABCDEF", _ANSI_HEX.get(char, 0), 16)
    )
    start = end = at if base == 8 else at + 1
    while end < len(text) and end - start < most and text[end] in digits:
        end += 1
    if end == start:
        return (char if char in "\\'\"?" else "\\" + char), at + 1
    number = int(text[start:end], base)
    return chr(number) if number <= 0x10FFFF else "\ufffd", end


def unquote_word(
    script: MappedText, at: int, to: int, heredoc: bool = False
) -> tuple[MappedText, list[tuple[int, int]]]:
    """The value of the word `script.text[at:to]` with its offsets, and the places of expansions in the value."""
    parts: list[MappedText] = []
    expansions: list[tuple[int, int]] = []
    length = 0
    for value, index, expands in unquote(script.text[at:to], heredoc):
        first = at + index
        if script.text.startswith(value, first):
            parts.append(script.slice(first, first + len(value)))
        else:
            parts.append(MappedText(value, [0], [script.offset(first)]))
        if expands:
            expansions.append((length, length + len(value)))
        length += len(value)
    return MappedText.concat(parts) if parts else script.slice(at, at), expansions


def join_with_spaces(parts: Sequence[MappedText]) -> MappedText:
    """Join the parts with blanks; a blank has the offset of the end of the part before it."""
    if not parts:
        return MappedText("", [0], [0])
    pieces: list[MappedText] = []
    for part in parts:
        if pieces:
            pieces.append(MappedText(" ", [0], [pieces[-1].end_offset(len(pieces[-1].text))]))
        pieces.append(part)
    return MappedText.concat(pieces)


def overlaps(places: Sequence[tuple[int, int]], at: int, to: int) -> bool:
    """Whether one of the ranges `places`, in ascending order, overlaps `at:to`."""
    before = bisect_left(places, (to,)) - 1
    return before >= 0 and places[before][1] > at
