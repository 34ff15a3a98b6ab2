"""What may differ between two images, and what may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from dockerfile_dlint.fixers.verify.builders import CommandResult, ImageFile
from dockerfile_dlint.fixers.verify.comparison import (
    ExpectedChanges,
    compare_configs,
    compare_files,
    compare_smoke_runs,
    expected_changes,
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
    plan = ExpectedChanges(variables=["NEW"], fields=["StopSignal"])
    assert [each.field for each in compare_configs(before, after, plan) if not each.allowed_reason] == differs


def files(**content: str) -> dict[str, ImageFile]:
    return {name.replace("__", "/"): ImageFile("f", text, 0o644, 0) for name, text in content.items()}


def test_files() -> None:
    before = files(app__a="1", app__made="x", app__gone="1", app__left="1", app__node_modules__x="1")
    after = files(app__a="2", app__made="y", app__more="1")
    found = compare_files(before, after, ExpectedChanges(removed_paths=["/app/left"]), {"/app/a", "/app/gone"}, "/app")
    assert (found.changed, found.missing, found.removed_as_declared, found.missing_byproducts, found.added) == (
        ["app/a"], ["app/gone"], ["app/left"], ["app/node_modules/x"], ["app/more"],
    )  # fmt: skip


def test_a_folder_that_is_marked_as_a_cache_can_be_made_anew() -> None:
    before = files(app__made="1", app__target__x="1") | {"app/target/CACHEDIR.TAG": ImageFile("f", "1", 0o644, 0)}
    found = compare_files(before, files(), ExpectedChanges(), set(), "/app")
    assert (found.missing, found.missing_byproducts) == (["app/made"], ["app/target/CACHEDIR.TAG", "app/target/x"])


def test_rights() -> None:
    found = compare_files(
        {"a": ImageFile("f", "1", 0o755, 0)}, {"a": ImageFile("f", "1", 0o644, 5)}, ExpectedChanges(), set(), "/x"
    )
    assert found.changed_permissions == ["a"]


def test_what_the_root_folder_holds() -> None:
    found = compare_files(files(etc__a="1", srv2="1"), files(), ExpectedChanges(), set(), "/")
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
    plan = expected_changes(builds[0], builds[1], ["docs.md"], Context(str(tmp_path)))
    assert plan.removed_paths == {"/app/docs.md"}
    assert "A" in plan.variables
    assert plan.allows_removal("app/docs.md")
    assert plan.allows_removal("app/main.go", {"app", "app/server"}), (
        "the new final stage does not copy it, as the text says"
    )
    assert not plan.allows_removal("app/main.go", {"app", "app/x"}), "the source was a folder"
    assert not expected_changes(builds[0], builds[0], [], Context(str(tmp_path))).allows_removal("app/main.go")


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (CommandResult(0, "a\n", ""), CommandResult(0, "a\n", "warning"), ""),
        (
            CommandResult(0, "a\n", ""),
            CommandResult(0, "b\n", ""),
            "the smoke command prints different output: `a`, now `b`",
        ),
        (
            CommandResult(0, "a\n", ""),
            CommandResult(0, "a\nb\n", ""),
            "the smoke command prints different output: 2 lines instead of 1 line",
        ),
        (
            CommandResult(0, "", ""),
            CommandResult(1, "", "x\nboom\n"),
            "the smoke command exits with status 1 instead of 0: boom",
        ),
        (
            CommandResult(1, "", ""),
            CommandResult(1, "", ""),
            "the smoke command fails in both images (status 1), which proves nothing: no",
        ),
        (CommandResult(0, "", ""), CommandResult(None, "", ""), "the smoke command timed out in the new image"),
    ],
)
def test_smoke(before: CommandResult, after: CommandResult, problem: str) -> None:
    found = compare_smoke_runs(before, after)
    assert found.startswith(problem)
    assert bool(found) == bool(problem)
