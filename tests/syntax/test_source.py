"""Bytes, lines, spans, and text that knows where in the file it comes from."""

from __future__ import annotations

import pytest
from dockerfile_dlint.syntax.source import WHITESPACE, MappedText, Source, SourceError, Span


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"FROM a\n",
        b"FROM a\r\nRUN b\r\n",
        b"\xef\xbb\xbfFROM a",
        b"RUN echo caf\xe9\n",
        b"RUN \xf0\x9f\x98\n",
        "RUN echo 日本\n".encode(),
        b"\n\n\r\r\n",
    ],
)
def test_every_byte_comes_back(data: bytes) -> None:
    assert Source.decode(data).encode() == data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("FROM a\n".encode("utf-16"), "save it as UTF-8"),
        (b"\xfe\xff\0F", "save it as UTF-8"),
        ("FROM a\n".encode("utf-16-le"), "line 1 contains a NUL byte; this is binary or UTF-16 text"),
        (b"FROM a\n\0", "line 2 contains a NUL byte"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        Source.decode(data)


def test_only_a_line_feed_ends_a_line() -> None:
    source = Source("a\r\nb\vc\x85d\u2028e\n")
    assert source.line_starts == [0, 3, 11]
    assert source.line_text(1) == "a"
    assert source.line_text(2) == "b\vc\x85d\u2028e"
    assert source.line_text(3) == ""


def test_positions_count_code_points_from_one() -> None:
    source = Source("日本 x\n😀y")
    assert source.position(0) == (1, 1)
    assert source.position(3) == (1, 4)
    assert source.position(4) == (1, 5)
    assert source.position(5) == (2, 1)
    assert source.position(6) == (2, 2)
    assert source.position(7) == (2, 3)
    assert [source.line(offset) for offset in (0, 4, 5, 7)] == [1, 1, 2, 2]


def test_space_is_that_of_go() -> None:
    assert not set("\x1c\x1d\x1e\x1f\u200b\ufeff") & set(WHITESPACE)
    assert set("\t\n\v\f\r \x85\xa0\u2003\u3000") <= set(WHITESPACE)
    assert all(char.isspace() for char in WHITESPACE)


def test_a_span_holds_its_start_and_not_its_end() -> None:
    span = Span(2, 4)
    assert [offset in span for offset in range(1, 6)] == [False, True, True, False, False]
    assert span == Span(2, 4)
    assert span != Span(2, 5)
    assert len({span, Span(2, 4)}) == 1
    assert repr(span) == "Span(2, 4)"


# `ab` at 10, `cd` at 20: what a continuation makes of two lines.
JOINED = MappedText.join([("ab", 10), ("cd", 20)])


def test_each_character_knows_its_offset() -> None:
    assert JOINED.text == "abcd"
    assert [JOINED.offset(index) for index in range(5)] == [10, 11, 20, 21, 22]
    assert [JOINED.end_offset(index) for index in range(5)] == [10, 11, 12, 21, 22]


def test_a_span_covers_what_stands_between_its_pieces() -> None:
    assert JOINED.span(0, 2) == Span(10, 12)
    assert JOINED.span(1, 3) == Span(11, 21)
    assert JOINED.span(2, 2) == Span(20, 20)


def test_a_slice_keeps_its_offsets() -> None:
    part = JOINED.slice(1, 3)
    assert part.text == "bc"
    assert [part.offset(0), part.offset(1), part.end_offset(2)] == [11, 20, 21]
    assert JOINED.slice(2, 2).text == ""


def test_parts_are_put_together() -> None:
    whole = MappedText.concat([JOINED.slice(0, 1), JOINED.slice(3, 4)])
    assert whole.text == "ad"
    assert [whole.offset(0), whole.offset(1), whole.end_offset(2)] == [10, 21, 22]
    assert MappedText.concat([]).text == ""
    assert MappedText.join([]).offset(0) == 0


def test_an_escape_ends_behind_its_last_character() -> None:
    r"""`a\nb` in JSON: three characters, the second of which takes two in the file."""
    text = MappedText("a\nb", (0, 1, 2), (10, 11, 13), (11, 13, 14))
    assert [text.offset(index) for index in range(3)] == [10, 11, 13]
    assert [text.end_offset(index) for index in range(1, 4)] == [11, 13, 14]
    assert text.slice(0, 2).end_offset(2) == 13
    assert text.slice(1, 3).span(0, 1) == Span(11, 13)
    assert MappedText.concat([JOINED, text]).end_offset(6) == 13
    assert MappedText.concat([JOINED, text]).end_offset(2) == 12
