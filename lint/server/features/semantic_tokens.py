"""Semantic tokens, for highlighting beyond the editor's grammar."""

from __future__ import annotations

from ....syntax.tree import CommandLine, From
from ..capabilities import TOKEN_TYPES
from ..documents import iter_instructions
from ..protocol import JsonResult
from .symbol_index import STAGE, symbol_occurrences

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lsprotocol import types

    from ....syntax.tree import Instruction
    from ..dlint_server import DlintServer
    from ..documents import Document

_NUMBERS = {kind: number for number, kind in enumerate(TOKEN_TYPES)}
_DECLARATION = 1
SemanticToken = tuple[int, int, str, int]


def semantic_tokens(server: DlintServer, params: types.SemanticTokensParams) -> JsonResult:
    """The tokens of the file; they do not overlap or span lines."""
    document = server.document(params.text_document.uri)
    if document is None:
        return JsonResult(None)
    data: list[int] = []
    last = (0, 0)
    end_before = 0
    for start, end, kind, modifiers in sorted(set(_tokens(document)), key=lambda token: (token[0], -token[1])):
        if start < end_before:
            continue
        for first, last_offset in _lines(document.text.text, start, end):
            line, column = document.text.position(first)
            length = document.text.position(last_offset)[1] - column
            if length <= 0:
                continue
            data += [line - last[0], column - last[1] if line == last[0] else column, length, _NUMBERS[kind], modifiers]
            last = (line, column)
        end_before = end
    return JsonResult({"data": data})


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = start
        while stop < end and text[stop] not in "\r\n":
            stop += 1
        if stop > start:
            yield start, stop
        start = stop + 1


def _tokens(document: Document) -> Iterator[SemanticToken]:
    dockerfile = document.dockerfile
    heads = {directive.start for directive in dockerfile.directives}
    for comment in dockerfile.comments:
        yield comment.start, comment.end, "macro" if comment.start in heads else "comment", 0
    for place in symbol_occurrences(document.build):
        if place.written:
            kind = "namespace" if place.key[0] == STAGE else "variable"
            yield place.start, place.end, kind, _DECLARATION if place.defines else 0
    for node in iter_instructions(dockerfile):
        yield from _instruction_tokens(document, node)


def _instruction_tokens(document: Document, node: Instruction) -> Iterator[SemanticToken]:
    start = node.logical.offset(node.start_index) if node.start_index < len(node.logical.text) else node.start
    yield start, node.keyword_end, "keyword", 0
    if isinstance(node, From) and node.alias is not None:
        yield node.arguments[1].start, node.arguments[1].end, "keyword", 0
    for flag in node.flags:
        end = flag.start + len("--") + len(flag.name)
        if document.text.text[flag.start : end] == f"--{flag.name}":
            yield flag.start, end, "parameter", 0
    if isinstance(node, CommandLine):
        for command in document.build.commands(node):
            if command.words and command.name:
                yield command.words[0].start, command.words[0].end, "function", 0
