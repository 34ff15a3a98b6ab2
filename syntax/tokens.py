"""Splits a file into tokens without gaps, from the nodes of the tree and the text between them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .tree import Dockerfile, Instruction

_LINE_ENDING = re.compile(r"[ \t\r]*(?:\n|\Z)")


def tokenize(dockerfile: Dockerfile) -> Iterator[Token]:
    """Every token of the file in order.

    Kinds: bom, directive, comment, keyword, flag, word, continuation (the escape and its line ending), heredoc (the
    body), terminator, space (blanks and line endings), punctuation (quotes and brackets of JSON, a lone `--`, and lines
    that are not instructions).
    """
    text = dockerfile.source.text
    at = 0
    if text.startswith("\ufeff"):
        at = 1
        yield Token("bom", 0, 1)
    for kind, start, end in _nodes(dockerfile):
        if end <= at:
            continue
        start = max(start, at)
        yield from _between(dockerfile, at, start)
        if end > start:
            yield Token(kind, start, end)
        at = end
    yield from _between(dockerfile, at, len(text))


def _nodes(dockerfile: Dockerfile) -> list[tuple[str, int, int]]:
    heads = {directive.start for directive in dockerfile.directives}
    nodes = [("directive" if c.start in heads else "comment", c.start, c.end) for c in dockerfile.comments]
    for instruction in dockerfile.instructions:
        nodes.extend(_instruction_nodes(instruction))
    nodes.sort(key=lambda node: node[1])
    return nodes


def _instruction_nodes(instruction: Instruction) -> Iterator[tuple[str, int, int]]:
    logical = instruction.logical
    starts = instruction.logical.starts
    pieces: list[tuple[str, int, int]] = []
    node: Instruction | None = instruction
    while node is not None:
        pieces.append(("keyword", node.start_index, node.start_index + len(node.keyword)))
        pieces.extend(("flag", flag.start_index, flag.end_index) for flag in node.flags)
        pieces.extend(("word", argument.start_index, argument.end_index) for argument in node.arguments)
        node = node.trigger
    for kind, start, end in pieces:
        # A word with a continuation is one token per physical line.
        cuts = [start, *starts[bisect_right(starts, start) : bisect_left(starts, end)], end]
        for left, right in pairwise(cuts):
            if right > left:
                yield kind, logical.offset(left), logical.end_offset(right)
    for heredoc in instruction.heredocs:
        yield "heredoc", heredoc.start, heredoc.end
        yield "terminator", heredoc.end, heredoc.terminator_end


def _between(dockerfile: Dockerfile, start: int, end: int) -> Iterator[Token]:
    """White space, continuations and anything else between two nodes."""
    text, escape = dockerfile.source.text, dockerfile.escape
    at = start
    while at < end:
        stop = at
        if text[at].isspace():
            while stop < end and text[stop].isspace():
                stop += 1
            yield Token("space", at, stop)
        elif text[at] == escape and (ending := _LINE_ENDING.match(text, at + 1)):
            stop = min(end, ending.end())
            yield Token("continuation", at, stop)
        else:
            while stop < end and not text[stop].isspace() and (stop == at or text[stop] != escape):
                stop += 1
            yield Token("punctuation", at, stop)
        at = stop


class Token:
    """A piece of the file: `kind` and span."""

    __slots__ = ("end", "kind", "start")

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.kind = kind
        self.start = start
        self.end = end
