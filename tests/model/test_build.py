from __future__ import annotations

from typing import cast

import pytest
from dockerfile_dlint.model.build import Build, stage_number
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tree import CommandLine, Run


def build(text: str, target: str = "", **given: str) -> Build:
    return Build(parse(Source.decode(text.encode())), build_args=given, target=target)


# Stages


def test_stages() -> None:
    b = build("ARG A=1\nFROM a AS One\nRUN x\nRUN y\nfrom b\nFROM one\nRUN z\n")
    assert [i.name for i in b.global_instructions] == ["ARG"]
    assert [(s.index, s.name, s.display_name, s.image) for s in b.stages] == [
        (0, "one", "`one`", "a"),
        (1, "", "number 1", "b"),
        (2, "", "number 2", None),
    ]
    assert [len(s.instructions) for s in b.stages] == [2, 0, 1]
    text = b.dockerfile.source.text
    assert [text[s.start : s.end] for s in b.stages] == ["FROM a AS One\nRUN x\nRUN y", "from b", "FROM one\nRUN z"]
    assert b.stages[2].parent is b.stages[0]
    assert b.stages[2].root is b.stages[0]


def test_places() -> None:
    b = build("ARG A\nFROM a\nRUN x\nONBUILD RUN y\n")
    stage = b.stages[0]
    run, onbuild = stage.instructions
    assert onbuild.trigger is not None
    assert [b.stage_of(i) for i in (run, onbuild, onbuild.trigger, stage.from_, b.global_instructions[0])] == [
        stage
    ] * 3 + [None] * 2
    assert [b.index_of(i) for i in (run, onbuild, onbuild.trigger)] == [0, 1, 1]
    assert list(stage.all_instructions()) == [run, onbuild, onbuild.trigger]


@pytest.mark.parametrize(
    ("text", "parents"),
    [
        ("FROM a AS x\nFROM x", [None, 0]),
        ("FROM a AS X\nFROM x", [None, 0]),
        ("FROM a AS x\nFROM X", [None, None]),  # the case of a base counts: X is an image
        ("FROM a AS x\nFROM 0", [None, None]),  # and numbers are names of images
        ("FROM x\nFROM a AS x", [None, None]),
        ("FROM x AS x\nFROM x", [None, 0]),
        ("FROM a AS x\nFROM b AS x\nFROM x", [None, None, 1]),
        ("ARG B=x\nFROM a AS x\nFROM $B", [None, 0]),
        ("ARG B=x\nFROM a AS xy\nFROM ${B}y", [None, 0]),
        ("ARG B\nFROM a AS x\nFROM $B", [None, None]),
        ("FROM a AS amd64\nFROM $TARGETARCH", [None, 0]),
        ("FROM a AS default\nFROM $TARGETSTAGE", [None, 0]),
        ("FROM a AS x\nFROM x AS y\nFROM y", [None, 0, 1]),
        ("FROM\nFROM a AS\nFROM", [None, None, None]),
    ],
)
def test_parents(text: str, parents: list[int | None]) -> None:
    b = build(text)
    assert [s.parent.index if s.parent else None for s in b.stages] == parents


def test_images() -> None:
    b = build("ARG T=1\nARG U\nFROM a:$T\nFROM a:$U\nFROM ${X:-b}\nFROM scratch\nFROM Foo:1", T="2")
    assert [s.image for s in b.stages] == ["a:2", None, "b", "scratch", "Foo:1"]
    refs = [s.base_ref for s in b.stages]
    assert [ref and ref.tag for ref in refs] == ["2", None, None, None, None]
    assert refs[2] is not None
    assert refs[4] is None


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        ("COPY --from=a x y", [0]),
        ("COPY --from=A x y", [0]),
        ("COPY --from=0 x y", [0]),
        ("COPY --from=1 x y", [1]),
        ("COPY --from=2 x y", []),  # itself: refused
        ("COPY --from=7 x y", []),
        ("COPY --from=-1 x y", []),
        ("COPY --from=alpine x y", []),
        ("COPY --from= x y", []),
        ("COPY x y", []),
        ("COPY --from=later x y", []),
        ("RUN --mount=from=a,target=/x y", [0]),
        ("RUN --mount=type=bind,from=B,target=/x --mount=from=a,target=/z y", [1, 0]),
        ("RUN --mount=from=0,target=/x y", []),  # the image "0"
        ("RUN --mount=target=/x y", []),
        ("ONBUILD COPY --from=a x y", [0]),
        ("ADD --from=a x y", []),
    ],
)
def test_sources(line: str, sources: list[int]) -> None:
    b = build(f"FROM x AS a\nFROM y AS b\nFROM z AS c\n{line}\nFROM w AS later")
    found = list(b.stage_dependencies(b.stages[2]))
    assert [source.index for source, _ in found] == sources
    assert all(instruction.start_line == 4 for _, instruction in found)


def test_the_last_of_two_stages_of_one_name() -> None:
    b = build("FROM a AS x\nFROM b AS x\nFROM c\nCOPY --from=x a b\n")
    source = b.source_stage("x")
    assert source is b.stages[1]
    late = build("FROM a AS x\nFROM c\nCOPY --from=x a b\nFROM b AS x")
    assert late.source_stage("x") is late.stages[2]
    assert late.source_stage("x", late.stages[1]) is None


def test_numbers_of_stages() -> None:
    words = ["0", "12", "+1", "-1", "", "-", "--5", "1a", "a", "٣", "²", "9" * 30]
    assert [stage_number(word) for word in words] == [0, 12, 1, -1] + [None] * 8


def test_what_is_needed_and_what_is_shipped() -> None:
    text = (
        "FROM a AS base\nFROM base AS tools\nFROM base AS unused\nFROM b AS data\n"
        "FROM base AS app\nCOPY --from=tools x y\nFROM app AS test\nRUN --mount=from=data,target=/d t\nFROM app\n"
    )
    b = build(text)
    assert b.needed_stages() == {0, 1, 4, 6}
    assert [b.is_shipped(s) for s in b.stages] == [True, False, False, False, True, False, True]
    test = build(text, target="Test")
    assert test.final_stage is test.stages[5]
    assert test.needed_stages() == {0, 1, 3, 4, 5}
    assert build(text, target="nowhere").final_stage is not None
    assert build("ARG A").final_stage is None
    assert build("").needed_stages() == set()


def test_circles_end() -> None:
    b = build("FROM x AS a\nCOPY --from=b x y\nFROM x AS b\nCOPY --from=a x y\nCOPY --from=b x y\n")
    assert b.needed_stages() == {0, 1}


def test_a_long_chain() -> None:
    text = "FROM scratch AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\nENV A{n}={n}\n" for n in range(400))
    b = build(text)
    state = b.stages[-1].state(1)
    assert (state.value("$A0$A399"), len(b.stages[-1].ancestors)) == ("0399", 400)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022", True),
        ("FROM mcr.microsoft.com/windows/servercore:ltsc2022", True),
        ("FROM mcr.microsoft.com/dotnet/framework/sdk:4.8", True),
        ("FROM golang:1.22-nanoserver", True),
        ("FROM microsoft/windowsservercore", True),
        ("FROM winamd64/python:3.12", True),
        ("FROM me/agent:1.0-windows-1809", True),
        ("FROM mcr.microsoft.com/${NanoServerRepo}:1809", True),
        ("# escape=`\nFROM $BASE", True),
        ("# escape=`\nFROM me/base", True),
        ("# escape=`\nFROM scratch", False),
        ("# escape=`\nFROM --platform=linux/amd64 me/base", False),
        ("FROM --platform=windows/amd64 me/base", True),
        ("FROM --platform=$BUILDPLATFORM mcr.microsoft.com/windows/nanoserver", True),
        ("FROM --platform=$BUILDPLATFORM golang", False),
        ("FROM --platform=linux/amd64 me/agent:windows", False),
        ("FROM dockcross/windows-static-x64", False),  # Linux, from which one builds for Windows
        ("FROM me/for-windows:1", False),
        ("FROM mcr.microsoft.com/dotnet/sdk:8.0", False),
        ("FROM mcr.microsoft.com/windows/nanoserver AS a\nFROM a", True),
        ("FROM $BASE", False),
        ("FROM", False),
    ],
)
def test_windows(text: str, windows: bool) -> None:
    assert build(text).stages[-1].is_windows is windows


def test_mount_targets() -> None:
    b = build(
        "FROM scratch\nENV D=/data\nRUN --mount=type=cache,target=/a --mount=type=CACHE,dst=$D/b "
        "--mount=type=secret,id=s,destination=/c --mount=from=x,target=/d --mount=type=tmpfs,target=/e "
        "--mount=type=cache --mount=bad --network=none y\n"
    )
    run = cast(Run, b.stages[0].instructions[1])
    assert b.mount_targets(run, "cache") == ["/a", "/data/b"]
    assert b.mount_targets(run, "cache", "tmpfs") == ["/a", "/data/b", "/e"]
    assert b.mount_targets(run, "bind") == ["/d"]
    assert b.mount_targets(run, "secret") == ["/c"]


def test_the_context_is_asked_for_once_and_late(tmp_path: object) -> None:
    asked: list[Build] = []

    def find(b: Build) -> Context:
        asked.append(b)
        return Context(str(tmp_path), "Dockerfile")

    b = Build(parse(Source.decode(b"FROM a\nCOPY . .\n")), find)
    assert asked == []
    assert b.context is b.context is not None
    assert asked == [b]
    assert build("FROM a").context is None


# Commands


def commands(text: str) -> list[tuple[str, str]]:
    """Name and text in the file of every command of the last instruction (or of its trigger)."""
    b = build(text)
    instruction = b.stages[-1].instructions[-1]
    found = b.commands(cast(CommandLine, instruction.trigger or instruction))
    source = b.dockerfile.source.text
    return [(command.name, source[command.start : command.end]) for command in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RUN make all && make install", ["make", "make"]),
        ('RUN ["make", "all"]', ["make"]),
        ('RUN ["sh", "-c", "make all && cp a b"]', ["sh", "make", "cp"]),
        ("RUN", []),
        ("RUN []", []),
        ('CMD ["app"]', ["app"]),
        ("CMD exec app", ["app"]),
        ("ENTRYPOINT app --x", ["app"]),
        ("HEALTHCHECK NONE", []),
        ("HEALTHCHECK CMD curl -f http://localhost || exit 1", ["curl", "exit"]),
        ('HEALTHCHECK --interval=5s CMD ["curl", "-f", "x"]', ["curl"]),
        ("ONBUILD RUN make", ["make"]),
        ("RUN <<EOF\nmake\ncp a b\nEOF\n", ["make", "cp"]),
        ("RUN <<'EOF'\nmake $X\nEOF\n", ["make"]),
        ("RUN <<-EOF\n\tmake\n\tcp a b\n\tEOF\n", ["make", "cp"]),
        ("RUN 3<<EOF\nmake\nEOF\n", ["make"]),
        ("ONBUILD RUN <<EOF\nmake\nEOF\n", ["make"]),
        ("RUN <<EOF bash\nmake\nEOF\n", ["bash", "make"]),
        ("RUN bash -ex <<EOF\nmake\nEOF\n", ["bash", "make"]),
        ("RUN <<EOF\n#!/bin/bash -e\nmake\nEOF\n", ["make"]),
        ("RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF\n", []),
        ("RUN python3 <<EOF\nimport os\nEOF\n", ["python3"]),
        ("RUN cat <<EOF > /etc/x && make\ncp a b\nEOF\n", ["cat", "make"]),
        ("RUN <<A cat > a && <<B cat > b\nx y\nA\nz\nB\n", ["cat", "cat"]),
        ("RUN <<EOF\nEOF\n", []),
        ('SHELL ["powershell", "-Command"]\nRUN make', []),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN make | tee x', ["make", "tee"]),
        ('SHELL ["/usr/bin/python3", "-c"]\nRUN import os', []),
        ('SHELL ["cmd"]\nRUN <<EOF\n#!/bin/sh\nmake\nEOF\n', ["make"]),
    ],
)
def test_names_of_commands(text: str, names: list[str]) -> None:
    assert [name for name, _ in commands("FROM debian:12\n" + text)] == names


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("RUN make all && cp a b", ["make all", "cp a b"]),
        ("RUN make \\\n  all && \\\n  # why\n\n  cp a b\n", ["make \\\n  all", "cp a b"]),
        ("RUN <<EOF\nmake all\n  cp a b\nEOF\n", ["make all", "cp a b"]),
        ("RUN <<-EOF\n\tmake all\n\t\tcp a b\n\tEOF\n", ["make all", "cp a b"]),
        ("HEALTHCHECK --timeout=3s CMD \\\n  curl x || exit 1\n", ["curl x", "exit 1"]),
        ("ONBUILD RUN make \\\n all\n", ["make \\\n all"]),
        ("RUN --mount=type=cache,target=/x \\\n make all\n", ["make all"]),
        ("RUN é && make 日本 && cp", ["é", "make 日本", "cp"]),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_spans_of_commands(text: str, shown: list[str], ends: str) -> None:
    found = commands(("FROM debian:12\n" + text).replace("\n", ends))
    assert [part for _, part in found] == [part.replace("\n", ends) for part in shown]


def test_commands_in_strings_point_into_the_file() -> None:
    assert commands('FROM debian:12\nRUN ["sh", "-c", "make \\"a\\" && cp a b"]')[1:] == [
        ("make", 'make \\"a\\"'),
        ("cp", "cp a b"),
    ]
    assert commands("FROM debian:12\nRUN bash -c 'make all; cp a b'")[1:] == [("make", "make all"), ("cp", "cp a b")]


def test_windows_is_left_alone() -> None:
    assert commands("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir && del x") == []
    assert commands('FROM mcr.microsoft.com/windows/servercore\nSHELL ["bash", "-c"]\nRUN make') == [("make", "make")]


def test_scripts_are_read_once() -> None:
    b = build("FROM debian:12\nRUN apt-get install -y curl\n")
    run = cast(Run, b.stages[0].instructions[0])
    assert b.script(run) is b.script(run)
    assert b.package_calls(run) is b.package_calls(run)
    assert [call.command.name for call in b.package_calls(run)] == ["apt-get"]
