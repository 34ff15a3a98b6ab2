"""The words of a rule hide no finding: a file without them has none."""

from __future__ import annotations

from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.rules import RULES
from dockerfile_dlint.rules.base import Rule
from dockerfile_dlint.syntax.source import Source, SourceError

from tests.conformance.shared import shared

from .cases import marked

WORDED = [rule for rule in RULES if rule.prefilter]
WORDLESS = [Rule(*rule.row[:7], (), *rule.row[8:]) for rule in WORDED]


def test_in_the_examples_of_all_rules() -> None:
    for rule in RULES:
        for example in rule.examples:
            _same(Source(marked(example)[0]))


def test_in_real_files() -> None:
    for path in shared("corpus/dockerfiles").rglob("*"):
        if path.is_file():
            try:
                _same(Source.decode(path.read_bytes()))
            except SourceError:
                continue


def _same(source: Source) -> None:
    found = [
        [(d.sort_key, d.code) for d in lint_source(source, LintPlan(rules), None).diagnostics]
        for rules in (WORDED, WORDLESS)
    ]
    assert found[0] == found[1]
