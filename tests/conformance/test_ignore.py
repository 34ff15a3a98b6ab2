"""Every recorded answer of BuildKit on .dockerignore files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.model.ignore_file import IgnoreError, IgnoreFile, buildkit_regex, parse_patterns

from .shared import shared

if TYPE_CHECKING:
    from pathlib import Path

COUNTS = {"match": 138, "compile": 21, "readall": 1, "integration": 4}
EDGE_CASES = 46


def recorded(kind: str) -> list[dict[str, Any]]:
    return json.loads(shared("conformance/buildkit_ignore.json").read_text("utf-8"))[kind]


def edge_cases() -> list[dict[str, Any]]:
    return json.loads(shared("conformance/buildkit_edge_ignore.json").read_text("utf-8"))


def answer(text: str, path: str) -> bool | str:
    """Whether the file `text` excludes `path`, or the error."""
    try:
        return IgnoreFile.parse(text).excluded(path)
    except IgnoreError as error:
        return str(error)


def agree(ours: bool | str, excluded: bool | str, error: str | None) -> bool:
    if isinstance(excluded, str):
        error = excluded
    return error in ours if error and isinstance(ours, str) else not error and ours is excluded


@pytest.mark.parametrize("number", range(COUNTS["match"]))
def test_match(number: int) -> None:
    """Both of BuildKit's functions: on these cases the deprecated `Matches` answers as MatchesOrParentMatches does."""
    case = recorded("match")[number]
    ours = answer("\n".join(case["patterns"]), case["path"])
    assert agree(ours, case["excluded"], case.get("error")), (case, ours)


@pytest.mark.parametrize("number", range(COUNTS["compile"]))
def test_compile(number: int) -> None:
    """The Linux column; how BuildKit matches on Windows is not modelled, as the frontend runs on Linux."""
    case = recorded("compile")[number]
    kind, made = buildkit_regex(case["pattern"])
    assert (kind, made if kind == "regexp" else "") == (case["matchType"], case["regexp"])


@pytest.mark.parametrize("number", range(COUNTS["readall"]))
def test_read_all(number: int) -> None:
    case = recorded("readall")[number]
    assert [pattern for _, _, pattern in parse_patterns(case["text"])] == case["patterns"]


@pytest.mark.parametrize("number", range(COUNTS["integration"]))
def test_integration(number: int, tmp_path: Path) -> None:
    case = recorded("integration")[number]
    for name in case["files"]:
        (tmp_path / name).write_text("FROM scratch\n")
    (tmp_path / case.get("name", ".dockerignore")).write_text(case["dockerignore"])
    context = Context(str(tmp_path), str(tmp_path / case.get("dockerfile", "Dockerfile")))
    if case.get("error"):
        assert context.ignore_error is not None
    else:
        assert context.ignore_error is None
        assert sorted(set(context.files()) & set(case["files"])) == sorted(case["sent"])
        assert [name for name in sorted(case["files"]) if context.includes(name)] == sorted(case["sent"])


@pytest.mark.parametrize("number", range(EDGE_CASES))
def test_edge_case(number: int) -> None:
    case = edge_cases()[number]
    request, expected = case["request"], case["answer"]
    text = request["dockerignore"] if "dockerignore" in request else "\n".join(request["patterns"])
    assert [pattern for _, _, pattern in parse_patterns(text)] == expected["patterns"]
    excluded = expected.get("excluded") or [False] * len(request["paths"])
    for path, wanted in zip(request["paths"], excluded, strict=True):
        ours = answer(text, path)
        assert agree(ours, wanted, expected.get("error")), (path, ours)


def test_nothing_is_left_out() -> None:
    assert {kind: len(recorded(kind)) for kind in COUNTS} == COUNTS
    assert len(edge_cases()) == EDGE_CASES
