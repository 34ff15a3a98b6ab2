"""What BuildKit's `# check=` does in dlint."""

from __future__ import annotations

import pytest
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.buildkit_checks import experimental_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.syntax.source import Source


def found(text: str, select: str = "", ignore: str = "") -> list[str]:
    """Code, line and severity (when it is not the rule's own) of each finding."""
    selected, ignored = select.split(), ignore.split()
    plan = LintPlan(select_rules(selected, ignored), experimental_rules(selected, ignored))
    report = lint_source(Source.decode(text.encode()), plan, None)
    assert not report.failed
    return [f"{d.code}:{d.instruction_line}" + ("!" * (d.severity == "error")) for d in report.diagnostics]


FILE = "FROM alpine as A\nCMD x\nRUN apk add curl\n"


def test_nothing_said() -> None:
    assert found(FILE, "BK DL3025") == ["BK002:1", "BK001:1", "DL3025:2"]


@pytest.mark.parametrize(
    ("directive", "left"),
    [
        ("skip=all", []),
        ("skip=JSONArgsRecommended", ["BK002", "BK001"]),
        ("skip=jsonargsrecommended", ["BK002", "BK001", "DL3025"]),
        ("skip=JSONArgsRecommended, FromAsCasing", ["BK002", "BK001"]),
        ("skip=JSONArgsRecommended,FromAsCasing;error=false", ["BK001"]),
        ("error=false;skip=all", []),
    ],
)
def test_the_whole_file(directive: str, left: list[str]) -> None:
    """Only BuildKit's checks are skipped; a name is compared as written, and the value ends at the first space."""
    findings = found(f"# check={directive}\n{FILE}", "BK DL3006 DL3018 DL3025")
    assert [finding.split(":")[0] for finding in findings] == ["DL3006", *left, "DL3018"]


def test_errors() -> None:
    """`error=true` makes BuildKit fail on its own checks, so they are errors; in a comment it means nothing."""
    assert found(f"# check=error=true\n{FILE}", "BK DL3025 DL3018") == ["BK002:2!", "BK001:2!", "DL3025:3!", "DL3018:4"]
    assert found(f"\n# check=error=true\n{FILE}", "BK DL3025") == ["BK002:3", "BK001:3", "DL3025:4"]


@pytest.mark.parametrize(
    ("comments", "hidden"),
    [
        ("# check=skip=JSONArgsRecommended\n", True),
        ("# Check = skip=all\n", True),
        ("# a\n\n# check=skip=JSONArgsRecommended\n# b\n", True),
        (" # check=skip=JSONArgsRecommended\n", False),
        ("# check=skip=JSONArgsRecommended\n#\n", False),
        ("# check=skip=Other\n# check=skip=JSONArgsRecommended\n", False),
    ],
)
def test_the_next_instruction(comments: str, hidden: bool) -> None:
    findings = found(f"FROM alpine:3\n{comments}CMD x\nCMD y\n", "DL3025")
    assert len(findings) == 2 - hidden


def test_checks_that_only_the_whole_file_skips() -> None:
    assert found("FROM alpine:3\n# check=skip=all\nrun x\nRUN y\n", "BK004") == ["BK004:3"]


def test_findings_that_are_not_buildkits() -> None:
    """The name of a check does not reach what only hadolint finds by the same rule."""
    text = "FROM alpine:3\n# check=skip=JSONArgsRecommended\nHEALTHCHECK CMD x\n"
    assert found(text, "DL3025") == ["DL3025:3"]


@pytest.mark.parametrize("comment", ["check=skip=MultipleInstructionsDisallowed", "hadolint ignore=DL4003"])
def test_two_instructions(comment: str) -> None:
    """BuildKit and hadolint look for the comment before the later one, though the finding is on the earlier one."""
    assert found(f'FROM alpine:3\nCMD ["a"]\n# {comment}\nCMD ["b"]\n', "DL4003") == []
    assert found('FROM alpine:3\n# check=skip=all\nCMD ["a"]\nCMD ["b"]\n', "DL4003") == ["DL4003:3"]
    assert found('FROM alpine:3\n# dlint: ignore[DL4003]\nCMD ["a"]\nCMD ["b"]\n', "DL4003") == []


COMMENTED = "FROM alpine:3 AS a\n# about\nARG B=1\n"


@pytest.mark.parametrize("name", ["InvalidDefinitionDescription", "all"])
def test_experimental_checks(name: str) -> None:
    assert found(COMMENTED) == []
    assert found(f"# check=experimental={name}\n{COMMENTED}") == ["BK020:4"]
    assert found(f"# check=skip=all;experimental={name}\n{COMMENTED}") == ["BK020:4"], "skip never reaches them"
    inline = f"{COMMENTED}# check=experimental={name}\n# about\nARG C=1\n"
    assert found(inline) == ["BK020:6"]
    assert found(inline, ignore="BK020") == []
    assert found(inline, select="DL3006") == []
    assert found(inline, select="BK020") == ["BK020:3", "BK020:6"]
