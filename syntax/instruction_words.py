"""Splits the arguments of an instruction into words, flags and JSON arrays, like BuildKit's parser.

All functions work on the logical line and return indexes in it.
Source of the grammar: BuildKit frontend/dockerfile/parser (line_parsers.go, split_command.go).
"""

from __future__ import annotations

import re
from functools import cache

from .source import WHITESPACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# White space between an instruction and its arguments.
BLANKS = "\t\v\f\r "

_WORD = re.compile(r"[^\t\v\f\r ]+")
_JSON_STRING = re.compile(r'"([^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*)"')
# An escape, or two for one character (surrogates); or a byte that is not UTF-8.
_JSON_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))|[\ud800-\udfff]"
)
_JSON_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_JSON_SPACE = " \t\r\n"


def blank_separated_words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of every word of `text[start:end]`; words are separated by blanks, quotes are not special."""
    for match in _WORD.finditer(text, start, end):
        yield match.span()


def quoted_words(text: str, start: int, end: int, escape: str) -> Iterator[tuple[str, int, int]]:
    """Text, start and end of every word of `text[start:end]`; quoted and escaped blanks do not separate words.

    Words keep their quotes and escapes, except for an escape at the end. An unclosed quote extends to the end.
    """
    for match in _quoted_word(escape).finditer(text, start, end):
        first, last = match.span()
        if last == end and _ends_in_lone_escape(match.group(), escape):
            last -= 1
        if last > first:
            yield text[first:last], first, last


@cache
def _quoted_word(escape: str) -> re.Pattern[str]:
    e = re.escape(escape)
    return re.compile(
        rf"""(?:[^{WHITESPACE}'"{e}]+|{e}.|'[^']*(?:'|\Z)|"(?:[^"{e}]+|{e}.)*(?:"|{e}?\Z)|{e}\Z)+""", re.DOTALL
    )


def _ends_in_lone_escape(word: str, escape: str) -> bool:
    """Whether the word ends in an escape that is neither escaped itself nor inside '…'."""
    if not word.endswith(escape):
        return False
    quote, at = "", 0
    while at < len(word):
        char = word[at]
        if char == escape and quote != "'":
            if at + 1 == len(word):
                return True
            at += 1
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        at += 1
    return False


def split_flags(text: str, start: int, end: int) -> tuple[list[tuple[str, int, int]], int]:
    """The leading `--x` words of `text[start:end]`, and the index of the rest.

    Quotes and escapes (always a backslash) are removed from the words. A lone `--` ends the flags and is skipped.
    """
    flags: list[tuple[str, int, int]] = []
    at = start
    while True:
        while at < end and text[at] in WHITESPACE:
            at += 1
        if not text.startswith("--", at, end):
            return flags, at
        first = at
        value, at, quoted = _flag_word(text, at, end)
        if value == "--":
            return flags, at
        if value or quoted:
            flags.append((value, first, at))


def _flag_word(text: str, at: int, end: int) -> tuple[str, int, bool]:
    out: list[str] = []
    quote, quoted = "", False
    while at < end:
        char = text[at]
        if not quote and char in WHITESPACE:
            break
        if char == "\\":
            at += 1
            if at < end:
                out.append(text[at])
            else:
                break
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote, quoted = char, True
        else:
            out.append(char)
        at += 1
    return "".join(out), at, quoted


class JsonString:
    """One string of a JSON array: its value, and start and end of its content without the quotes."""

    __slots__ = ("end", "start", "value")

    def __init__(self, value: str, start: int, end: int) -> None:
        self.value = value
        self.start = start
        self.end = end


class NotStringArrayError(ValueError):
    """A JSON array that contains anything but strings, which BuildKit rejects."""


def json_strings(text: str, start: int, end: int) -> list[JsonString] | None:
    """The strings of the JSON array `text[start:end]`; None if it is not a valid JSON array.

    Raises NotStringArrayError if it is a valid array that contains anything but strings.
    """
    at = start
    while at < end and text[at] in WHITESPACE:
        at += 1
    if not text.startswith("[", at, end):
        return None
    strings: list[JsonString] = []
    at = _skip(text, at + 1, end)
    if text.startswith("]", at, end):
        return strings if _skip(text, at + 1, end) == end else None
    while match := _JSON_STRING.match(text, at, end):
        strings.append(JsonString(_unescape(match.group(1)), at + 1, match.end() - 1))
        at = _skip(text, match.end(), end)
        if text.startswith(",", at, end):
            at = _skip(text, at + 1, end)
        elif text.startswith("]", at, end):
            return strings if _skip(text, at + 1, end) == end else None
        else:
            return None
    if _is_json_array(text[start:end]):
        raise NotStringArrayError
    return None


def _skip(text: str, at: int, end: int) -> int:
    while at < end and text[at] in _JSON_SPACE:
        at += 1
    return at


def _unescape(text: str) -> str:
    return text if "\\" not in text and text.isascii() else _JSON_ESCAPE.sub(_unescape_one, text)


def _unescape_one(match: re.Match[str]) -> str:
    """The character of an escape; lone surrogates and bytes that are not UTF-8 become U+FFFD, as in Go."""
    high, low, code, char = match.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    if code:
        value = int(code, 16)
        return "\ufffd" if 0xD800 <= value < 0xE000 else chr(value)
    return _JSON_PLAIN.get(char, char) if char else "\ufffd"


def json_string_pieces(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The value of the JSON string content `text[start:end]` in pieces, each with start and end."""
    at = start
    for match in _JSON_ESCAPE.finditer(text, start, end):
        first, last = match.span()
        if first > at:
            yield text[at:first], at, first
        yield _unescape_one(match), first, last
        at = last
    if at < end or at == start:
        yield text[at:end], at, end


def _is_json_array(text: str) -> bool:
    import json

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    def number(digits: str) -> float:
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            raise ValueError(digits)  # Go rejects a number that does not fit in a float64
        return value

    try:
        return isinstance(
            json.loads(text.strip(WHITESPACE), parse_constant=refuse, parse_float=number, parse_int=number), list
        )
    except (ValueError, RecursionError):
        return False
