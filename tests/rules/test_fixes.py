"""The fixes of every rule do what its examples say, pass the gate, and leave nothing to a second run."""

from __future__ import annotations

from pathlib import Path

import pytest
from dockerfile_dlint.fixers.edits.edit import DISPLAY, SAFE, UNSAFE
from dockerfile_dlint.fixers.repair import FixResult
from dockerfile_dlint.lint.commands.fix import FixRequest, fix_source
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.rules import RULES
from dockerfile_dlint.rules.base import Example, Rule
from dockerfile_dlint.syntax.source import Source

from .cases import marked, variants, whole, write_files

CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples, 1)
    if example.bad and (rule.fix or example.fixed is not None)
]


def repaired(rule: Rule, text: str, folder: Path | None, example: Example, *, unsafe: bool = True) -> FixResult:
    def context(build: Build) -> Context | None:
        if folder is None:
            return None
        from dockerfile_dlint.lint.sources.context_search import ContextFinder

        return ContextFinder().locate(str(folder / "Dockerfile"), build, [str(folder)])

    wish = FixRequest(unsafe=unsafe, diff=False, fix_only=False)
    source = Source.decode(text.encode(), str(folder / "Dockerfile") if folder else "Dockerfile")
    report, result = fix_source(source, LintPlan([rule], options=example.options), context, wish)
    assert not report.failed
    assert not result.rejected, [(r.line, r.reason) for r in result.rejected]
    return result


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_the_fix_of_an_example(rule: Rule, example: Example, tmp_path: Path) -> None:
    text, _ = marked(example)
    folder = None
    if example.files is not None:
        write_files(example, tmp_path)
        folder = tmp_path
    result = repaired(rule, text, folder, example)
    if example.fixed is not None:
        assert result.text == whole(example.fixed)
    assert repaired(rule, result.text, folder, example).text == result.text


@pytest.mark.parametrize(("rule", "example"), [case for case in CASES if case.values[1].files is None])
def test_a_fix_in_other_clothes(rule: Rule, example: Example) -> None:
    text, _ = marked(example)
    for name, variant in variants(rule, text):
        result = repaired(rule, variant, None, example)
        if name == "CRLF" and example.fixed is not None:
            assert result.text == whole(example.fixed).replace("\n", "\r\n")
        assert repaired(rule, result.text, None, example).text == result.text, name


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fix], ids=lambda rule: rule.code)
def test_a_rule_with_a_fix_says_how_safe_it_is(rule: Rule) -> None:
    assert rule.fix in (SAFE, UNSAFE, DISPLAY)
    assert "## Fix safety" in rule.documentation
    if rule.fix != DISPLAY:
        assert any(example.fixed is not None for example in rule.examples)


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_no_fix_is_safer_than_its_rule_says(rule: Rule, example: Example) -> None:
    if rule.fix != SAFE and example.files is None:
        text, _ = marked(example)
        assert repaired(rule, text, None, example, unsafe=False).text == text
