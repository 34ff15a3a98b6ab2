"""The formats of findings: what services read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from dockerfile_dlint.lint.config.arguments import OUTPUT_FORMATS
from dockerfile_dlint.lint.main import main

TEXT = """\
FROM debian
RUN apt-get install "é<&>]|'%;"
ENV A b
"""
SELECT = "DL3006,DL3014,BK013"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Dockerfile below the current folder, with three findings."""
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "Dockerfile").write_text(TEXT)
    (tmp_path / "Dockerfile").write_text("FROM debian:12\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def out(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["check", "--isolated", "--select", SELECT, *words]) == 1
    return capsys.readouterr().out


def test_grouped(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = out(capsys, "--format", "grouped").splitlines()
    assert lines[0] == "a b/Dockerfile:"
    assert lines[1].startswith("  1:6  DL3006 warning: ")
    assert lines[2].startswith("  2:5  DL3014 warning: [*] ")
    assert lines[4:] == [
        "",
        "Found 2 warnings and 1 info in 2 files.",
        "[*] 2 fixable with `dlint --fix`.",
    ]


def test_jsonl(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = [json.loads(line) for line in out(capsys, "--format", "jsonl").splitlines()]
    assert [one["code"] for one in found] == ["DL3006", "DL3014", "BK013"]


def test_sarif(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sarif_pydantic import Sarif

    text = out(capsys, "--format", "sarif")
    Sarif.model_validate_json(text)
    log = json.loads(text)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["BK013", "DL3006", "DL3014"]
    first, second, third = run["results"]
    assert first["ruleId"] == "DL3006"
    assert first["ruleIndex"] == 1
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/Dockerfile"
    assert place["region"] == {"startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 12}
    (change,) = second["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"]["text"].strip() == "-y"
    assert len({result["partialFingerprints"]["dlint/v1"] for result in (first, second, third)}) == 3


def test_the_addresses_of_pages(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def found(*words: str) -> list[object]:
        return [one["url"] for one in json.loads(out(capsys, "--format", "json", *words))["diagnostics"]]

    assert found() == [None, None, None]
    given = ("--config", "rule-url='https://example.org/{code}'")
    assert found(*given)[0] == "https://example.org/DL3006"
    log = json.loads(out(capsys, "--format", "sarif", *given))
    assert log["runs"][0]["tool"]["driver"]["rules"][1]["helpUri"] == "https://example.org/DL3006"
    (first, *_) = json.loads(out(capsys, "--format", "rdjson", *given))["diagnostics"]
    assert first["code"] == {"value": "DL3006", "url": "https://example.org/DL3006"}


def test_shellcheck_has_its_own_pages() -> None:
    from dockerfile_dlint.lint.output.links import published_url

    assert published_url("SC2086", "") == "https://www.shellcheck.net/wiki/SC2086"
    assert published_url("SC2086", "https://example.org/{code}") == "https://www.shellcheck.net/wiki/SC2086"


def test_github(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = out(capsys, "--format", "github").splitlines()
    assert lines[0].startswith(
        "::warning file=a b/Dockerfile,line=1,endLine=1,col=6,endColumn=12,title=dlint DL3006 (untagged-base)::"
        "a b/Dockerfile:1:6: DL3006 "
    )


def test_gitlab(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(out(capsys, "--format", "gitlab"))
    assert {tuple(sorted(one)) for one in found} == {
        ("check_name", "description", "fingerprint", "location", "severity")
    }
    assert found[0]["location"] == {"path": "a b/Dockerfile", "lines": {"begin": 1, "end": 1}}
    assert all(one["severity"] in ("info", "minor", "major", "critical", "blocker") for one in found)
    assert len({one["fingerprint"] for one in found}) == 3


def test_fingerprints_stay_when_lines_move(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = [one["fingerprint"] for one in json.loads(out(capsys, "--format", "gitlab"))]
    (project / "a b" / "Dockerfile").write_text("# moved\n\n" + TEXT)
    assert [one["fingerprint"] for one in json.loads(out(capsys, "--format", "gitlab"))] == before


def test_junit(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = ElementTree.fromstring(out(capsys, "--format", "junit"))
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "3")
    (suite,) = root
    assert suite.get("name") == "a b/Dockerfile"
    assert [case[0].tag for case in suite] == ["failure"] * 3


def test_junit_without_findings_holds_a_case(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--isolated", "--select", SELECT, "--format", "junit", "Dockerfile"]) == 0
    root = ElementTree.fromstring(capsys.readouterr().out)
    assert [case.tag for suite in root for case in suite] == ["testcase"]


def test_checkstyle(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = ElementTree.fromstring(out(capsys, "--format", "checkstyle"))
    errors = [dict(error.attrib) for file in root for error in file]
    assert [(error["line"], error["severity"], error["source"]) for error in errors] == [
        ("1", "warning", "DL3006"),
        ("2", "warning", "DL3014"),
        ("3", "info", "BK013"),
    ]


def test_rdjson_counts_bytes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a b" / "Dockerfile").write_text("FROM debian:12\nRUN echo é && apt-get install x\n")
    (found,) = json.loads(out(capsys, "--format", "rdjson"))["diagnostics"]
    assert found["location"]["range"]["start"] == {"line": 2, "column": 16}
    assert found["suggestions"][0]["text"].strip() == "-y"


def test_azure(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = out(capsys, "--format", "azure").splitlines()[0]
    assert line.startswith(
        "##vso[task.logissue type=warning;sourcepath=a b/Dockerfile;linenumber=1;columnnumber=6;code=DL3006;]"
    )


def test_teamcity(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = out(capsys, "--format", "teamcity").splitlines()
    assert sum(line.startswith("##teamcity[inspectionType ") for line in lines) == 3
    assert re.search(
        r"^##teamcity\[inspection typeId='DL3014' .* line='2' SEVERITY='WARNING'\]$", "\n".join(lines), re.M
    )


def test_hadolint(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(out(capsys, "--format", "hadolint"))
    assert set(found[0]) == {"code", "column", "file", "level", "line", "message"}


@pytest.mark.parametrize("form", OUTPUT_FORMATS)
def test_every_format_takes_no_findings_and_odd_text(
    form: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--isolated", "--select", SELECT, "--format", form, "Dockerfile"]) == 0
    (project / "Dockerfile").write_bytes(b"FROM debian\nRUN apt-get install \xff\x01 \xf0\x9f\x98\x80\nENV \x0b b\n")
    assert main(["check", "--isolated", "--format", form, "Dockerfile"]) == 1
    capsys.readouterr().out.encode()


def test_several_at_once_to_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = out(capsys, "--output", "sarif=out.sarif", "--output", "junit=out.xml", ".").splitlines()
    assert lines[0].startswith("a b/Dockerfile:1:6: DL3006")
    assert json.loads((project / "out.sarif").read_text())["version"] == "2.1.0"
    assert ElementTree.parse(project / "out.xml").getroot().tag == "testsuites"


@pytest.mark.parametrize("value", ["sarif", "sraif=x", "sarif="])
def test_a_wrong_output_is_told(value: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--isolated", "--output", value]) == 2
    assert f"invalid value `{value}` for `--output` (expected FORMAT=FILE; formats: full," in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--isolated", "--output", "json=no/such/folder.json"]) == 2
    assert "cannot write `no/such/folder.json`: " in capsys.readouterr().err
