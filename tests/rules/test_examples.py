"""Every rule finds what its bad examples mark, and nothing in its good ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from dockerfile_dlint.rules import RULES
from dockerfile_dlint.rules.base import Example, Rule

from .cases import found, marked, variants, write_files

CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples, 1)
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example, tmp_path: Path) -> None:
    text, spans = marked(example)
    folder = None
    if example.files is not None:
        write_files(example, tmp_path)
        folder = tmp_path
    assert bool(spans) == example.bad
    findings = [f for f in found(rule, text, folder, example.options) if f[2]]
    assert [(start, end) for start, end, _ in findings] == spans, [(text[s:e], m) for s, e, m in findings]
    if example.message:
        assert example.message in findings[0][2]


@pytest.mark.parametrize(("rule", "example"), [case for case in CASES if case.values[1].files is None])
def test_example_in_other_clothes(rule: Rule, example: Example) -> None:
    text, _ = marked(example)
    words = [text[start:end] for start, end, _ in found(rule, text, options=example.options)]
    for name, variant in variants(rule, text):
        again = [
            variant[start:end].replace("\r\n", "\n") for start, end, _ in found(rule, variant, options=example.options)
        ]
        assert again == words, name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_is_whole(rule: Rule) -> None:
    if rule.node_types == ("Engine",):
        assert not rule.examples
    else:
        assert any(example.bad for example in rule.examples)
        assert any(not example.bad for example in rule.examples)
    assert "## Why" in rule.documentation
    assert rule.summary.endswith(".")
    assert len(rule.summary) < 120


def test_codes_and_names_are_unique() -> None:
    for names in ([rule.code for rule in RULES], [rule.name for rule in RULES]):
        assert len(set(names)) == len(names)


def test_every_rule_file_is_listed() -> None:
    import dockerfile_dlint.rules as rules

    folder = Path(str(rules.__file__)).parent
    listed = {rule.module for rule in RULES}
    holders = {
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if "\n@rule(" in path.read_text()
    }
    assert holders == listed
