"""BuildKit's 22 checks against its recorded answers: the same checks on the same lines.

A line is the first one of the instruction in which the finding stands. The base images of the recordings had no
variable but PATH, and linux/amd64 was built. Each difference must be of a kind that is named here with its reason, and
the kinds are counted.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.model.inherited_variables import base_may_define
from dockerfile_dlint.rules import RULES
from dockerfile_dlint.rules.base import Rule
from dockerfile_dlint.rules.buildkit.variables import undefined_references
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tree import Instruction

from .shared import shared

EXPERIMENTAL = "InvalidDefinitionDescription"


def checks_of(rule: Rule) -> set[str]:
    return {name.removeprefix("buildkit:") for name in rule.aliases if name.startswith("buildkit:")}


PLAN = LintPlan(
    [rule for rule in RULES if rule.code == "SYN004" or checks_of(rule) - {EXPERIMENTAL}],
    [rule for rule in RULES if EXPERIMENTAL in checks_of(rule)],
)

# The phases in which BuildKit meets what it warns about; all the others are met when a stage is built.
PHASES = {
    "NoEmptyContinuation": 0,
    "StageNameCasing": 1, "FromAsCasing": 1, "MaintainerDeprecated": 1, EXPERIMENTAL: 1,
    "DuplicateStageName": 2, "ReservedStageName": 2, "ConsistentInstructionCasing": 2, "InvalidDefaultArgInFrom": 2,
    "UndefinedArgInFrom": 3, "RedundantTargetPlatform": 3, "FromPlatformFlagConstDisallowed": 3,
}  # fmt: skip
NEVER, READING, FROM, BUILDING = -1, 1, 3, 4

BASE = "dlint pulls no image: what an unknown base image may set is no finding"
WINDOWS = "a path of Windows, which BuildKit took for one of Linux"
REFUSED = "build-error has it: the base name is refused whatever the build gives"
TRIGGER = "dlint names the ONBUILD, BuildKit the FROM that sets it off"
CUT = "behind BuildKit's first error, which ends its warnings"
TARGET = "a target was given, so BuildKit looked at one stage only"


class Answer:
    """What dlint says about a file, as BuildKit would put it."""

    def __init__(self, text: bytes, context: Context | None = None) -> None:
        source = Source.decode(text)
        self.build = Build(parse(source))
        report = lint_source(source, PLAN, lambda _: context)
        assert not report.failed, [d.message for d in report.diagnostics]
        self.found = {
            (alias.removeprefix("buildkit:"), self.line(alias, d.instruction_line))
            for d in report.diagnostics
            for alias in d.aliases
            if alias.startswith("buildkit:")
        }
        self.refused = {d.instruction_line for d in report.diagnostics if d.code == "SYN004"}
        uses = list(undefined_references(self.build))
        self.undefined = {(use.name, use.instruction.start_line) for use in uses}
        self.of_base = {use.instruction.start_line for use in uses if base_may_define(use.stage, use.name)}

    def line(self, alias: str, line: int) -> int:
        """BuildKit's line: for an empty continuation the last one that is joined; dlint points to the empty one."""
        instruction = self.instruction(line)
        return instruction.empty_continuation if instruction and alias.endswith("NoEmptyContinuation") else line

    def instruction(self, line: int) -> Instruction | None:
        return next((i for i in self.build.dockerfile.instructions if i.start_line == line), None)

    def only_buildkit(self, check: str, line: int) -> str:
        """Why dlint does not say what BuildKit says; empty when there is no reason."""
        instruction = self.instruction(line)
        if instruction is None:
            return ""
        if check in ("InvalidDefaultArgInFrom", "UndefinedArgInFrom") and line in self.refused:
            return REFUSED
        if check == "WorkdirRelativePath":
            stage = self.build.stage_of(instruction)
            if instruction.arguments_text[1:2] == ":" or (stage is not None and stage.is_windows):
                return WINDOWS
        if check in ("UndefinedVar", "WorkdirRelativePath") and line in self.of_base:
            return BASE
        parents = [stage.parent for stage in self.build.stages if stage.from_ is instruction]
        if parents[0:1] != [None] and any(i.trigger for parent in parents if parent for i in parent.instructions):
            return TRIGGER
        return ""

    def only_dlint(self, check: str, line: int, end: tuple[int, int] | None, target: str) -> str:
        """Why BuildKit does not say what dlint says; `end` is where its first error was."""
        if end is not None and (PHASES.get(check, BUILDING), line) >= end:
            return CUT
        instruction = self.instruction(line)
        if instruction is None:
            return ""
        if instruction.trigger is not None:
            return TRIGGER
        stage = self.build.stage_of(instruction)
        return TARGET if target and stage is not None and stage.name != target else ""

    def differences(
        self, warnings: set[tuple[str, int]], end: tuple[int, int] | None = None, target: str = ""
    ) -> tuple[Counter[str], list[str]]:
        """The differences that have a reason, counted by kind, and the others."""
        kinds: Counter[str] = Counter()
        wrong: list[str] = []
        for check, line in sorted(warnings ^ self.found):
            buildkit = (check, line) in warnings
            kind = self.only_buildkit(check, line) if buildkit else self.only_dlint(check, line, end, target)
            if kind:
                kinds[kind] += 1
            else:
                wrong.append(f"only {'BuildKit' if buildkit else 'dlint'}: {check} on line {line}")
        return kinds, wrong


def end_of(message: str, line: int) -> tuple[int, int]:
    """The phase and the line in which BuildKit met its first error."""
    if message.startswith("dockerfile parse error"):
        return READING, line
    if message.startswith(("base name", "empty platform", "failed to parse platform")):
        return FROM, line
    before = ("failed to parse stage name", "variable expansion is not supported for --from", "invalid stage index")
    if message.startswith(before) or "circular dependency" in message or "not found" in message:
        return BUILDING, 0
    return BUILDING, line


def real_files() -> list[dict[str, Any]]:
    return json.loads(gzip.decompress(shared("conformance/buildkit_dev.json.gz").read_bytes()))


def content(row: dict[str, Any]) -> bytes:
    return (shared("corpus/dockerfiles") / row["repo"].replace("/", "__") / row["path"]).read_bytes()


def edge_cases() -> list[dict[str, Any]]:
    cases = json.loads(shared("conformance/buildkit_edge_cases.json").read_text("utf-8"))
    return [case for case in cases if "lint" in case["answer"]]


def context(folder: Path, dockerignore: str | None) -> Context | None:
    if dockerignore is None:
        return None
    (folder / ".dockerignore").write_text(dockerignore)
    return Context(str(folder))


def undefined_in(warnings: list[tuple[str, int, str]]) -> set[tuple[str, int]]:
    """The names of undefined variables and their lines; a message reads: Usage of undefined variable '$x'."""
    return {(message.split("'")[1][1:], line) for check, line, message in warnings if check == "UndefinedVar"}


def test_every_check_is_there() -> None:
    recorded = json.loads(shared("conformance/buildkit_rules.json").read_text("utf-8"))
    assert len(recorded) == 22
    assert {check["name"] for check in recorded} == {name for rule in RULES for name in checks_of(rule)}
    assert [check["name"] for check in recorded if check["experimental"]] == [EXPERIMENTAL]


def test_real_files() -> None:
    kinds: Counter[str] = Counter()
    wrong: list[str] = []
    same = 0
    for row in real_files():
        answer = Answer(content(row))
        warnings = {(check, line) for check, line, _ in row["lint"] or []}
        error = row.get("lint_error")
        end = end_of(error["message"], error["lines"][0][0]) if error else None
        found, others = answer.differences(warnings, end)
        same += len(warnings & answer.found)
        kinds += found
        wrong += [f"{row['repo']} {row['path']}: {other}" for other in others]
    assert wrong == []
    assert (same, kinds) == (1595, {BASE: 206, CUT: 36, WINDOWS: 7, REFUSED: 6})


def test_undefined_variables_of_real_files() -> None:
    """When nothing is known of base images, as in the recordings, the very same variables are undefined."""
    compared = 0
    for row in real_files():
        if not row.get("lint_error"):
            recorded = undefined_in(row["lint"] or [])
            assert Answer(content(row)).undefined == recorded, row["path"]
            compared += len(recorded)
    assert compared > 200


@pytest.mark.parametrize("number", range(54))
def test_buildkits_own_cases(number: int, tmp_path: Path) -> None:
    cases = json.loads(shared("conformance/buildkit_lint.json").read_text("utf-8"))["cases"]
    assert len(cases) == 54
    case = cases[number]
    if case["check_override"]:
        pytest.skip("an argument of the build replaces the file's `# check=`, which dlint does not have")
    answer = Answer(case["dockerfile"].encode(), context(tmp_path, case["dockerignore"]))
    end = end_of(case["error"], case["error_line"]) if case["error"] else None
    kinds, wrong = answer.differences({(w["rule"], w["line"]) for w in case["warnings"]}, end)
    assert wrong == [], case
    assert kinds == {}, case


def test_edge_cases(tmp_path: Path) -> None:
    kinds: Counter[str] = Counter()
    wrong: list[str] = []
    same = 0
    for number, case in enumerate(edge_cases()):
        request, lint = case["request"], case["answer"]["lint"]
        folder = tmp_path / str(number)
        folder.mkdir()
        text = request["dockerfile"].encode("utf-8", "surrogateescape")
        answer = Answer(text, context(folder, request.get("dockerignore")))
        warnings = {(w["rule"], w["lines"][0]) for w in lint["warnings"]}
        found, others = answer.differences(warnings, end_of_edge_case(case["answer"]), request.get("target", ""))
        same += len(warnings & answer.found)
        kinds += found
        wrong += [f"{request}: {other}" for other in others]
        if not lint.get("error") and "images" not in request and "check=" not in request["dockerfile"]:
            recorded = undefined_in([(w["rule"], w["lines"][0], w["message"]) for w in lint["warnings"]])
            assert answer.undefined == recorded, request
    assert wrong == []
    assert (same, kinds) == (96, {CUT: 20, BASE: 12, REFUSED: 8, TRIGGER: 2, WINDOWS: 1, TARGET: 1})


def end_of_edge_case(answer: dict[str, Any]) -> tuple[int, int] | None:
    error = answer["lint"].get("error")
    if error is None or error["message"].startswith("lint violation found"):
        return None
    if "parse_error" in answer or "directives_error" in answer or error["message"].startswith("failed to parse check"):
        return NEVER, 0
    return end_of(error["message"], error["lines"][0][0] if error["lines"] else 0)
