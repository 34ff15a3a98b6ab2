"""A second run of a command changes nothing."""

from __future__ import annotations

import itertools

import pytest
from dockerfile_dlint.fixers.format.layout import format_source
from dockerfile_dlint.fixers.repair import apply_fixes
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.syntax.source import Source

CASING = "FROM debian:12 AS x\nfrom x AS y\nRun a\nfrom y as z\nFROM z as w\nMAINTAINER a\nWORKDIR b\n"
SELECTIONS = [["BK002"], ["BK004"], ["BK002", "BK004"], ["BK002", "BK004", "DL4000"], ["ALL"]]


def fixed(text: str, selected: list[str]) -> tuple[str, int]:
    plan = LintPlan(select_rules(selected, ["SC"]))
    result = apply_fixes(text, lambda each: lint_source(Source(each), plan, None).diagnostics, lambda _: True)
    return result.text, result.passes


@pytest.mark.parametrize("selected", SELECTIONS, ids=" ".join)
def test_fixing_twice_is_fixing_once(selected: list[str]) -> None:
    for lines in itertools.chain([CASING.splitlines()], itertools.permutations(CASING.splitlines()[1:4])):
        text = "\n".join(["FROM debian:12 AS x", *lines, ""])
        once, passes = fixed(text, selected)
        assert fixed(once, selected)[0] == once
        assert passes < 10


def test_fixes_that_exclude_each_other_do_not_hold_up_the_others() -> None:
    text = "FROM debian:12 AS x\nfrom x AS y\n" + "Run a\n" * 30
    assert fixed(text, ["BK002", "BK004"])[1] <= 2


@pytest.mark.parametrize("comments", ["#\n", "# a\n", "#\n#\n# b\n"])
@pytest.mark.parametrize("blank", ["\\\n", "  \\\n\\\n"])
def test_comments_before_an_empty_continuation_line_are_kept(comments: str, blank: str) -> None:
    once = format_source(f"FROM debian:12\nRUN a \\\n{comments}{blank}{comments}  b\n")
    assert once.count("#") == 2 * comments.count("#")
    assert format_source(once) == once
