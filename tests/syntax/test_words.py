"""Words, flags and JSON arrays of one logical line."""

from __future__ import annotations

import pytest
from dockerfile_dlint.syntax.instruction_words import (
    NotStringArrayError,
    blank_separated_words,
    json_string_pieces,
    json_strings,
    quoted_words,
    split_flags,
)


def split_at_blanks(text: str) -> list[str]:
    return [text[start:end] for start, end in blank_separated_words(text, 0, len(text))]


def split_at_unquoted_space(text: str, escape: str = "\\") -> list[str]:
    words = list(quoted_words(text, 0, len(text), escape))
    assert all(text[start:end] == word for word, start, end in words)
    return [word for word, _, _ in words]


def flags_and_rest(text: str) -> tuple[list[str], str]:
    flags, rest = split_flags(text, 0, len(text))
    return [flag for flag, _, _ in flags], text[rest:]


def strings(text: str) -> list[str] | None:
    found = json_strings(text, 0, len(text))
    return None if found is None else [string.value for string in found]


def test_blanks_are_five_characters() -> None:
    assert split_at_blanks(" a\tb\vc\fd\re ") == ["a", "b", "c", "d", "e"]
    assert split_at_blanks("a\xa0b\u2003c\x1cd\x85e") == ["a\xa0b\u2003c\x1cd\x85e"]


def test_quotes_mean_nothing_between_blanks() -> None:
    assert split_at_blanks("'a b' \"c") == ["'a", "b'", '"c']


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a=b c=d", ["a=b", "c=d"]),
        ("a=b\u2003c=d\xa0e=f", ["a=b", "c=d", "e=f"]),
        ("a='b c' d", ["a='b c'", "d"]),
        ('a="b c" d', ['a="b c"', "d"]),
        ("a=b\\ c d", ["a=b\\ c", "d"]),
        (r'a="b\" c" d', [r'a="b\" c"', "d"]),
        (r"a='b\' c", [r"a='b\'", "c"]),
        ('a="b c', ['a="b c']),
        ("a='b c", ["a='b c"]),
        ("""a="'"b"'" c""", ["""a="'"b"'\"""", "c"]),
        ("", []),
    ],
)
def test_quotes_and_escapes_keep_a_word_together(text: str, words: list[str]) -> None:
    assert split_at_unquoted_space(text) == words


def test_an_escape_that_escapes_nothing_is_dropped() -> None:
    assert split_at_unquoted_space("a=b\\") == ["a=b"]
    assert split_at_unquoted_space("a=b \\") == ["a=b"]
    assert split_at_unquoted_space("a=b\\\\") == ["a=b\\\\"]
    assert split_at_unquoted_space("a='b\\") == ["a='b\\"]
    assert split_at_unquoted_space('a="b\\') == ['a="b']


def test_the_escape_is_that_of_the_file() -> None:
    assert split_at_unquoted_space("a=C:\\ b=c", "`") == ["a=C:\\", "b=c"]
    assert split_at_unquoted_space("a=b` c", "`") == ["a=b` c"]


@pytest.mark.parametrize(
    ("text", "flags", "rest"),
    [
        ("a b", [], "a b"),
        ("--link a b", ["--link"], "a b"),
        ("--from=x --chown=y a", ["--from=x", "--chown=y"], "a"),
        ("--from=x", ["--from=x"], ""),
        ('--mount="type=secret,id=a b" c', ["--mount=type=secret,id=a b"], "c"),
        ("--a=b\\ c d", ["--a=b c"], "d"),
        ("--a='\\'' b", ["--a='"], "b"),
        ("a --link b", [], "a --link b"),
        ("-a b", [], "-a b"),
        ("---a b", ["---a"], "b"),
        ("--link\u2003--parents a", ["--link", "--parents"], "a"),
    ],
)
def test_flags_stand_before_the_arguments(text: str, flags: list[str], rest: str) -> None:
    assert flags_and_rest(text) == (flags, rest)


def test_two_dashes_end_the_flags() -> None:
    assert flags_and_rest("--link -- --from=x a") == (["--link"], " --from=x a")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[]", []),
        ("[ ]", []),
        ('["a"]', ["a"]),
        ('[ "a" ,\t"b c" ]', ["a", "b c"]),
        (r'["\"\\\/\b\f\n\r\t"]', ['"\\/\b\f\n\r\t']),
        (r'["\u0041\u00e9"]', ["Aé"]),
        (r'["\ud83d\ude00"]', ["😀"]),
        (r'["\ud83d", "\ude00\ud83d", "\ud83da"]', ["\ufffd", "\ufffd\ufffd", "\ufffda"]),
        ('["\udc80"]', ["\ufffd"]),
        ('["日本"]', ["日本"]),
    ],
)
def test_an_array_of_strings(text: str, values: list[str]) -> None:
    assert strings(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "a",
        '["a"',
        '["a",]',
        "['a']",
        '["a" "b"]',
        '["a\tb"]',
        r'["\x"]',
        r'["\u12"]',
        '["a"] b',
        '"a"',
        '{"a": "b"}',
        "[NaN]",
        "[1e999]",
        "[" * 100_000,
    ],
)
def test_what_is_no_json_array_is_ordinary_text(text: str) -> None:
    assert strings(text) is None


@pytest.mark.parametrize("text", ["[1]", '["a", null]', "[[]]", '[{"a": "b"}]', "[true]", "[-1.5e3]"])
def test_an_array_of_other_things_is_refused(text: str) -> None:
    with pytest.raises(NotStringArrayError):
        strings(text)


def test_a_string_knows_where_it_stands() -> None:
    text = r'RUN ["a", "b\nc"]'
    found = json_strings(text, 4, len(text))
    assert found is not None
    assert [text[string.start : string.end] for string in found] == ["a", r"b\nc"]


def test_pieces_of_a_string_stand_where_they_are_written() -> None:
    text = r'["a\u0041\ud83d\ude00b\\"]'
    pieces = list(json_string_pieces(text, 2, len(text) - 2))
    assert "".join(value for value, _, _ in pieces) == "aA😀b\\"
    assert [(value, text[start:end]) for value, start, end in pieces] == [
        ("a", "a"),
        ("A", r"\u0041"),
        ("😀", r"\ud83d\ude00"),
        ("b", "b"),
        ("\\", r"\\"),
    ]
    assert list(json_string_pieces('[""]', 2, 2)) == [("", 2, 2)]
