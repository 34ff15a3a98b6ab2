"""Splits a shell line at insignificant white space."""

from __future__ import annotations

from .quoting import expansion_end, group_end, quote_end

_BLANK = " \t"


def split_shell_line(line: str) -> tuple[str, ...]:
    """The pieces of a one-line shell script between unquoted blanks; quotes and expansions are not split.

    Lines with equal pieces are equivalent. A comment is one piece to the end of the line.
    """
    return tuple([line[start:end] for start, end in shell_line_spans(line)])


def shell_line_spans(line: str) -> list[tuple[int, int]]:
    """Start and end of each piece of `split_shell_line`."""
    found: list[tuple[int, int]] = []
    at, size = 0, len(line)
    while at < size:
        if line[at] in _BLANK:
            at += 1
            continue
        end = size if line[at] == "#" else _piece_end(line, at)
        found.append((at, end))
        at = end
    return found


def _piece_end(line: str, at: int) -> int:
    size = len(line)
    while at < size and line[at] not in _BLANK:
        char = line[at]
        if char == "\\":
            at += 2
        elif char == "'":
            at = quote_end(line, at + 1)
        elif char == '"':
            at = group_end(line, at + 1, '"')
        elif char == "`" or line.startswith("$'", at) or line.startswith("${", at) or line.startswith("$(", at):
            at = quote_end(line, at + 2) if line.startswith("$'", at) else expansion_end(line, at)
        else:
            at += 1
    return min(at, size)
