"""The usual layout: the same build, the same comments, and nothing left to do the second time."""

from __future__ import annotations

from pathlib import Path

import pytest
from dockerfile_dlint.fixers.format.layout import FormatError, format_source
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.semantics import build_semantics
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source, SourceError
from hypothesis import given
from hypothesis import strategies as st

from ..conformance.shared import shared
from ..syntax.test_properties import BROKEN, law


def check(text: str) -> str:
    """Format a text that can be parsed, and hold the result against it without the gate's help."""
    after = format_source(text)
    old, new = parse(Source(text)), parse(Source(after))
    assert not new.errors
    assert build_semantics(Build(old)) == build_semantics(Build(new))
    assert [comment.text for comment in old.comments] == [comment.text for comment in new.comments]
    bodies = [[doc.body for i in file.instructions for doc in i.heredocs] for file in (old, new)]
    assert bodies[0] == bodies[1]
    assert format_source(after) == after
    return after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from  debian:12   as base  ", "FROM debian:12 AS base\n"),
        ("FROM a\n  copy   --from=b  x\ty \n", "FROM a\nCOPY --from=b x y\n"),
        ("FROM a\nonbuild  run  x   y\n", "FROM a\nONBUILD RUN x   y\n"),
        ("FROM a\nhealthcheck --retries=3  cmd  x\n", "FROM a\nHEALTHCHECK --retries=3 CMD x\n"),
        ("FROM a\nhealthcheck none\n", "FROM a\nHEALTHCHECK NONE\n"),
        ("FROM a\nENV a=1   b='x  y'\n", "FROM a\nENV a=1 b='x  y'\n"),
        ("FROM a\nENV key   a  value\n", "FROM a\nENV key a  value\n"),
        ('FROM a\nCMD [ "a" ,"b",  "c d" ]\n', 'FROM a\nCMD ["a", "b", "c d"]\n'),
        ('FROM a\nCMD ["a",\\\n "b"]\n', 'FROM a\nCMD ["a", \\\n    "b"]\n'),
        ("FROM a\nENTRYPOINT []\n", "FROM a\nENTRYPOINT []\n"),
    ],
)
def test_words_and_blanks(before: str, after: str) -> None:
    assert check(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN a && \\\n b", "RUN a \\\n    && b\n"),
        ("RUN a   \\\n\t|| b  \n", "RUN a \\\n    || b\n"),
        ("RUN a | \\\n # why\n b\n", "RUN a \\\n    # why\n    | b\n"),
        ("RUN a; \\\n\n b;\\\nc\n", "RUN a; \\\n    b;\\\nc\n"),
        ("RUN a \\\n && \\\n b\n", "RUN a \\\n    && b\n"),
        ("RUN a 'x \\\n  y' && \\\nb\n", "RUN a 'x \\\n  y' \\\n    && b\n"),
        ("RUN a # && \\\n  b\n", "RUN a # && \\\n  b\n"),
        ("RUN a && b \\\n--x \\\n--y\n", "RUN a && b \\\n    --x \\\n    --y\n"),
        ("RUN a \\\n--x && \\\nb\n", "RUN a \\\n        --x \\\n    && b\n"),
        (
            "RUN --mount=type=cache,target=/x \\\n a \\\n  --x\n",
            "RUN --mount=type=cache,target=/x \\\n    a \\\n        --x\n",
        ),
        (
            "RUN if a; then \\\nb; \\\n else \\\n c; \\\n fi; \\\nfor x in 1 2 ; do \\\n d \\\n  e; \\\ndone\n",
            "RUN if a; then \\\n        b; \\\n    else \\\n        c; \\\n    fi; \\\n    for x in 1 2 ; do \\\n"
            "        d \\\n            e; \\\n    done\n",
        ),
        # No grammar reads this: the lines stay as far apart as they are.
        ("RUN a ( \\\n  b \\\n   c\n", "RUN a ( \\\n    b \\\n     c\n"),
    ],
)
def test_lines_of_a_command(before: str, after: str) -> None:
    assert check("FROM a\n" + before) == "FROM a\n" + after


def test_what_goes_on_with_one_of_several_statements_stands_deeper() -> None:
    text = "RUN set -eux; \\\n a \\\n | b \\\n c; \\\n d \\\n || e; \\\n for i in x; do \\\n y | \\\n z; \\\n done\n"
    assert check(f"FROM a\n{text}") == (
        "FROM a\nRUN set -eux; \\\n"
        "    a \\\n"
        "        | b \\\n"
        "            c; \\\n"
        "    d \\\n"
        "        || e; \\\n"
        "    for i in x; do \\\n"
        "        y \\\n"
        "        | z; \\\n"
        "    done\n"
    )
    assert check("FROM a\nRUN a && \\\n b | \\\n c && d\n") == ("FROM a\nRUN a \\\n    && b \\\n        | c && d\n")
    assert check("FROM a\nRUN a | \\\n b\n") == "FROM a\nRUN a \\\n    | b\n"


def test_groups_of_arguments_stand_deeper() -> None:
    text = "RUN a && find /x \\\n \\( \\\n \\( -name y \\) \\\n -o '(' -name z \\\n ')' \\\n \\) -delete \\\n && b\n"
    assert check(f"FROM a\n{text}") == (
        "FROM a\nRUN a && find /x \\\n"
        "        \\( \\\n"
        "            \\( -name y \\) \\\n"
        "            -o '(' -name z \\\n"
        "            ')' \\\n"
        "        \\) -delete \\\n"
        "    && b\n"
    )


def test_a_redirection_behind_a_list_makes_no_words_of_it() -> None:
    text = "RUN a && \\\n  b \\\n  c && \\\n  d > e && \\\n  f \\\n  > g\n"
    assert check(f"FROM a\n{text}") == (
        "FROM a\nRUN a \\\n    && b \\\n        c \\\n    && d > e \\\n    && f \\\n        > g\n"
    )


def test_what_the_grammar_cannot_read_keeps_its_shape() -> None:
    text = "RUN [ a = ( ] && \\\n  c && \\\n    d\n"
    assert check(f"FROM a\n{text}") == ("FROM a\nRUN [ a = ( ] \\\n    && c \\\n      && d\n")


def test_long_lists_have_a_line_for_each_package() -> None:
    assert check("FROM a\nRUN apt-get install -y b c d\n") == "FROM a\nRUN apt-get install -y b c d\n"
    assert check("FROM a\nRUN apt-get install -y b c d e && f\n") == (
        "FROM a\nRUN apt-get install -y \\\n        b \\\n        c \\\n        d \\\n        e \\\n    && f\n"
    )
    assert check("FROM a\nRUN apk add b \\\n # c\n c d; e\n") == (
        "FROM a\nRUN apk add \\\n    b \\\n    # c\n    c \\\n    d; e\n"
    )
    text = 'FROM a\nRUN sh -c "apt-get install -y b c d e f"\nRUN ["apt-get", "install", "b", "c", "d", "e"]\n'
    assert check(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pip install -e . -e ./lib -r ci.txt a b", ["-e .", "-e ./lib", "-r ci.txt", "a", "b"]),
        ("apt-get install -y a b -t sid c d", ["a", "b", "-t sid", "c", "d"]),
        (
            "npm install -g a b --registry https://example.com c d",
            ["a", "b", "--registry https://example.com", "c", "d"],
        ),
        ("dnf install -y a b c --setopt=x=y d", ["a", "b", "c", "--setopt=x=y", "d"]),
    ],
)
def test_an_option_and_its_value_are_one_item(before: str, after: list[str]) -> None:
    assert check(f"FROM a\nRUN {before}\n").split(" \\\n    ")[1:] == [*after[:-1], after[-1] + "\n"]


def test_comments_among_other_shells_stay_where_they_are() -> None:
    text = 'FROM a\nSHELL ["pwsh", "-c"]\nRUN Get-Item a ; \\\n      # why\n    Get-Item b\n'
    assert check(text) == text


@pytest.mark.parametrize("text", ["RUN a && \\\n\nCOPY b /c\n", 'RUN a \\\nCMD ["b"]\n', "WORKDIR  /a \\\nUSER b\n"])
def test_an_instruction_that_is_swallowed_is_not_laid_out(text: str) -> None:
    assert check(f"FROM x\n{text}") == f"FROM x\n{text}"


def test_blank_lines() -> None:
    assert check("FROM a\n\n\n\nRUN b\n# c\nFROM d\nRUN e\n\n\n") == "FROM a\n\nRUN b\n\n# c\nFROM d\nRUN e\n"
    assert check("FROM a\n# b\n\n# c\n# d\nFROM e") == "FROM a\n# b\n\n# c\n# d\nFROM e\n"
    assert check("ARG A=1\nFROM a\n") == "ARG A=1\nFROM a\n"
    # Without the blank line the comment would be a directive.
    assert check("\n\n# escape=`\nFROM a\n") == "\n\n# escape=`\nFROM a\n"


def test_comments_and_heredocs_are_left_alone() -> None:
    text = "FROM a\n  #  odd   comment \nRUN <<E\n  b   && \\\nc  \nE\n# end  \n"
    assert check(text) == text


def test_other_shells_keep_their_blanks() -> None:
    text = "# escape=`\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN a   &&  `\n  b   c\n"
    assert check(text) == text
    text = 'FROM a\nSHELL ["pwsh", "-c"]\nRUN a   | \\\n  b "c  d"\n'
    assert check(text) == text


def test_line_endings_and_marks_stay() -> None:
    assert check("\ufefffrom a\r\nrun b && \\\r\n c\r\n\r\n\r\n") == "\ufeffFROM a\r\nRUN b \\\r\n    && c\r\n"
    assert check("# escape=`\r\nFROM a\r\nCOPY b `\r\n  c d/\r\n") == "# escape=`\r\nFROM a\r\nCOPY b `\r\n    c d/\r\n"


def test_a_file_with_errors_is_left_as_it_is() -> None:
    with pytest.raises(FormatError, match="line 2: unknown instruction `FOO`"):
        format_source("from a\nFOO\n")


@law
@given(BROKEN, st.booleans())
def test_laws(text: str, windows: bool) -> None:
    if windows:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    try:
        check(text)
    except FormatError as reason:
        errors = parse(Source(text)).errors
        assert errors or "bug of dlint" in str(reason)


def test_real_files() -> None:
    files = [path for path in sorted(shared("corpus/dockerfiles").rglob("*")) if path.is_file()]
    refused: list[str] = []
    done = 0
    for path in files[::4]:
        try:
            source = Source.decode(path.read_bytes())
        except SourceError:
            continue
        if not parse(source).errors:
            try:
                check(source.text)
                done += 1
            except FormatError as reason:
                refused.append(f"{Path(path).name}: {reason}")
    assert done > 100
    assert not refused


@pytest.mark.parametrize("blank", ["\v", "\f", "\x85", "\xa0"])
def test_lines_of_rare_blanks_stay(blank: str) -> None:
    """BuildKit trims them from lines; a shell does not."""
    text = "FROM a\\\n" + f"{blank}\\\n" * 9 + f"{blank}\\"
    assert format_source(format_source(text)) == format_source(text)
