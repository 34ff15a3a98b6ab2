"""The generated pages are up to date, and every code that dlint prints has one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from dockerfile_dlint.lint.output.rule_page import page_examples, rule_page
from dockerfile_dlint.rules import RULES
from dockerfile_dlint.rules.base import Rule

ROOT = Path(__file__).resolve().parent.parent
ORDER = ("What to do", "Fix safety", "Exceptions", "Examples", "Options", "References", "Suppression")
FACTS = ("Severity", "Default", "Fix", "Other names", "Since")


def test_generated_files_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "make_docs.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_has_its_sections_in_order(rule: Rule) -> None:
    page = rule_page(rule)
    outside_code = re.sub(r"(?ms)^```.*?^```", "", page)
    headings = re.findall(r"^## (.+)", outside_code, re.MULTILINE)
    assert headings == sorted(headings, key=ORDER.index)
    assert headings[-1] == "Suppression"
    facts = re.findall(r"^- ([\w ]+): ", outside_code.partition("\n## ")[0], re.MULTILINE)
    assert [fact for fact in facts if fact in FACTS] == [
        fact for fact in FACTS if fact != "Other names" or rule.aliases or rule.formerly
    ]
    assert page.startswith(f"# {rule.code} {rule.name}\n\n{rule.summary}")
    assert rule.documentation.replace("\n## ", "").split()[-1] in page, "nothing is dropped"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_has_at_most_three_examples(rule: Rule) -> None:
    shown = page_examples(rule)
    assert len(shown) <= 3
    assert any(example.bad for example in shown) == bool(rule.examples)
    assert not all(example.bad for example in shown) or not rule.examples
    assert rule_page(rule).count("```dockerfile") == len(shown) + sum(example.fixed is not None for example in shown)


def test_every_code_has_a_page() -> None:
    """The codes are the string constants in the sources that look like one."""
    codes = {rule.code for rule in RULES}
    pages = {path.stem for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert pages == codes | {"SC", "README"}
    index = (ROOT / "docs" / "rules" / "README.md").read_text("utf-8")
    for code in codes | {"SC"}:
        assert f"({code}.md)" in index
    named = {
        code
        for directory in ("lint", "rules", "fixers")
        for path in (ROOT / directory).rglob("*.py")
        for code in re.findall(r'"((?:SYN|CTX|OPT|COR|PKG|IGN|SEC|BK)\d{3})"', path.read_text("utf-8"))
    }
    assert named <= codes
    assert {"SYN001", "SYN002"} <= codes
