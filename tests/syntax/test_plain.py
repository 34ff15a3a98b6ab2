"""The plain form of a file builds what the file builds."""

from __future__ import annotations

import pytest
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.semantics import build_semantics
from dockerfile_dlint.syntax.blanks import split_shell_line
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.plain import index_at_offset, plain_form
from dockerfile_dlint.syntax.source import Source
from hypothesis import given

from ..conformance.shared import shared
from .test_properties import BROKEN, law


@law
@given(BROKEN)
def test_of_generated_files(text: str) -> None:
    _same(text)


def test_of_real_files() -> None:
    for path in shared("corpus/dockerfiles").rglob("*"):
        if path.is_file():
            _same(path.read_bytes().decode("utf-8", "surrogateescape"))


def _same(text: str) -> None:
    dockerfile = parse(Source(text))
    if not dockerfile.errors:
        again = parse(Source(plain_form(dockerfile).text))
        assert build_semantics(Build(again)) == build_semantics(Build(dockerfile))


def test_offsets() -> None:
    text = "# c\nFROM a\nRUN b \\\n  # d\n\n  c <<E\nx\nE\n"
    form = plain_form(parse(Source(text)))
    assert form.text == "FROM a\nRUN b   c <<E\nx\nE\n"
    for index, char in enumerate(form.text):
        assert text[form.offset(index)] == char
    assert index_at_offset(form, text.index("RUN")) == form.text.index("RUN")
    assert index_at_offset(form, text.index("# d")) == form.text.index("  c <<E")
    assert index_at_offset(form, len(text)) == len(form.text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a  b", "a\tb", True),
        ("a 'b  c'", "a 'b c'", False),
        ('a "b $(c  "d  e")"', 'a "b $(c  "d e")"', False),
        ("a b\\  c", "a b\\   c", True),
        ("a b\\  c", "a b \\ c", False),
        ("a $'b\\'  c'", "a $'b\\' c'", False),
        ("a `b  c`", "a `b c`", False),
        ("a #  b", "a # b", False),
        ("a ${b:-c  d}", "a ${b:-c d}", False),
    ],
)
def test_blanks(one: str, other: str, same: bool) -> None:
    assert (split_shell_line(one) == split_shell_line(other)) is same
