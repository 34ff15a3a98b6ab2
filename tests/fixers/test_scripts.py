"""A command is put behind another one, or taken out, without a change of what the rest of the script does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from dockerfile_dlint.fixers.edits.edit import Edit, apply_edits
from dockerfile_dlint.fixers.edits.shell_commands import append_command, insert_command_after, remove_command
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.semantics import build_semantics
from dockerfile_dlint.syntax.command import Command
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.plain import index_at_offset, plain_form
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tree import CommandLine, Run
from hypothesis import given, settings
from hypothesis import strategies as st

ADDED = "sudo rm -rf /x/*"


def target(text: str) -> tuple[Build, Run, Command]:
    build = Build(parse(Source(text)))
    for instruction in build.stages[0].all_instructions():
        if isinstance(instruction, Run):
            for command in build.commands(instruction):
                if command.name == "get":
                    return build, instruction, command
    raise AssertionError(text)


def changed(
    put: Callable[[Build, CommandLine, Command, str], tuple[list[Edit], list[Edit]] | None], body: str, head: str = ""
) -> str | None:
    """The instruction after the change, which must be the declared one; None where there is none."""
    text = head + "FROM a\n" + body
    build, run, command = target(text)
    change = put(build, run, command, ADDED)
    if change is None:
        return None
    edits, declares = change
    fixed = apply_edits(text, edits)
    form = plain_form(build.dockerfile)
    wanted = [Edit(index_at_offset(form, e.start), index_at_offset(form, e.end), e.text) for e in declares]
    declared = build_semantics(Build(parse(Source(apply_edits(form.text, wanted)))))
    assert declared == build_semantics(Build(parse(Source(fixed))))
    return fixed.removeprefix(head + "FROM a\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN get a", "RUN get a && X"),
        ("RUN get a && b", "RUN get a && X && b"),
        ("RUN a; get a; b", "RUN a; get a; X; b"),
        ("RUN a; get a;", "RUN a; get a && X;"),
        ("RUN a; get a; # b", "RUN a; get a && X; # b"),
        ("RUN set -e; get a", "RUN set -e; get a; X"),
        ("RUN set -e; a && get a", "RUN set -e; a && get a && X"),
        ("RUN get a > /dev/null 2>&1 # why", "RUN get a > /dev/null 2>&1 && X # why"),
        ("RUN yes | get a && b", "RUN yes | get a && X && b"),
        ("RUN get a | tee b && c", "RUN get a | tee b && X && c"),
        (
            "RUN a && \\\n    get a \\\n      b && \\\n    c",
            "RUN a && \\\n    get a \\\n      b && \\\n    X && \\\n    c",
        ),
        ("RUN a \\\n && get a \\\n      b", "RUN a \\\n && get a \\\n      b \\\n && X"),
        ("RUN a && get \\\n\ta \\\n\tb", "RUN a && get \\\n\ta \\\n\tb \\\n\t&& X"),
        ("RUN get a && \\\n  # why\n  b", "RUN get a && \\\n  X && \\\n  # why\n  b"),
        ("RUN get a && if b; then c; fi", "RUN get a && X && if b; then c; fi"),
        ("RUN sh -c 'get a && b'", "RUN sh -c 'get a && X && b'"),
        ('RUN ["sh", "-c", "get a"]', 'RUN ["sh", "-c", "get a && X"]'),
        ("RUN <<EOF\nset -e\n  get a\nb\nEOF", "RUN <<EOF\nset -e\n  get a\n  X\nb\nEOF"),
        ("RUN <<EOF\nget a\nEOF", "RUN <<EOF\nget a && X\nEOF"),
        ("ONBUILD RUN get a", "ONBUILD RUN get a && X"),
        ("RUN get " + "a" * 120, "RUN get " + "a" * 120 + " \\\n    && X"),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("escape", ["", "`"])
def test_a_command_is_put_behind(before: str, after: str, ending: str, escape: str) -> None:
    if "<<" in before and ending != "\n":
        return
    head = f'# escape={escape}\nFROM x\nSHELL ["sh", "-c"]\n' if escape else ""
    before, after, head = (
        text.replace("\\\n", (escape or "\\") + "\n").replace("\n", ending) for text in (before, after, head)
    )
    text = f"{head}FROM a{ending}" + (f'SHELL ["sh", "-c"]{ending}' if escape else "") + before
    build = Build(parse(Source(text)))
    stage = build.stages[-1]
    run = next(each for each in stage.all_instructions() if isinstance(each, Run))
    command = next(each for each in build.commands(run) if each.name == "get")
    change = insert_command_after(build, run, command, ADDED)
    assert change
    assert apply_edits(text, change[0]).endswith(after.replace("X", ADDED))


@pytest.mark.parametrize(
    "body",
    [
        "RUN get a || b",
        "RUN a || get a",
        "RUN get a && b || c",
        "RUN get a &",
        "RUN ! get a && b",
        "RUN if get a; then b; fi",
        "RUN (get a) && b",
        "RUN get a; [ $? = 0 ]",
        "RUN get a | while read x; do echo $x; done && b",
        "RUN f() { get a; } && f",
        'RUN ["get", "a"]',
        "RUN get a <<X\nb\nX",
        "RUN echo $(get a)",
        "RUN <<EOF\r\nget a\r\nEOF\r\n",
    ],
)
def test_where_it_would_do_something_else_it_is_not_put(body: str) -> None:
    assert changed(insert_command_after, body) is None


@pytest.mark.parametrize(
    "body", ["RUN sh -c 'a && \\\n    get b && \\\n   c'", "RUN a \\\n  && get b", "RUN <<E\na && \\\n  get b\nE\n"]
)
def test_what_is_declared_is_done(body: str) -> None:
    assert changed(insert_command_after, body)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN get a && b", "RUN get a && b && X"),
        ("RUN get a || b", "RUN get a || b && X"),
        ("RUN if get a; then b; fi && c", "RUN if get a; then b; fi && c && X"),
        ("RUN if get a; then b; fi", None),
        ("RUN get a && exit 0", None),
        ("RUN set -e; f() { get a; }; f", None),
        ("RUN get a && b &", None),
        ("RUN get a && { b; c; } | d", None),
    ],
)
def test_a_command_is_put_last(before: str, after: str | None) -> None:
    assert changed(append_command, before) == (after.replace("X", ADDED) if after else None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN get && b", "RUN b"),
        ("RUN a && get && b", "RUN a && b"),
        ("RUN a \\\n && get \\\n && b", "RUN a \\\n && b"),
        ("RUN get && \\\n    b c", "RUN b c"),
        ("RUN get; b", "RUN b"),
        ("RUN a && get; b", None),
        ("RUN a; get && b", "RUN a; b"),
        ("RUN a || get && b", None),
        ("RUN get || b", None),
        ("RUN get", None),
        ("RUN a && get", None),
        ("RUN get && \\\n # why\n b", None),
        ("RUN get && (b)", None),
        ("RUN sh -c 'get && b'", "RUN sh -c 'b'"),
        ("RUN <<EOF\nget\nb\nEOF", "RUN <<EOF\nb\nEOF"),
    ],
)
def test_a_command_is_taken_out(before: str, after: str | None) -> None:
    text = "FROM a\n" + before
    edits = remove_command(*target(text))
    assert (edits and apply_edits(text, edits).removeprefix("FROM a\n")) == after


COMMANDS = st.sampled_from(
    ["echo a", "false", "get", "echo b | cat", "{ echo c; false; }", "if false; then echo d; fi"]
)
SCRIPTS = st.builds(
    lambda first, rest, strict: strict + first + "".join(joiner + command for joiner, command in rest),
    COMMANDS,
    st.lists(st.tuples(st.sampled_from([" && ", "; ", " || "]), COMMANDS), max_size=4),
    st.sampled_from(["", "set -e; ", "set -e && "]),
).filter(lambda script: script.count("get") == 1)


@pytest.mark.parametrize("put", [insert_command_after, append_command])
@settings(max_examples=60, deadline=None)
@given(script=SCRIPTS, works=st.booleans())
def test_a_shell_does_the_same_and_one_thing_more(
    put: Callable[[Build, CommandLine, Command, str], tuple[list[Edit], list[Edit]] | None],
    script: str,
    works: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    build, run, command = target(f"FROM a\nRUN {script}")
    change = put(build, run, command, "echo X")
    if change is None:
        return
    text = apply_edits(build.dockerfile.source.text, change[0]).replace("\\\n", "").partition("RUN ")[2]
    folder = tmp_path_factory.getbasetemp() / f"bin-{works}"
    _make_get(folder, works)
    status, output = _shell(script, folder)
    new_status, new_output = _shell(text, folder)
    assert (new_status, new_output.replace("X\n", "")) == (status, output), text


def _make_get(folder: Path, works: bool) -> None:
    if not folder.exists():
        folder.mkdir()
        (folder / "get").write_text(f"#!/bin/sh\necho got\nexit {0 if works else 1}\n")
        (folder / "get").chmod(0o755)


def _shell(script: str, folder: Path) -> tuple[int, str]:
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stdout
