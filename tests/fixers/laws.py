"""Laws that hold for every fix of every text."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from dockerfile_dlint.fixers.repair import MAX_PASSES
from dockerfile_dlint.lint.commands.fix import FixRequest, fix_source
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.rules import RULES
from dockerfile_dlint.rules.base import Rule
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

FIXABLE = [rule for rule in RULES if rule.fix]


def some_rules(chance: random.Random) -> list[Rule]:
    """A few of the rules with fixes, most of them, or all."""
    share = chance.choice((0.1, 0.5, 0.9, 1.1))
    return [rule for rule in FIXABLE if chance.random() < share] or FIXABLE


def check_repair(
    source: Source, rules: list[Rule], unsafe: bool, context: Callable[[Build], Context | None] | None
) -> int:
    """Fix a text and check the result against the laws; returns how many fixes were applied."""
    plan, wish = LintPlan(rules), FixRequest(unsafe=unsafe, diff=False, fix_only=False)
    report, result = fix_source(source, plan, context, wish)
    assert not report.failed, [d.message for d in report.diagnostics]
    before, after = parse(source), parse(Source(result.text))
    if before.errors:
        assert result.text == source.text
        return 0
    assert not after.errors, after.errors[0].message
    lost = Counter(c.text for c in before.comments) - Counter(c.text for c in after.comments)
    # The rules about unused suppressions remove those, and no other comment.
    lost = {text for text in lost if not text.startswith(("dlint: ignore", "hadolint "))}
    assert not lost, f"comments lost: {lost}"
    assert result.passes < MAX_PASSES, f"{result.passes} passes"
    again = fix_source(Source(result.text, source.name), plan, context, wish)[1]
    assert again.text == result.text, "a second run changes it"
    if source.text.count("\n") == source.text.count("\r\n"):
        assert result.text.count("\n") == result.text.count("\r\n"), "line endings are mixed"
    return len(result.applied)
