"""Words of commands are inserted, extended and removed where they stand, in every form of script."""

from __future__ import annotations

import json

import pytest
from dockerfile_dlint.fixers.edits.edit import Edit, apply_edits
from dockerfile_dlint.fixers.edits.word_edits import append_to_word, insert_word_after, remove_word, replace_word
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.syntax.command import Command, Word
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tree import Run
from hypothesis import given
from hypothesis import strategies as st

FORMS = [
    "RUN get {}",
    "RUN a && get {} && b",
    "RUN sh -c 'get {}'",
    'RUN sh -c "a; get {} | b"',
    "RUN <<EOF\nget {}\nEOF",
    'RUN ["sh", "-c", "get {}"]',
    "ONBUILD RUN get {}",
]


def target(text: str) -> tuple[Build, Run, Command]:
    build = Build(parse(Source(text)))
    for stage in build.stages:
        for instruction in stage.all_instructions():
            if isinstance(instruction, Run):
                for command in build.commands(instruction):
                    if command.name == "get":
                        return build, instruction, command
    raise AssertionError(text)


def word(command: Command, text: str) -> Word:
    return next(each for each in command.words if each.text == text)


def edited(build: Build, edits: list[Edit] | None) -> str:
    assert edits
    return apply_edits(build.dockerfile.source.text, edits).partition("\n")[2]


@pytest.mark.parametrize("form", FORMS)
def test_a_flag_goes_behind_a_word(form: str) -> None:
    build, run, command = target("FROM a\n" + form.format("in x y"))
    edits = insert_word_after(build, run, command, word(command, "in"), "-y")
    assert edited(build, edits) == form.format("in -y x y")


@pytest.mark.parametrize("form", FORMS)
def test_a_word_is_removed_with_its_blank(form: str) -> None:
    build, run, command = target("FROM a\n" + form.format("in x y"))
    assert edited(build, remove_word(build, run, command, word(command, "x"))) == form.format("in y")


@pytest.mark.parametrize(("written", "comma"), [('["get","in","x"]', '","'), ('[ "get", "in", "x" ]', '", "')])
def test_a_flag_is_a_string_of_its_own_in_exec_form(written: str, comma: str) -> None:
    build, run, command = target(f"FROM a\nRUN {written}")
    assert edited(build, insert_word_after(build, run, command, command.words[1], "-y")) == "RUN " + written.replace(
        "in", "in" + comma + "-y"
    )
    assert json.loads(edited(build, remove_word(build, run, command, command.words[1]))[4:]) == ["get", "x"]
    assert json.loads(edited(build, append_to_word(build, command.words[0], "-x"))[4:]) == ["get-x", "in", "x"]
    assert json.loads(edited(build, insert_word_after(build, run, command, command.words[2], "-z"))[4:])[-1] == "-z"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("escape", ["\\", "`"])
def test_a_word_is_removed_with_its_line(ending: str, escape: str) -> None:
    text = f'# escape={escape}\nFROM a\nSHELL ["/bin/sh", "-c"]\nRUN get in @\n    x @\n    # c\n    y @\n    z\n'
    text = text.replace("@", escape).replace("\n", ending)
    build, run, command = target(text)
    edits = remove_word(build, run, command, word(command, "z"))
    assert edits
    assert apply_edits(text, edits) == text.replace(f" {escape}{ending}    z", "")
    assert remove_word(build, run, command, word(command, "y")) is None, "the comment would go with it"


def test_what_is_not_written_as_it_is_read_is_left_alone() -> None:
    build, run, command = target('FROM a\nRUN sh -c "get in\\"s\\" x"')
    assert insert_word_after(build, run, command, command.words[1], "-y") is None
    build, run, command = target("FROM a\nRUN get i\\\nn x")
    assert insert_word_after(build, run, command, command.words[1], "-y") is None
    build, run, command = target("FROM a\nRUN get 'in' > f x")
    assert append_to_word(build, command.words[1], "s") is None
    assert replace_word(build, command.words[1], "s") is None
    assert remove_word(build, run, command, command.words[0]) is None
    assert remove_word(build, run, command, command.words[2]) is None, "a redirection stands before it"


@given(st.lists(st.sampled_from(["x", "'y z'", '"$A"', "b=c", "--", "-q"]), min_size=1, max_size=6), st.data())
def test_all_other_words_stay(words: list[str], data: st.DataObject) -> None:
    separators = data.draw(st.lists(st.sampled_from([" ", "  ", " \\\n  "]), min_size=len(words), max_size=len(words)))
    text = "FROM a\nRUN get" + "".join(a + b for a, b in zip(separators, words, strict=True))
    build, run, command = target(text)
    at = data.draw(st.integers(1, len(command.words) - 1))
    gone = remove_word(build, run, command, command.words[at])
    assert gone
    rest = target(apply_edits(text, gone))[2]
    expected = [each.text for each in command.words]
    assert [each.text for each in rest.words] == expected[:at] + expected[at + 1 :]
    more = insert_word_after(build, run, command, command.words[at], "-new")
    assert more
    assert [each.text for each in target(apply_edits(text, more))[2].words] == [
        *expected[: at + 1],
        "-new",
        *expected[at + 1 :],
    ]
