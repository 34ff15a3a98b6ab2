"""Confidence of findings, and rules in preview."""

from __future__ import annotations

import pytest
from dockerfile_dlint import lint_text
from dockerfile_dlint.lint.commands.explain import rule_default
from dockerfile_dlint.lint.config.layer import ConfigError
from dockerfile_dlint.lint.output.rule_page import rule_page
from dockerfile_dlint.rules import RULES
from dockerfile_dlint.rules.base import Rule

from ..runner import dlint

TEXT = "FROM debian:latest\n"


def rule(code: str) -> Rule:
    return next(rule for rule in RULES if rule.code == code)


def codes(**config: object) -> set[str]:
    return {found.code for found in lint_text(TEXT, config=config)}


@pytest.fixture
def preview(monkeypatch: pytest.MonkeyPatch) -> Rule:
    found = rule("DL3007")
    monkeypatch.setattr(found, "preview", True)
    return found


@pytest.mark.parametrize(
    ("config", "reported"),
    [
        ({}, False),
        ({"profile": "default"}, False),
        ({"extend-select": ["DL3008"]}, False),
        ({"preview": True}, True),
        ({"preview": True, "profile": "default"}, True),
        ({"preview": True, "ignore": ["DL3007"]}, False),
        ({"preview": False}, False),
        ({"select": ["DL3007"]}, True),
        ({"extend-select": ["no-latest-tag"]}, True),
        ({"select": ["DL"]}, True),
        ({"select": ["ALL"]}, True),
        ({"profile": "strict"}, True),
        ({"profile": "hadolint"}, True),
    ],
)
def test_a_rule_in_preview_is_off_by_default(preview: Rule, config: dict[str, object], reported: bool) -> None:
    if "extend-select" in config and config["extend-select"] != ["DL3008"]:
        config = {"extend-select": [preview.name]}
    assert ("DL3007" in codes(**config)) == reported


def test_the_page_of_a_rule_in_preview(preview: Rule) -> None:
    assert "- Default: off, as it is in preview; enable it with `--extend-select DL3007` or `--preview`. " in rule_page(
        preview
    )
    assert f"It is planned to be on in dlint {preview.stable_in}\n" in rule_page(preview)
    assert (preview.enabled, rule_default(preview)) == (False, "preview")
    assert rule_default(rule("DL3008")) == "off"


def test_the_release_after_the_one_that_added_a_rule() -> None:
    def since(release: str) -> Rule:
        return Rule("m", "n", "X001", "info", release, (), (), (), "", True, True)

    assert [since(release).stable_in for release in ("0.1", "0.9", "1.2.3")] == ["0.2", "0.10", "1.3"]


@pytest.mark.parametrize(
    ("config", "reported"),
    [
        ({}, False),
        ({"confidence": "medium"}, False),
        ({"confidence": "high"}, False),
        ({"confidence": "low"}, True),
        ({"select": ["DL3007"]}, True),
        ({"select": ["DL3007"], "confidence": "high"}, True),
        ({"select": ["DL300"]}, True),
        ({"select": ["DL300"], "confidence": "medium"}, False),
        ({"select": ["ALL"]}, True),
        ({"profile": "strict"}, True),
        ({"profile": "strict", "confidence": "medium"}, False),
        ({"profile": "hadolint"}, True),
    ],
)
def test_findings_of_low_confidence(monkeypatch: pytest.MonkeyPatch, config: dict[str, object], reported: bool) -> None:
    monkeypatch.setattr(rule("DL3007"), "confidence", "low")
    assert ("DL3007" in codes(**config)) == reported
    assert all(
        found.confidence == ("low" if found.code == "DL3007" else rule(found.code).confidence)
        for found in lint_text(TEXT, config=config)
    )


def test_confidence_on_the_command_line() -> None:
    for level in ("high", "medium", "low"):
        found = dlint("--confidence", level, "--preview", "--format", "json", "-", stdin=TEXT.encode()).json
        assert {d["code"]: d["confidence"] for d in found["diagnostics"]}["DL3007"] == "high"
    assert dlint("--confidence", "certain", "-", stdin=TEXT.encode()).status == 2


def test_an_ignored_finding_of_low_confidence_is_no_unused_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule("DL3007"), "confidence", "low")
    found = lint_text("# dlint: ignore[DL3007]\n" + TEXT)
    assert not {"IGN001", "DL3007"} & {each.code for each in found}


def test_an_unknown_confidence_is_an_error() -> None:
    with pytest.raises((ConfigError, ValueError), match="confidence"):
        codes(confidence="sure")
