"""Laws that hold for every text. The inputs are the same in every run; bench/fuzz.py looks for new ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import MappedText, Source
from dockerfile_dlint.syntax.tokens import tokenize
from hypothesis import example, given, settings
from hypothesis import strategies as st

from . import pieces
from .laws import check_carriage_returns, check_report, check_tree, words_are_where_they_say

law = settings(max_examples=300, deadline=None, derandomize=True)

# Characters that a file can hold: bytes that are not UTF-8 are lone surrogates (PEP 383).
CHARACTERS = st.one_of(
    st.sampled_from("\\`\n\r\t #<'\"[]$={}-,FROMRUNEOF\v\f\x1c\x85\xa0\u2003\ufeff\udc80\udcff"),
    st.characters(exclude_categories=["Cs"]),
)
ANY_TEXT = st.text(CHARACTERS)


@st.composite
def instructions(draw: st.DrawFn) -> str:
    """Keyword, flags and arguments, perhaps continued, and the body of a heredoc."""
    flags = draw(st.lists(st.sampled_from(pieces.FLAGS), max_size=2))
    arguments = draw(
        st.one_of(
            st.lists(st.sampled_from(pieces.WORDS), max_size=5),
            st.lists(st.sampled_from(pieces.JSON), min_size=1, max_size=1),
            st.lists(st.sampled_from(pieces.SHELL), min_size=1, max_size=3),
        )
    )
    text = draw(st.sampled_from(pieces.KEYWORDS))
    for word in flags + arguments:
        text += draw(st.sampled_from((" ", " ", " ", "\t", "  ", "")))
        if draw(st.integers(0, 5)) == 5:
            text += draw(st.sampled_from(pieces.CONTINUATIONS))
        text += word
    text += draw(st.sampled_from(pieces.ENDINGS))
    if "<<" in text:
        text += "".join(draw(st.lists(st.sampled_from(pieces.BODIES), max_size=3)))
        text += draw(st.sampled_from(pieces.TERMINATORS))
    return text


def lines(choices: tuple[str, ...], most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from([choice + "\n" for choice in choices]), max_size=most).map("".join)


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    """Text that looks like a Dockerfile, more or less."""
    head = draw(lines(pieces.DIRECTIVES, 2))
    first = draw(st.sampled_from(("FROM debian:12\n", "FROM alpine AS build\n", "FROM $X\n", "")))
    body = draw(st.lists(st.one_of(instructions(), lines(pieces.COMMENTS, 2)), max_size=8))
    text = head + first + "".join(body)
    return text.replace("\n", "\r\n") if draw(st.integers(0, 7)) == 7 else text


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A Dockerfile after a few cuts and insertions."""
    text = draw(dockerfiles())
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        to = min(len(text), at + draw(st.sampled_from((0, 0, 1, 5, 50))))
        text = text[:at] + draw(st.one_of(CHARACTERS, st.sampled_from(pieces.WORDS), st.just(""))) + text[to:]
    return text


BROKEN = st.one_of(dockerfiles(), mutations(), ANY_TEXT)


@law
@given(st.binary())
def test_bytes_come_back(data: bytes) -> None:
    data = data.replace(b"\0", b"").lstrip(b"\xff\xfe")
    source = Source.decode(data)
    assert source.encode() == data
    check_tree(parse(source))


@law
@given(ANY_TEXT)
@example("\ufeff")
@example("\\")
@example("#escape=`\n`")
@example("ENV a=b\\\u2003")
@example("ENV a=\\\n b=c")
def test_laws_hold_for_any_text(text: str) -> None:
    check_tree(parse(Source(text)))


@law
@given(dockerfiles())
def test_laws_hold_for_dockerfiles(text: str) -> None:
    check_tree(parse(Source(text)))


@law
@given(mutations())
def test_laws_hold_for_broken_dockerfiles(text: str) -> None:
    check_tree(parse(Source(text)))


@law
@given(BROKEN)
def test_carriage_returns_change_nothing(text: str) -> None:
    check_carriage_returns(text.replace("\r", ""))


@law
@given(BROKEN)
def test_every_rule_bears_every_text(text: str) -> None:
    folder = Path(__file__).parent
    source = Source(text, str(folder / "Dockerfile"))
    check_report(
        source, lint_source(source, LintPlan(select_rules(["ALL"], [])), lambda _: Context(str(folder), source.name))
    )


@st.composite
def mapped_texts(draw: st.DrawFn) -> tuple[str, MappedText]:
    """A file, and a text assembled from pieces of it in ascending order."""
    file = draw(st.text("abc\n", min_size=1, max_size=30))
    cuts = sorted(draw(st.lists(st.integers(0, len(file)), max_size=8)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    return file, MappedText.join((file[start:end], start) for start, end in spans)


@law
@given(mapped_texts())
def test_every_character_of_a_mapped_text_knows_its_offset(case: tuple[str, MappedText]) -> None:
    file, mapped = case
    for index, char in enumerate(mapped.text):
        assert file[mapped.offset(index)] == char
        assert mapped.end_offset(index + 1) == mapped.offset(index) + 1


@law
@given(mapped_texts(), st.data())
def test_a_slice_of_a_mapped_text_keeps_its_offsets(case: tuple[str, MappedText], data: st.DataObject) -> None:
    mapped = case[1]
    start = data.draw(st.integers(0, len(mapped.text)))
    end = data.draw(st.integers(start, len(mapped.text)))
    part = mapped.slice(start, end)
    assert part.text == mapped.text[start:end]
    assert [part.offset(i) for i in range(end - start)] == [mapped.offset(i) for i in range(start, end)]
    span = mapped.span(start, end)
    assert span.end - span.start >= end - start
    if end > start:
        assert (span.start, span.end) == (part.offset(0), part.end_offset(len(part.text)))


@law
@given(mapped_texts(), st.data())
def test_the_parts_of_a_mapped_text_make_the_whole(case: tuple[str, MappedText], data: st.DataObject) -> None:
    mapped = case[1]
    size = len(mapped.text)
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, size), max_size=4))), size]
    whole = MappedText.concat([mapped.slice(start, end) for start, end in pairwise(cuts)])
    assert whole.text == mapped.text
    assert [whole.offset(i) for i in range(size)] == [mapped.offset(i) for i in range(size)]
    assert [whole.end_offset(i + 1) for i in range(size)] == [mapped.end_offset(i + 1) for i in range(size)]


JSON_PARTS = st.lists(
    st.sampled_from(("a", " ", "é", "\\n", "\\\\", '\\"', "\\u0041", "\\ud83d\\ude00", "\\ud83d", "\udc80", "\\\n"))
)


@law
@given(JSON_PARTS, st.data())
def test_strings_of_json_know_where_their_escapes_stand(parts: list[str], data: st.DataObject) -> None:
    text = 'CMD ["' + "".join(parts) + '"]'
    dockerfile = parse(Source(text))
    words_are_where_they_say(dockerfile)
    instruction = dockerfile.instructions[0]
    if not instruction.json:
        return
    mapped = instruction.mapped(instruction.arguments[0])
    ends = [mapped.end_offset(index + 1) for index in range(len(mapped.text))]
    starts = [mapped.offset(index) for index in range(len(mapped.text))]
    # Between two characters there is nothing, or continuations.
    assert all(not text[end:start].replace("\\\n", "") for end, start in zip(ends, starts[1:], strict=False))
    cut = data.draw(st.integers(0, len(mapped.text)))
    halves = MappedText.concat([mapped.slice(0, cut), mapped.slice(cut, len(mapped.text))])
    assert [halves.end_offset(index + 1) for index in range(len(mapped.text))] == ends


LONG: dict[str, Callable[[], str]] = {
    "heredocs without an end": lambda: "FROM a\n" + "".join(f"RUN cat <<E{n}\n" for n in range(20_000)),
    "instructions without FROM": lambda: "RUN a\n" * 20_000,
    "ONBUILD behind ONBUILD": lambda: "FROM a\n" + "ONBUILD " * 20_000 + "RUN a",
    "a word over many lines": lambda: "FROM a\nRUN " + "a\\\n" * 50_000,
    "words over many lines": lambda: "FROM a\nENV " + "a=b \\\n" * 50_000,
    "backslashes": lambda: "FROM a\n" + "\\ " * 50_000 + "\nENV a=" + "\\" * 50_001 + '"' + "\\ " * 50_000,
    "escapes in JSON": lambda: 'FROM a\nRUN ["' + '\\"\\n' * 50_000 + '"]',
    "brackets": lambda: "FROM a\nRUN " + "[" * 100_000,
    "digits": lambda: "FROM a\nHEALTHCHECK --retries=" + "9" * 100_000 + " CMD a\nRUN " + "9" * 100_000 + "<<E\nE\n",
    "comments in an instruction": lambda: "FROM a\nRUN a \\\n" + "# b\n" * 50_000 + "c\n",
}


@pytest.mark.parametrize("name", LONG)
def test_long_texts_take_time_in_proportion(name: str) -> None:
    """Each took minutes, or all of the stack, when its length counted twice."""
    start = time.perf_counter()
    dockerfile = parse(Source(LONG[name]()))
    assert sum(token.end - token.start for token in tokenize(dockerfile)) == len(dockerfile.source.text)
    assert time.perf_counter() - start < 10
