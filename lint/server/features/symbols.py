"""Document symbols, folding ranges and selection ranges."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from lsprotocol import types

from ....syntax.tree import Arg, CommandLine, Env
from ..protocol import JsonResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....syntax.tree import Instruction
    from ..dlint_server import DlintServer
    from ..documents import Document

_KINDS = types.SymbolKind
_SYMBOLS = {
    "ARG": _KINDS.Constant,
    "ENV": _KINDS.Constant,
    "RUN": _KINDS.Function,
    "CMD": _KINDS.Event,
    "ENTRYPOINT": _KINDS.Event,
    "COPY": _KINDS.File,
    "ADD": _KINDS.File,
    "LABEL": _KINDS.Property,
}
_MAX_LENGTH = 60
_MAX_INPUT = 1_000
Span = tuple[int, int]


def document_symbols(server: DlintServer, params: types.DocumentSymbolParams) -> JsonResult:
    """The stages with their instructions, and the ARGs before the first stage."""
    document = server.document(params.text_document.uri)
    if document is None:
        return JsonResult(None)
    build = document.build
    found = [each for instruction in build.global_instructions for each in _symbols(document, instruction)]
    for stage in build.stages:
        from_ = stage.from_
        name = from_.alias.text if from_.alias else f"stage {stage.index}"
        word = from_.alias or from_.base
        selected = (word.start, word.end) if word else (from_.start, from_.keyword_end)
        detail = from_.base.text if from_.base else ""
        whole = (from_.start, max(stage.end, from_.end))
        symbol = _symbol(document, name, _KINDS.Class, whole, selected, detail)
        symbol["children"] = [each for instruction in stage.instructions for each in _symbols(document, instruction)]
        found.append(symbol)
    return JsonResult(found)


def _symbols(document: Document, instruction: Instruction) -> Iterator[dict[str, Any]]:
    whole = (instruction.start, instruction.end)
    if isinstance(instruction, Arg | Env) and instruction.pairs:
        kind = _KINDS.Variable if isinstance(instruction, Env) else _KINDS.Constant
        for pair in instruction.pairs:
            detail = f"{instruction.name} {pair.value.text if pair.value else ''}"
            yield _symbol(
                document, pair.key.text or instruction.name, kind, whole, (pair.key.start, pair.key.end), detail
            )
        return
    kind = _SYMBOLS.get(instruction.name, _KINDS.Property)
    keyword = (instruction.start, instruction.keyword_end)
    yield _symbol(document, instruction.name or "?", kind, whole, keyword, instruction.arguments_text)


def _symbol(
    document: Document, name: str, kind: types.SymbolKind, whole: Span, selected: Span, detail: str
) -> dict[str, Any]:
    return {
        "name": _short(name) or "?",
        "kind": kind.value,
        "range": document.json_range(*whole),
        "selectionRange": document.json_range(*selected),
        "detail": _short(detail),
    }


def _short(text: str) -> str:
    from ..diagnostics import without_surrogates

    line = " ".join(text[:_MAX_INPUT].split())
    return without_surrogates(line if len(line) <= _MAX_LENGTH else line[: _MAX_LENGTH - 1] + "…")


def folding_ranges(server: DlintServer, params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
    """The ranges of stages, instructions, heredocs and consecutive comments that span several lines."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    found: set[tuple[int, int, str]] = set()

    def add(start: int, end: int, kind: str) -> None:
        first, last = document.position(start).line, document.position(end).line
        if last > first:
            found.add((first, last, kind))

    for stage in document.build.stages:
        add(stage.start, stage.end, types.FoldingRangeKind.Region.value)
    for instruction in document.dockerfile.instructions:
        add(instruction.start, instruction.end, "")
        for heredoc in instruction.heredocs:
            add(heredoc.start, heredoc.terminator_end, "")
    for first, last in _comment_blocks(document):
        add(first, last, types.FoldingRangeKind.Comment.value)
    return [types.FoldingRange(first, last, kind=kind or None) for first, last, kind in sorted(found)]


def _comment_blocks(document: Document) -> Iterator[tuple[int, int]]:
    comments = [comment for comment in document.dockerfile.comments if not comment.in_continuation]
    start = 0
    for number, (one, other) in enumerate(pairwise([*comments, None]), 1):
        assert one is not None
        if other is None or other.line != one.line + 1:
            yield comments[start].start, one.end
            start = number


def selection_ranges(server: DlintServer, params: types.SelectionRangeParams) -> list[types.SelectionRange] | None:
    """The word, command, argument, instruction, stage and file around each position."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    return [_selection(document, document.offset(position)) for position in params.positions]


def _selection(document: Document, offset: int) -> types.SelectionRange:
    spans = [(0, len(document.text.text))]
    spans += [(stage.start, stage.end) for stage in document.build.stages]
    for comment in document.dockerfile.comments:
        spans.append((comment.start, comment.end))
    instruction = document.instruction_at(offset)
    while instruction is not None:
        spans.append((instruction.start, instruction.end))
        spans.append((instruction.start, instruction.keyword_end))
        spans += [(each.start, each.end) for each in (*instruction.flags, *instruction.arguments)]
        spans += [(doc.start, doc.end) for doc in instruction.heredocs]
        if isinstance(instruction, CommandLine):
            spans += [(each.start, each.end) for each in document.build.commands(instruction)]
        instruction = instruction.trigger
    spans.append(_word(document.text.text, offset))
    around = sorted({(s, e) for s, e in spans if s <= offset <= e and e > s}, key=lambda s: s[0] - s[1])
    return _nested(document, around or [(offset, offset)])


def _nested(document: Document, spans: Sequence[tuple[int, int]]) -> types.SelectionRange:
    """The spans as nested ranges; `spans` starts with the widest, and spans that only overlap are dropped."""
    found: types.SelectionRange | None = None
    outer = spans[0]
    for start, end in spans:
        if outer[0] <= start and end <= outer[1]:
            found = types.SelectionRange(document.range(start, end), parent=found)
            outer = (start, end)
    assert found is not None
    return found


def _word(text: str, offset: int) -> tuple[int, int]:
    start = end = offset
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end
