"""The ecosystem report, between this checkout and copies of it in which something is changed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPT = CHECKOUT / "bench" / "ecosystem.py"
DOCKERFILE = "FROM debian:12\nrun apt-get update && apt-get install curl\nRUN apt-get upgrade\n"

spec = importlib.util.spec_from_file_location("ecosystem", SCRIPT)
assert spec is not None and spec.loader is not None
ecosystem: Any = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ecosystem)


def copy_of_checkout(target: Path) -> Path:
    shutil.copytree(CHECKOUT, target, ignore=lambda folder, names: [
        name for name in names
        if name in ("tests", "docs", "editors", "__pycache__", "node_modules") or name.startswith(".")
    ])  # fmt: skip
    return target


def report(*arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / "files" / name).mkdir(parents=True)
        (tmp_path / "files" / name / "Dockerfile").write_text(DOCKERFILE)
    return tmp_path / "files"


def test_a_changed_message_is_text(tmp_path: Path, files: Path) -> None:
    new = copy_of_checkout(tmp_path / "new")
    rule = next(path for path in (new / "rules").rglob("*.py") if '@rule("DL3014"' in path.read_text("utf-8"))
    source = rule.read_text("utf-8")
    assert "add `-y`" in source
    rule.write_text(source.replace("add `-y`", "hand it `-y`"), "utf-8")
    written = tmp_path / "report.md"
    status, text = report(
        ".", new, files / "one", files / "two", "--expect=texts", f"--output={written}", "--samples=1"
    )
    assert status == 0
    assert text == written.read_text("utf-8")
    assert "**Only texts differ: 4.**" in text
    assert "| DL3014 | 4 | 4 |  |  |  |  |  |  | 4 |" in text
    assert "text only: 4 in 2 forms" in text or "text only: 4 in 1 form" in text
    assert "  one/Dockerfile:2:" in text and "hand it `-y`" in text
    assert "| `check --fix`: files changed | 2 | 2 | 0 | 0 |" in text
    assert "| `format`: files changed | 2 | 2 | 0 | 0 |" in text
    assert "/Dockerfile:3:" not in text, "one sample is enough"


def test_a_missing_rule_is_more_than_text(tmp_path: Path, files: Path) -> None:
    new = copy_of_checkout(tmp_path / "new")
    table = new / "rules" / "table.py"
    lines = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text("".join(line for line in lines if "'DL3014'" not in line), "utf-8")
    status, text = report(".", new, files / "one", "--expect=texts", "--only=findings,fixes")
    assert status == 1
    assert "- DL3014 " in text and ": removed" in text
    assert "| DL3014 | 2 | 0 |  | 2 |  |  |  |  |  |" in text
    assert "| DL3014 | 1 |  |" in text, "the fixed file differs because of this rule"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-revision", ".", "bench"], "`no-such-revision` is neither"),
        ([".", ".", "no-such-path"], "no-such-path"),
        ([".", ".", "bench/README.md", "--select=NOPE"], "NOPE"),
    ],
)
def test_errors(arguments: list[str], message: str) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr


def finding(line: int, message: str, severity: str = "info", edit: str = "") -> dict[str, Any]:
    start, end = {"line": line, "column": 1}, {"line": line, "column": 5}
    fix = {"title": message, "safety": "safe", "edits": [{"start": start, "end": end, "text": edit}]} if edit else None
    return {"file": "a", "start": start, "end": end, "message": message, "severity": severity, "fix": fix}


def test_findings_are_paired() -> None:
    old = [finding(1, "a"), finding(2, "b"), finding(3, "c"), finding(9, "gone")]
    new = [finding(1, "a"), finding(2, "other"), finding(4, "c"), finding(7, "came")]
    found = [(one and one["message"], other and other["message"]) for one, other in ecosystem.pairs(old, new)]
    assert found == [("b", "other"), ("c", "c"), ("gone", None), (None, "came")]


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        (finding(1, "a"), finding(1, "b"), ["text"]),
        (finding(1, "a", edit="x"), finding(1, "b", edit="x"), ["text"]),
        (finding(1, "a", edit="x"), finding(1, "a", edit="y"), ["fix"]),
        (finding(1, "a", edit="x"), finding(1, "a"), ["fix"]),
        (finding(1, "a"), finding(2, "a", "error"), ["place", "severity"]),
        ({**finding(1, "a"), "name": "x"}, {**finding(1, "b"), "name": "y"}, ["name"]),
    ],
)
def test_kinds(old: dict[str, Any], new: dict[str, Any], kinds: list[str]) -> None:
    assert ecosystem.kinds(old, new) == kinds


def test_package_directories() -> None:
    mapping = {"p": "root", "p.lint": "lint"}
    assert ecosystem.directory("p", mapping) == "root"
    assert ecosystem.directory("p.lint.output", mapping) == "lint/output"
    assert ecosystem.directory("p.other", mapping) == "root/other"
    assert ecosystem.directory("p.other", {"": "src"}) == "src/p/other"
