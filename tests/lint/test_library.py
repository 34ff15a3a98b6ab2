"""The library interface: what `import dockerfile_dlint` gives a program."""

from __future__ import annotations

import builtins
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import dockerfile_dlint
import pytest
from dockerfile_dlint import (
    Diagnostic,
    DlintError,
    Edit,
    Fix,
    fix_text,
    format_text,
    lint_file,
    lint_text,
    optimize_text,
    parse_text,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "library.md"
TEXT = "FROM debian:latest\nRUN apt-get install git\nCOPY missing.txt /\n"


def test_the_examples_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 7
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), {})
    printed = capsys.readouterr().out
    for expected in re.findall(r"```text\n(.*?)```", text, re.DOTALL):
        assert expected in printed


def test_the_page_names_every_public_name() -> None:
    text = PAGE.read_text("utf-8")
    assert all(name in text for name in dockerfile_dlint.__all__)
    assert dir(dockerfile_dlint) == sorted(dockerfile_dlint.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = dockerfile_dlint.nothing  # type: ignore[attr-defined]


def test_values_can_be_pickled_compared_and_hashed() -> None:
    found = lint_text(TEXT)
    assert found
    assert pickle.loads(pickle.dumps(found)) == found == lint_text(TEXT)
    assert len(set(found)) == len(found)
    fixable = [d for d in found if d.fix is not None]
    assert fixable
    for d in fixable:
        assert isinstance(d, Diagnostic)
        assert isinstance(d.fix, Fix)
        assert all(isinstance(edit, Edit) for edit in d.fix.edits)
        assert d.fix.apply(TEXT) != TEXT


def test_places_agree_with_offsets() -> None:
    text = "FROM debian:12\nRUN echo 'ä€😀' && apt-get install curl\n"
    (edit,) = next(d.fix for d in lint_text(text) if d.code == "DL3014" and d.fix).edits
    lines = text.split("\n")
    before = sum(len(line) + 1 for line in lines[: edit.start[0] - 1]) + edit.start[1] - 1
    assert before == edit.start_offset


def test_without_a_context_nothing_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not even what lies in the current directory, the configuration there, or the environment."""
    (tmp_path / "dlint.toml").write_text('select = ["DL9999"]')
    (tmp_path / "Dockerfile").write_text("FROM other\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLINT_SELECT", "nonsense")
    # What is imported, and the data that comes with the package, may be read once; that is done here.
    calls = (
        lambda: lint_text(TEXT),
        lambda: lint_text(TEXT, config={"select": ["ALL"], "ignore": ["SC"]}),
        lambda: fix_text(TEXT, unsafe=True),
        lambda: format_text(TEXT),
        lambda: optimize_text(TEXT),
        lambda: parse_text(TEXT),
    )
    expected = [call() for call in calls]

    def forbidden(*arguments: object, **_: object) -> object:
        raise AssertionError(f"something was read: {arguments}")

    for module, name in (
        (builtins, "open"), (os, "stat"), (os, "lstat"), (os, "scandir"), (os, "listdir"), (os, "open"),
        (subprocess, "Popen"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, forbidden)
    answers = [call() for call in calls]
    monkeypatch.undo()
    assert answers == expected


def test_a_file_is_linted_as_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / ".git").mkdir()
    (tmp_path / "dlint.toml").write_text('ignore = ["DL3015"]')
    file = tmp_path / "Dockerfile"
    file.write_text(TEXT)
    command = [sys.executable, "-m", "dockerfile_dlint", "--ignore", "SC", "--format", "json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    import json

    said = [
        (d["code"], d["message"], d["start"]["line"], d["start"]["column"])
        for d in json.loads(done.stdout)["diagnostics"]
    ]
    assert [(d.code, d.message, *d.start) for d in lint_file(file)] == said
    assert "DL3015" not in [code for code, *_ in said]
    assert "DL3015" in [d.code for d in lint_file(file, config={})]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lint_text("FROM a\n", config={"slect": []}), "slect"),
        (lambda: lint_text("FROM a\n", config={"select": ["XX1"]}), "XX1"),
        (lambda: lint_text("FROM a\n", config="/nonexistent/dlint.toml"), "/nonexistent/dlint.toml"),
        (lambda: lint_text("FROM a\n", context="/nonexistent"), "/nonexistent"),
        (lambda: lint_file("/nonexistent/Dockerfile"), "/nonexistent/Dockerfile"),
        (lambda: format_text("FROM a\nRUN <<EOF\n"), "2"),
        (lambda: optimize_text("FROM a\n", rewrites=["order", "magic"]), "magic"),
    ],
)
def test_errors(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(DlintError, match=message):
        call()


def test_rejected_fixes_and_rewrites_are_reported() -> None:
    said: list[str] = []
    optimize_text("FROM python:3.12\nCOPY . .\nRUN pip install -r requirements.txt\n", on_rejected=said.append)
    assert said
    assert all(each.startswith("Dockerfile:") for each in said)


def test_broken_texts_are_parsed_too() -> None:
    tree = parse_text("FROM a\nRUN <<EOF\n")
    assert [error["line"] for error in tree["errors"]]


def test_the_import_is_cheap() -> None:
    code = (
        "import sys; before = set(sys.modules); import dockerfile_dlint;"
        "print(*sorted(set(sys.modules) - before)); print(dockerfile_dlint.__version__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported, version = done.stdout.splitlines()
    assert imported == "dockerfile_dlint"
    assert version == dockerfile_dlint.__version__
