from __future__ import annotations

import pytest
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.state import LINUX_SHELL, WINDOWS_SHELL, State, is_windows_shell
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source


def build(text: str, **given: str) -> Build:
    return Build(parse(Source.decode(text.encode())), build_args=given)


def last(text: str, **given: str) -> State:
    """What holds behind the last instruction of the file."""
    stage = build(text, **given).stages[-1]
    return stage.state(len(stage.instructions))


def value(text: str, word: str, **given: str) -> str | None:
    """The value of a word at the end of the file; the base is scratch, which sets nothing."""
    return last(text, **given).value(word)


# ARG and ENV


@pytest.mark.parametrize(
    ("text", "word", "wanted"),
    [
        ("FROM scratch\nENV A=1", "$A", "1"),
        ("FROM scratch\nENV A=1", "${A}-x", "1-x"),
        ("FROM scratch\nENV A=1", "'$A'", "$A"),
        ("FROM scratch\nENV A=1", '"$A b"', "1 b"),
        ("FROM scratch\nENV A=1", "\\$A", "$A"),
        ("FROM scratch\nENV A 1 2", "$A", "1 2"),
        ("FROM scratch", "$A", ""),
        ("FROM scratch", "${A:-d}", "d"),
        ("FROM scratch", "plain", "plain"),
        ("FROM scratch", "${A", None),
        # ENV expands with what was before it, ARG from left to right.
        ("FROM scratch\nENV A=1\nENV A=2 B=$A", "$B", "1"),
        ("FROM scratch\nENV A=1 B=$A", "$B", ""),
        ("FROM scratch\nARG A=1 B=$A", "$B", "1"),
        ("FROM scratch\nARG A=1\nARG A=2 B=$A", "$B", "2"),
        # A later ARG overrides an earlier ENV, and the other way round.
        ("FROM scratch\nENV A=env\nARG A=arg", "$A", "arg"),
        ("FROM scratch\nARG A=arg\nENV A=env", "$A", "env"),
        ("FROM scratch\nENV A=env\nARG A", "$A", "env"),
        ("FROM scratch\nARG A=one\nARG A", "$A", "one"),
        # A name may be made of variables.
        ("FROM scratch\nARG N=NAME\nENV ${N}_X=1", "$NAME_X", "1"),
        # What is before the first FROM is seen through a bare ARG only.
        ("ARG A=1\nFROM scratch", "$A", ""),
        ("ARG A=1\nFROM scratch\nARG A", "$A", "1"),
        ("ARG A=1\nFROM scratch\nARG A=2", "$A", "2"),
        ("ARG A=1\nFROM scratch\nENV B=$A\nARG A", "$B", ""),
        ("ARG A=1\nFROM scratch\nENV A=env\nARG A", "$A", "1"),
        ("ARG A=1\nARG B=$A\nFROM scratch\nARG B", "$B", "1"),
        ("ARG A=1\nARG A=2\nFROM scratch\nARG A", "$A", "2"),
        # A stage that is FROM another one inherits both; another stage starts anew.
        ("FROM scratch AS a\nENV A=1\nARG B=2\nFROM a", "$A$B", "12"),
        ("FROM scratch AS a\nENV A=1\nFROM scratch", "$A", ""),
        ("FROM scratch AS a\nENV A=1\nFROM a AS b\nENV A=2\nFROM a", "$A", "1"),
        ("FROM scratch AS a\nENV A=1\nFROM a AS b\nFROM b\nENV B=${A}2", "$B", "12"),
        # What BuildKit gives without being asked wants a bare ARG too.
        ("FROM scratch", "$TARGETARCH", ""),
        ("FROM scratch\nARG TARGETARCH", "$TARGETARCH", "amd64"),
        ("FROM scratch\nARG TARGETPLATFORM", "$TARGETPLATFORM", "linux/amd64"),
        ("FROM scratch\nARG BUILDVARIANT", "x$BUILDVARIANT", "x"),
        ("FROM scratch\nARG TARGETARCH=mine", "$TARGETARCH", "mine"),
        # Without a default the one who builds decides.
        ("FROM scratch\nARG A", "$A", None),
        ("FROM scratch\nARG A", "${A:-x}", None),
        ("FROM scratch\nARG A", "'$A'", "$A"),
        ("FROM scratch\nARG A\nENV B=$A", "$B", None),
        ("FROM scratch\nARG A\nENV B=$A\nENV B=1", "$B", "1"),
        ("FROM scratch\nARG A\nARG A=1", "$A", "1"),
        ("ARG A\nFROM scratch\nARG A", "$A", None),
        ("ARG A\nFROM scratch\nARG A=1", "$A", "1"),
        ("ARG A\nARG B=$A-x\nFROM scratch\nARG B", "$B", None),
        ("FROM scratch AS a\nARG A\nFROM a", "$A", None),
        # A trigger sets nothing here.
        ("FROM scratch\nONBUILD ENV A=1", "$A", ""),
        ("FROM scratch\nENV A=${B", "$A", None),
    ],
)
def test_value(text: str, word: str, wanted: str | None) -> None:
    assert value(text, word) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FROM scratch\nARG A", "given"),
        ("FROM scratch\nARG A=1", "given"),
        ("FROM scratch\nENV A=1\nARG A", "given"),
        ("FROM scratch\nARG A\nENV A=1", "1"),
        ("FROM scratch\nENV A=1", "1"),
        ("FROM scratch", ""),
        ("ARG A=1\nFROM scratch", ""),
        ("ARG A=1\nFROM scratch\nARG A", "given"),
        ("ARG A=1\nFROM scratch\nARG A=2", "given"),
        ("FROM scratch AS a\nARG A\nFROM a", "given"),
    ],
)
def test_value_with_a_build_argument(text: str, wanted: str) -> None:
    assert value(text, "$A", A="given") == wanted


def test_the_base_image_may_set_what_the_file_does_not() -> None:
    state = last("FROM mine/base\nENV A=1")
    assert state.value("$A") == "1"
    assert state.value("$B") is None
    assert state.text("x$B") == "x"
    assert not state.base_variables_known


def test_the_variables_of_a_known_base() -> None:
    state = last("FROM debian:12-slim")
    assert state.base_variables_known
    assert "/usr/bin" in (state.value("$PATH") or "")
    assert state.value("$NOWHERE") == ""
    python = last("FROM python:3.12-slim")
    assert python.value("$PYTHON_VERSION") is None, "the version is that of a day, not of the tag"
    assert "/usr/local/bin" in (python.value("$PATH") or "")


def test_text_and_expand() -> None:
    state = last("FROM scratch\nARG A\nENV B=b")
    assert state.text("$A$B") == "b"
    assert state.text("${B") == "${B", "what is broken stays"
    assert state.expand("$A$B$C").unmatched == {"A", "C"}
    assert state.expand_body('"$B" \\$B').text == '"b" $B'


def test_the_escape_character() -> None:
    text = "# escape=`\nFROM scratch\nENV A=1"
    assert value(text, "`$A") == "$A"
    assert value(text, "C:\\$A") == "C:\\1"


def test_states_do_not_change_each_other() -> None:
    b = build("FROM scratch AS a\nENV A=1\nENV A=2 B=1\nARG C\nFROM a\nENV A=3")
    first = b.stages[0]
    seen = [(s.vars.get("A"), s.vars.get("B"), "C" in s.unknown) for s in map(first.state, range(4))]
    assert seen == [(None, None, False), ("1", None, False), ("2", "1", False), ("2", "1", True)]
    assert b.stages[1].state(1).vars["A"] == "3"
    assert first.state(3).vars["A"] == "2"


def test_the_state_of_an_instruction_before_the_first_from() -> None:
    b = build("ARG A=1\nARG B=$A\nARG A=2\nFROM scratch")
    assert [b.state(i).value("$A") for i in b.global_instructions] == ["", "1", "1"]
    assert b.state(b.stages[0].from_).value("$A$B") == "21"


# SHELL, USER, WORKDIR


def test_shell() -> None:
    b = build('FROM scratch AS a\nRUN a\nSHELL ["/bin/bash", "-c"]\nRUN b\nFROM a\nRUN c\nFROM scratch\nRUN d')
    runs = [i for stage in b.stages for i in stage.instructions if i.name == "RUN"]
    bash = ("/bin/bash", "-c")
    assert [b.state(run).shell for run in runs] == [LINUX_SHELL, bash, bash, LINUX_SHELL]
    assert [b.state(run).has_custom_shell for run in runs] == [False, True, True, False]


@pytest.mark.parametrize("text", ["SHELL bash -c", "SHELL []", 'ONBUILD SHELL ["bash"]'])
def test_what_sets_no_shell(text: str) -> None:
    assert last(f"FROM scratch\n{text}").shell == LINUX_SHELL


def test_user() -> None:
    assert last("FROM mine/base").user is None
    assert last("FROM scratch").user == "root"
    assert last("FROM debian:12").user == "root"
    assert last("FROM mine/base\nUSER app").user == "app"
    assert last("FROM scratch\nARG U=app\nUSER $U:$U").user == "app:app"
    assert last("FROM scratch\nARG U\nUSER $U").user is None
    assert last("FROM scratch AS a\nUSER app\nFROM a").user == "app"
    assert last("FROM scratch AS a\nUSER app\nFROM scratch").user == "root"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FROM scratch", "/"),
        ("FROM mine/base", None),
        ("FROM mine/base\nWORKDIR /app", "/app"),
        ("FROM mine/base\nWORKDIR app", None),
        ("FROM scratch\nWORKDIR app", "/app"),
        ("FROM scratch\nWORKDIR /a\nWORKDIR b\nWORKDIR ../c/", "/a/c"),
        ("FROM scratch\nENV D=/a\nWORKDIR $D/b", "/a/b"),
        ("FROM scratch\nARG D\nWORKDIR $D", None),
        ("FROM scratch\nARG D\nWORKDIR $D\nWORKDIR b", None),
        ("FROM scratch\nARG D\nWORKDIR $D\nWORKDIR /b", "/b"),
        ('FROM scratch\nWORKDIR "/a b"', "/a b"),
        ("FROM scratch AS a\nWORKDIR /a\nFROM a\nWORKDIR b", "/a/b"),
        ("FROM scratch\nWORKDIR /", "/"),
    ],
)
def test_workdir(text: str, wanted: str | None) -> None:
    assert last(text).workdir == wanted


def test_path() -> None:
    state = last("FROM scratch\nENV H=/home\nARG U\nWORKDIR /app")
    words = ["a", "./a/", "/a/../b", "$H/x", "$U", ".", "", "a//b"]
    assert [state.path(word) for word in words] == [
        "/app/a",
        "/app/a",
        "/b",
        "/home/x",
        None,
        "/app",
        "/app",
        "/app/a/b",
    ]
    assert last("FROM mine/base").path("a") is None
    assert last("FROM mine/base").path("/a") == "/a"


def test_windows_paths_stay_as_they_are() -> None:
    state = last("# escape=`\nFROM mcr.microsoft.com/windows/nanoserver\nWORKDIR C:\\app")
    assert state.workdir == "C:\\app"
    assert state.shell == WINDOWS_SHELL


def test_shells_of_windows() -> None:
    assert is_windows_shell(("powershell", "-Command"))
    assert is_windows_shell(("C:\\Windows\\System32\\cmd.exe", "/C"))
    assert is_windows_shell(("pwsh",))
    assert not is_windows_shell(("/bin/bash", "-c"))
    assert not is_windows_shell(())
