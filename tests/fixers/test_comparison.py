"""What may differ between two images, and what may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from dockerfile_dlint.fixers.verify.builders import File, Ran
from dockerfile_dlint.fixers.verify.comparison import (
    Declared,
    compare_files,
    compare_runs,
    configurations,
    declared,
)
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ({"Env": ["A=1"]}, {"Env": ["A=1"]}, []),
        ({"Env": ["A=1"]}, {"Env": ["A=2"]}, ["Env A"]),
        ({"Env": ["A=1"]}, {"Env": []}, ["Env A"]),
        ({"Env": ["PYTHON_VERSION=3.12.1"]}, {}, []),
        ({"Env": ["PATH=/usr/local/bin:/usr/bin"]}, {"Env": ["PATH=/opt/venv/bin:/usr/bin"]}, []),
        ({"Env": ["PATH=/app/bin:/usr/bin"]}, {"Env": ["PATH=/usr/bin"]}, ["Env PATH"]),
        ({"Env": []}, {"Env": ["NEW=1"]}, []),
        ({"Env": []}, {"Env": ["OTHER=1"]}, ["Env OTHER"]),
        ({"User": "root", "WorkingDir": "/"}, {"User": "", "WorkingDir": ""}, []),
        ({"User": ""}, {"User": "app"}, ["User"]),
        ({"Labels": {"io.buildah.version": "1"}}, {"Labels": None}, []),
        ({"Labels": {"a": "1"}}, {"Labels": {}}, ["Labels"]),
        ({"Cmd": [], "Volumes": {}}, {"Cmd": None}, []),
        ({"Healthcheck": {"Test": ["CMD", "x"]}}, {}, ["Healthcheck"]),
        ({"StopSignal": "SIGINT"}, {}, []),
    ],
)
def test_configurations(before: dict[str, object], after: dict[str, object], differs: list[str]) -> None:
    plan = Declared(variables=["NEW"], fields=["StopSignal"])
    assert [each.what for each in configurations(before, after, plan) if not each.allowed] == differs


def files(**content: str) -> dict[str, File]:
    return {name.replace("__", "/"): File("f", text, 0o644, 0) for name, text in content.items()}


def test_files() -> None:
    before = files(app__a="1", app__made="x", app__gone="1", app__left="1", app__node_modules__x="1")
    after = files(app__a="2", app__made="y", app__more="1")
    found = compare_files(before, after, Declared(gone=["/app/left"]), {"/app/a", "/app/gone"}, "/app")
    assert (found.changed, found.missing, found.left, found.fewer, found.more) == (
        ["app/a"], ["app/gone"], ["app/left"], ["app/node_modules/x"], ["app/more"],
    )  # fmt: skip


def test_a_folder_that_is_marked_as_a_cache_can_be_made_anew() -> None:
    before = files(app__made="1", app__target__x="1") | {"app/target/CACHEDIR.TAG": File("f", "1", 0o644, 0)}
    found = compare_files(before, files(), Declared(), set(), "/app")
    assert (found.missing, found.fewer) == (["app/made"], ["app/target/CACHEDIR.TAG", "app/target/x"])


def test_rights() -> None:
    found = compare_files({"a": File("f", "1", 0o755, 0)}, {"a": File("f", "1", 0o644, 5)}, Declared(), set(), "/x")
    assert found.rights == ["a"]


def test_what_the_root_folder_holds() -> None:
    found = compare_files(files(etc__a="1", srv2="1"), files(), Declared(), set(), "/")
    assert (found.before, found.missing) == (1, ["srv2"])


def test_what_the_texts_declare(tmp_path: Path) -> None:
    for name in ("main.go", "docs.md"):
        (tmp_path / name).write_text("")
    old = "FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n"
    new = (
        "FROM golang:1.22 AS build\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\n"
        "FROM debian:12-slim\nENV A=1\nWORKDIR /app\nCOPY --from=build /app/server ./\n"
    )
    builds = [Build(parse(Source(text))) for text in (old, new)]
    plan = declared(builds[0], builds[1], ["docs.md"], Context(str(tmp_path)))
    assert plan.gone == {"/app/docs.md"}
    assert "A" in plan.variables
    assert plan.covers("app/docs.md")
    assert plan.covers("app/main.go", {"app", "app/server"}), "the new final stage does not copy it, as the text says"
    assert not plan.covers("app/main.go", {"app", "app/x"}), "the source was a folder"
    assert not declared(builds[0], builds[0], [], Context(str(tmp_path))).covers("app/main.go")


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (Ran(0, "a\n", ""), Ran(0, "a\n", "warning"), ""),
        (Ran(0, "a\n", ""), Ran(0, "b\n", ""), "the smoke command writes another output: `a`, now `b`"),
        (Ran(0, "a\n", ""), Ran(0, "a\nb\n", ""), "the smoke command writes another output: 1 lines, now 2"),
        (Ran(0, "", ""), Ran(1, "", "x\nboom\n"), "the smoke command ends with 1, and with 0 before: boom"),
        (Ran(1, "", ""), Ran(1, "", ""), "the smoke command fails in both images (status 1), which proves nothing: no"),
        (Ran(0, "", ""), Ran(None, "", ""), "the smoke command takes too long in the new image"),
    ],
)
def test_smoke(before: Ran, after: Ran, problem: str) -> None:
    found = compare_runs(before, after)
    assert found.startswith(problem)
    assert bool(found) == bool(problem)
