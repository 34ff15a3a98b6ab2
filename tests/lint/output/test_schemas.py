"""The formats for services hold to their schemas, on findings of every rule's own examples and on odd files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from dockerfile_dlint.lint.main import main
from dockerfile_dlint.rules import RULES

jsonschema = pytest.importorskip("jsonschema", reason="pip install '.[dev]'")
xmlschema = pytest.importorskip("xmlschema", reason="pip install '.[dev]'")

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
ODD = (
    b'FROM debian\nRUN apt-get install \xff\x01 \xf0\x9f\x98\x80 "<&>]]>\'"\nENV \x0b b\n',
    b"\xef\xbb\xbfFROM debian:latest\r\nRUN cd /x &&\\\r\n  sudo apt-get install curl\r\n",
    b"RUN true\nNONSENSE\n",
    b"",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bad examples of all rules in a folder whose name needs escapes; odd files; one that is clean."""
    path = tmp_path_factory.mktemp("reports")
    inner = path / 'a "b" <c> & é#%20'
    inner.mkdir()
    for rule in RULES:
        for number, example in enumerate(example for example in rule.examples if example.bad):
            text = example.text.replace("«", "").replace("»", "")
            (inner / f"Dockerfile.{rule.code}-{number}").write_text(text, "utf-8", newline="")
    for number, data in enumerate(ODD):
        (path / f"Dockerfile-{number}").write_bytes(data)
    (path / "clean").mkdir()
    (path / "clean" / "Dockerfile").write_text('FROM alpine:3.20\nUSER 1000\nCMD ["true"]\n')
    return path


WORDS = {
    "everything": ["--profile", "strict", "."],
    "nothing": ["clean"],
    "one that is missing": ["clean", "not/there"],
    "given from above": ["{folder}/Dockerfile-0", "./clean/../Dockerfile-1"],
}
FORMATS = ("sarif", "gitlab", "junit", "checkstyle", "jsonl")


@pytest.fixture(scope="module", params=WORDS)
def reports(request: pytest.FixtureRequest, folder: Path) -> dict[str, str]:
    """The reports of one run, by format. ShellCheck is left out: it takes long and has no say in the form."""
    words = [word.format(folder=folder) for word in WORDS[request.param]]
    outputs = [word for form in FORMATS for word in ("--output", f"{form}=out.{form}")]
    more = ["--config", 'rule-url="https://example.org/{code}"', "--ignore", "SC", "--format", "concise"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["check", "--isolated", *more, *outputs, *words]) in (0, 1, 2)
    return {form: (folder / f"out.{form}").read_text("utf-8") for form in FORMATS}


def count(reports: dict[str, str]) -> int:
    return reports["jsonl"].count("\n")


def held(schema: str, document: Any) -> None:
    text = json.loads((SCHEMAS / schema).read_text())
    jsonschema.Draft7Validator(text, format_checker=jsonschema.FormatChecker()).validate(document)


def test_sarif(reports: dict[str, str]) -> None:
    log = json.loads(reports["sarif"])
    held("sarif.json", log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [r["ruleId"] for r in run["results"]]
    assert len(run["results"]) == count(reports)


def test_gitlab(reports: dict[str, str]) -> None:
    found = json.loads(reports["gitlab"])
    held("gitlab.json", found)
    assert len({one["fingerprint"] for one in found}) == len(found) == count(reports)


@pytest.mark.parametrize(("form", "element"), [("junit", "failure"), ("checkstyle", "error")])
def test_xml(form: str, element: str, reports: dict[str, str]) -> None:
    text = reports[form]
    xmlschema.XMLSchema(SCHEMAS / f"{form}.xsd").validate(text)
    root = ElementTree.fromstring(text)
    findings = count(reports)
    assert sum(1 for _ in root.iter(element)) == findings
    if form == "junit":
        assert root.get("failures") == str(findings)
        for suite in root:
            assert suite.get("tests") == str(len(suite))


@pytest.mark.parametrize(
    ("form", "broken"),
    [
        ("junit", '<testsuites name="x" tests="1" failures="0" errors="0"/>'),
        ("checkstyle", '<checkstyle version="1"><file><error line="1"/></file></checkstyle>'),
    ],
)
def test_the_schemas_refuse(form: str, broken: str) -> None:
    assert not xmlschema.XMLSchema(SCHEMAS / f"{form}.xsd").is_valid(broken)
