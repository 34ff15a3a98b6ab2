"""A list is written one word a line and in order, whatever stands between its words."""

from __future__ import annotations

from dockerfile_dlint.fixers.edits.argument_lists import is_one_per_line, list_items, sort_items, write_list
from dockerfile_dlint.fixers.edits.edit import apply_edits
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.syntax.command import Command, Word
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tree import Run
from hypothesis import given
from hypothesis import strategies as st


def target(text: str) -> tuple[Build, Run, Command]:
    build = Build(parse(Source(text)))
    run = next(each for each in build.stages[0].instructions if isinstance(each, Run))
    return build, run, next(each for each in build.commands(run) if each.name == "get")


def by_text(word: Word) -> tuple[str, ...]:
    return (word.text,)


def written(text: str) -> str | None:
    build, run, command = target(text)
    rows = list_items(build, command, command.words[1:])
    change = rows and write_list(build, run, command, rows, by_text)
    return apply_edits(text, change[0]) if change else None


def test_what_follows_on_the_line_gets_its_own() -> None:
    assert written("FROM a\nRUN get b a && c") == "FROM a\nRUN get \\\n    a \\\n    b \\\n    && c"
    assert written("FROM a\nRUN x && \\\n\tget b a; c") == "FROM a\nRUN x && \\\n\tget \\\n\t\ta \\\n\t\tb; c"
    assert written("FROM a\nRUN get b \\\n a && \\\n c") == "FROM a\nRUN get \\\n a \\\n b && \\\n c"


def test_words_below_the_first_stay_there() -> None:
    aligned = "FROM a\nRUN get c \\\n        a b \\\n        d"
    assert written(aligned) == "FROM a\nRUN get a \\\n        b \\\n        c \\\n        d"


def test_forms() -> None:
    assert written("FROM a\nRUN <<E\nget b a\nE\n") == "FROM a\nRUN <<E\nget \\\n    a \\\n    b\nE\n"
    assert written("FROM a\r\nRUN get b a\r\n") == "FROM a\r\nRUN get \\\r\n    a \\\r\n    b\r\n"
    assert written("FROM a\r\nRUN <<E\nget b a\nE\n") == "FROM a\r\nRUN <<E\nget \\\n    a \\\n    b\nE\n"
    assert written("FROM a\nRUN <<E\r\nget b a\r\nE\r\n") is None
    assert written("FROM a\nRUN sh -c 'get b a'") is None
    assert written('FROM a\nRUN ["get", "b", "a"]') is None
    assert written("FROM a\nRUN get b > f a") is None


def test_a_word_below_a_comment_keeps_its_place() -> None:
    text = "FROM a\nRUN get \\\n  d \\\n  c \\\n  # b is first here\n  # of all\n  b \\\n  z \\\n  y\n"
    assert written(text) == (
        "FROM a\nRUN get \\\n  c \\\n  d \\\n  # b is first here\n  # of all\n  b \\\n  y \\\n  z\n"
    )


BETWEEN = st.sampled_from([" ", "  ", " \\\n  ", "\\\n\t", " \\\n  # c1\n  ", " \\\n\n # c2\n# c3\n "])


@given(
    st.lists(st.tuples(BETWEEN, st.sampled_from("abcdefg")), min_size=2, max_size=8), st.sampled_from(["\n", "\r\n"])
)
def test_words_and_comments_stay_and_a_second_time_changes_nothing(parts: list[tuple[str, str]], ending: str) -> None:
    text = ("FROM a\nRUN get" + "".join(blank + word for blank, word in parts) + " && \\\n x").replace("\n", ending)
    fixed = written(text)
    assert fixed is not None
    build, _, command = target(fixed)
    rows = list_items(build, command, command.words[1:])
    assert rows
    assert is_one_per_line(build, rows)
    assert sort_items(rows, by_text) == rows
    before = parse(Source(text))
    assert [each.text for each in build.dockerfile.comments] == [each.text for each in before.comments]
    assert sorted(each.word.text for each in rows) == sorted(word for _, word in parts)
    assert written(fixed) == fixed
