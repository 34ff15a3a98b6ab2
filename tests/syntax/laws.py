"""What holds for every text, however broken: laws of the tree and of a report, for the tests and for bench/fuzz.py."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfile_dlint.fixers.edits.edit import apply_edits
from dockerfile_dlint.lint.engine.report import Report
from dockerfile_dlint.syntax.buildkit_dump import dump
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tokens import tokenize
from dockerfile_dlint.syntax.tree import Dockerfile, Instruction


def nodes(dockerfile: Dockerfile) -> Iterator[Instruction]:
    """Every instruction, each followed by what it triggers."""
    for instruction in dockerfile.instructions:
        node: Instruction | None = instruction
        while node is not None:
            yield node
            node = node.trigger


def check_tree(dockerfile: Dockerfile) -> None:
    """All laws of a parsed file; raises AssertionError."""
    tokens_cover_the_text(dockerfile)
    spans_lie_inside(dockerfile)
    instructions_stand_in_order(dockerfile)
    words_are_where_they_say(dockerfile)
    comments_are_where_they_say(dockerfile)
    heredocs_are_where_they_say(dockerfile)
    errors_name_a_line(dockerfile)


def tokens_cover_the_text(dockerfile: Dockerfile) -> None:
    at = 0
    for token in tokenize(dockerfile):
        assert token.start == at, f"a gap or an overlap at {at}: {token.kind} {token.start}-{token.end}"
        assert token.end > token.start, f"an empty {token.kind} at {at}"
        at = token.end
    assert at == len(dockerfile.source.text)


def spans_lie_inside(dockerfile: Dockerfile) -> None:
    size = len(dockerfile.source.text)
    spanned: list[object] = [*dockerfile.directives, *dockerfile.comments, *dockerfile.errors]
    for node in nodes(dockerfile):
        assert node.start <= node.keyword_end <= node.end, (node.name, node.start, node.keyword_end, node.end)
        spanned += [node, *node.flags, *node.arguments, *node.heredocs]
        for pair in node.pairs:
            spanned += [pair.key, pair.value] if pair.value else [pair.key]
        for part in (*node.flags, *node.arguments):
            assert node.start <= part.start <= part.end <= node.end, (node.name, part.text, part.start, part.end)
    for each in spanned:
        start, end = each.start, each.end  # type: ignore[attr-defined]
        assert 0 <= start <= end <= size, f"{type(each).__name__} {start}-{end} of {size}"


def instructions_stand_in_order(dockerfile: Dockerfile) -> None:
    source = dockerfile.source
    at, line = 0, 0
    for instruction in dockerfile.instructions:
        assert at <= instruction.start < instruction.end, (at, instruction.start, instruction.end)
        assert line < instruction.start_line <= instruction.end_line <= len(source.line_starts)
        assert source.line(instruction.start) == instruction.start_line
        assert source.line(instruction.end) <= instruction.end_line
        at, line = instruction.end, instruction.end_line


def words_are_where_they_say(dockerfile: Dockerfile) -> None:
    """An argument on one line is the text at its span; in JSON with escapes, the text that its Mapped holds."""
    text = dockerfile.source.text
    for node in nodes(dockerfile):
        keyword = text[node.keyword_end - len(node.keyword) : node.keyword_end]
        assert keyword == node.keyword or "\n" in text[node.start : node.keyword_end], (keyword, node.keyword)
        for argument in node.arguments:
            mapped = node.mapped(argument)
            assert mapped.text == argument.text, (mapped.text, argument.text)
            for index in range(len(mapped.text)):
                assert argument.start <= mapped.offset(index) < argument.end
            written = text[argument.start : argument.end]
            if "\n" not in written and not (node.json and ("\\" in written or "\ufffd" in argument.text)):
                assert written == argument.text, (written, argument.text)
        for pair in node.pairs:
            for part in (pair.key, pair.value) if pair.value else (pair.key,):
                written = text[part.start : part.end]
                assert written == part.text or "\n" in written, (written, part.text)


def comments_are_where_they_say(dockerfile: Dockerfile) -> None:
    source = dockerfile.source
    for comment in dockerfile.comments:
        written = source.text[comment.start : comment.end]
        assert written.startswith("#")
        assert comment.text in written
        assert "\n" not in written
        assert source.line(comment.start) == comment.line
    for directive in dockerfile.directives:
        written = source.text[directive.start : directive.end]
        assert written.startswith("#")
        assert directive.name in written.lower()
        assert directive.value in written


def heredocs_are_where_they_say(dockerfile: Dockerfile) -> None:
    text = dockerfile.source.text
    for node in nodes(dockerfile):
        for heredoc in node.heredocs:
            assert text[heredoc.start : heredoc.end] == heredoc.body
            assert heredoc.end <= heredoc.terminator_end <= node.end
            closing = text[heredoc.end : heredoc.terminator_end].rstrip("\r")
            assert (closing.lstrip("\t") if heredoc.chomp else closing) == heredoc.name
            mapped = heredoc.mapped()
            assert all(text[mapped.offset(i)] == char for i, char in enumerate(mapped.text))


def errors_name_a_line(dockerfile: Dockerfile) -> None:
    """BuildKit counts some errors of the first directive from line 0; here the first line is line 1."""
    last = len(dockerfile.source.line_starts)
    for error in dockerfile.errors:
        assert 1 <= error.line <= last, (error.message, error.line, last)
        assert error.message
    phases = [(error.phase, error.line) for error in dockerfile.errors]
    assert phases == sorted(phases)


def check_carriage_returns(text: str) -> None:
    """CRLF changes nothing that BuildKit's dump shows. `text` has no carriage return."""
    plain = parse(Source(text))
    returned = parse(Source(text.replace("\n", "\r\n")))
    assert [dump(i) for i in plain.instructions] == [dump(i) for i in returned.instructions]
    assert lines_of(plain) == lines_of(returned)
    assert plain.escape == returned.escape
    assert [(d.name, d.value, d.line) for d in plain.directives] == [
        (d.name, d.value, d.line) for d in returned.directives
    ]
    assert [(c.text, c.line, c.in_continuation) for c in plain.comments] == [
        (c.text, c.line, c.in_continuation) for c in returned.comments
    ]
    assert [(e.message, e.line) for e in plain.errors] == [(e.message, e.line) for e in returned.errors]


def lines_of(dockerfile: Dockerfile) -> list[tuple[int, int]]:
    return [(i.start_line, i.end_line) for i in dockerfile.instructions]


def check_report(source: Source, report: Report) -> None:
    """No rule broke, every position lies in the text, and every fix can be applied. Raises AssertionError."""
    starts = [*source.line_starts, len(source.text) + 1]

    def offset(position: tuple[int, int]) -> int:
        line, column = position
        assert 1 <= line < len(starts), position
        assert 1 <= column <= starts[line] - starts[line - 1], position
        return starts[line - 1] + column - 1

    broken = [d.message for d in report.diagnostics if d.code == "SYN002"]
    assert not report.failed, broken
    assert not broken, broken
    for diagnostic in report.diagnostics:
        assert offset(diagnostic.start) <= offset(diagnostic.end), (diagnostic.code, diagnostic.start, diagnostic.end)
        assert 1 <= diagnostic.instruction_line <= len(source.line_starts)
        assert diagnostic.message
        for start, end, note in diagnostic.related:
            assert offset(start) <= offset(end), (diagnostic.code, note)
        if diagnostic.fix is not None:
            apply_edits(source.text, diagnostic.fix.edits)
