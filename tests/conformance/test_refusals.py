"""What BuildKit refuses when it evaluates a file: dlint refuses the same, on the same line, and nothing else.

Every difference belongs to one of the kinds below, and a kind says why the difference is meant.
"""

from __future__ import annotations

import collections
import gzip
import json
from typing import Any

from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.build_errors import evaluation_errors
from dockerfile_dlint.syntax.expand import ExpansionError
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

from .shared import shared

NETWORK = "only a registry knows that the image is missing"
CONTEXT = "an error of the .dockerignore, which needs a context; SYN004 tells it where there is one"
CHECKS = "`# check=error=true` makes errors of findings; the findings are those of other rules"
BASE = "the base image is not known, and may set the variable"
ARGUMENT = "the build argument has no default, and the one who builds gives it"


def build_of(text: bytes) -> Build:
    return Build(parse(Source.decode(text)))


def refused(build: Build) -> list[int]:
    """The lines on which dlint refuses, the first one first."""
    return [build.dockerfile.source.line(where.start) for _, where in evaluation_errors(build)]


def first_line(error: dict[str, Any] | None) -> int | None:
    return error["lines"][0][0] if error and error["lines"] else None


def agree(build: Build, error: dict[str, Any] | None) -> bool:
    lines = refused(build)
    if error is None or not lines:
        return (error is None) == (not lines)
    return first_line(error) in (None, lines[0])


# The edge cases ---------------------------------------------------------------------------------------------------


def edge_kind(case: dict[str, Any], error: dict[str, Any]) -> str:
    """Why dlint is silent where BuildKit refuses an edge case; empty when nothing says why."""
    if case.get("missing") == "error" and error["message"].endswith(": not found"):
        return NETWORK
    if "dockerignore" in case and "pattern" in error["message"]:
        return CONTEXT
    if error["message"].startswith("lint violation found") and "error=true" in case["dockerfile"]:
        return CHECKS
    build = build_of(case["dockerfile"].encode())
    line = first_line(error)
    for stage in build.stages:
        for instruction in stage.instructions:
            if (
                instruction.start_line == line
                and not build.state(instruction).base_variables_known
                and "$" in instruction.arguments_text
            ):
                return BASE
    return ""


def test_edge_cases() -> None:
    equal, kinds = 0, collections.Counter[str]()
    for case in json.loads(shared("conformance/buildkit_edge_cases.json").read_text("utf-8")):
        request, answer = case["request"], case["answer"]
        if answer.get("parse_error") or answer.get("instr_error"):
            continue
        error = (answer.get("lint") or {}).get("error")
        build = build_of(request["dockerfile"].encode())
        if agree(build, error):
            equal += 1
            continue
        assert error is not None, f"dlint refuses {request['dockerfile']!r}: {next(evaluation_errors(build))[0]}"
        assert not refused(build), f"another line than {error} in {request['dockerfile']!r}"
        kind = edge_kind(request, error)
        assert kind, f"dlint accepts {request['dockerfile']!r}: {error}"
        kinds[kind] += 1
    assert equal == 254
    assert kinds == {NETWORK: 2, CONTEXT: 2, CHECKS: 1, BASE: 1}


def test_cases_of_the_checks() -> None:
    errors = 0
    for case in json.loads(shared("conformance/buildkit_lint.json").read_text("utf-8"))["cases"]:
        source = Source.decode(case["dockerfile"].encode())
        build = Build(parse(source), build_args=case["build_args"] or {})
        assert bool(refused(build) or build.dockerfile.errors) == bool(case["error"]), (
            case["test"],
            case["n"],
            list(evaluation_errors(build)),
        )
        errors += bool(case["error"])
    assert errors >= 2


# The real files ---------------------------------------------------------------------------------------------------


def wants_an_argument(build: Build, line: int | None) -> bool:
    """Whether the base on that line is made with a build argument that has no default."""
    state = build.global_state
    for stage in build.stages:
        base = stage.from_.base
        if stage.from_.start_line == line and base is not None:
            try:
                return not state.expand(base.text).unmatched.isdisjoint(state.unknown)
            except ExpansionError:
                return False
    return False


def test_real_files() -> None:
    root = shared("corpus/dockerfiles")
    recorded = json.loads(gzip.decompress(shared("conformance/buildkit_dev.json.gz").read_bytes()))
    equal, refusing, kinds = 0, 0, collections.Counter[str]()
    for case in recorded:
        path = root / case["repo"].replace("/", "__") / case["path"]
        build = build_of(path.read_bytes())
        if build.dockerfile.errors:
            continue  # what breaks the grammar is held against BuildKit elsewhere
        error = case.get("lint_error")
        if agree(build, error):
            equal += 1
            refusing += error is not None
            continue
        assert error is not None, f"dlint refuses {path}: {next(evaluation_errors(build))[0]}"
        assert not refused(build), f"another line than {error} in {path}"
        assert wants_an_argument(build, first_line(error)), f"dlint accepts {path}: {error}"
        kinds[ARGUMENT] += 1
    assert equal + kinds[ARGUMENT] > 1300
    assert refusing >= 5
    assert kinds.keys() <= {ARGUMENT}


def test_arguments_that_are_given_are_judged() -> None:
    """The files that are left alone above are refused when the argument is empty, as BuildKit had it."""
    root = shared("corpus/dockerfiles")
    judged = 0
    for case in json.loads(gzip.decompress(shared("conformance/buildkit_dev.json.gz").read_bytes())):
        error = case.get("lint_error")
        if error is None:
            continue
        text = (root / case["repo"].replace("/", "__") / case["path"]).read_bytes()
        build = build_of(text)
        if not build.dockerfile.errors and wants_an_argument(build, first_line(error)):
            empty = Build(parse(Source.decode(text)), build_args=dict.fromkeys(build.global_state.unknown, ""))
            # BuildKit looks for empty bases in all stages before it looks at the form of any.
            assert first_line(error) in refused(empty), case["path"]
            judged += 1
    assert judged > 20
