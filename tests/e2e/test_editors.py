"""Real editors without a screen: diagnostics arrive, fix all, format and rename leave the expected file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="the extra `server` is not installed")

from .language_client import COMMAND

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("editors")]
HERE = Path(__file__).parent / "editors"
DOCS = Path(__file__).parents[2] / "docs" / "editors.md"

BAD = """\
from debian:12-slim AS One
RUN apt-get update && \\
  apt-get install git curl make gcc
COPY src /srv/é😀
FROM debian:12-slim
copy --from=one /srv /srv
"""

EXPECTED = """\
FROM debian:12-slim AS builder
RUN apt-get update \\
    && apt-get install -y \\
        git \\
        curl \\
        make \\
        gcc
COPY src /srv/é😀

FROM debian:12-slim
COPY --from=builder /srv /srv
"""


def documented(editor: str, language: str) -> list[str]:
    """The configurations that docs/editors.md gives for an editor."""
    chapter = DOCS.read_text().partition(f"## {editor}\n")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", chapter, re.DOTALL)


def run(command: list[str], tmp_path: Path) -> str:
    """Run an editor over the bad file; what it reported."""
    file = tmp_path / "Dockerfile"
    file.write_text(BAD)
    (tmp_path / "src").mkdir()
    report = tmp_path / "report"
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "FILE": str(file),
        "REPORT": str(report),
        "CONFIGURATION": str(tmp_path / "configuration"),
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    program = tmp_path / "bin" / "dlint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND[:-1])} "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    )
    told = report.read_text() if report.exists() else ""
    assert done.returncode == 0, told + done.stdout + done.stderr
    assert file.read_text() == EXPECTED
    return told


def neovim(tmp_path: Path) -> str:
    """Run Neovim with the configuration for its old versions, and the one that fixes and formats."""
    if shutil.which("nvim") is None:
        pytest.skip("Neovim is not installed (Debian: apt install neovim)")
    _, start, write = documented("Neovim", "lua")
    init = tmp_path / "init.lua"
    init.write_text(start + write)
    return run(["nvim", "--headless", "-n", "-i", "NONE", "-u", str(init), "-S", str(HERE / "neovim.lua")], tmp_path)


def test_neovim(tmp_path: Path) -> None:
    told = neovim(tmp_path)
    assert "DL3014 2:2" in told
    assert "BK004 0:0" in told


def test_emacs(tmp_path: Path) -> None:
    if shutil.which("emacs") is None:
        pytest.skip("Emacs is not installed (Debian: apt install emacs-nox elpa-eglot)")
    probe = ["emacs", "--batch", "--eval", "(progn (package-initialize) (require 'eglot))"]
    if subprocess.run(probe, capture_output=True, timeout=60, check=False).returncode:
        pytest.skip("Emacs has no eglot (Debian: apt install elpa-eglot)")
    (configuration,) = documented("Emacs", "elisp")
    (tmp_path / "configuration").write_text(configuration)
    told = run(["emacs", "--batch", "--eval", "(package-initialize)", "-l", str(HERE / "eglot.el")], tmp_path)
    assert "add `-y`" in told


def test_no_server_is_left_behind(tmp_path: Path) -> None:
    neovim(tmp_path)
    end = time.monotonic() + 10
    mine = str(tmp_path).encode()
    while time.monotonic() < end:
        if not any(mine in environment(pid) and b"dockerfile_dlint" in command(pid) for pid in processes()):
            return
        time.sleep(0.2)
    pytest.fail("the server still runs")


def processes() -> list[str]:
    return [each for each in os.listdir("/proc") if each.isdigit()] if os.path.isdir("/proc") else []


def environment(pid: str) -> bytes:
    return _read(pid, "environ")


def command(pid: str) -> bytes:
    return _read(pid, "cmdline")


def _read(pid: str, name: str) -> bytes:
    try:
        return Path("/proc", pid, name).read_bytes()
    except OSError:
        return b""
