"""Real editors without a screen: diagnostics arrive, fix all, format and rename leave the expected file."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="the extra `server` is not installed")

from .language_client import COMMAND

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("editors")]
HERE = Path(__file__).parent / "editors"

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
        "SERVER": " ".join(COMMAND),
    }
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    )
    told = report.read_text() if report.exists() else ""
    assert done.returncode == 0, told + done.stdout + done.stderr
    assert file.read_text() == EXPECTED
    return told


def test_neovim(tmp_path: Path) -> None:
    if shutil.which("nvim") is None:
        pytest.skip("Neovim is not installed (Debian: apt install neovim)")
    told = run(["nvim", "--headless", "--clean", "-n", "-S", str(HERE / "neovim.lua")], tmp_path)
    assert "DL3014 2:2" in told
    assert "BK004 0:0" in told


def test_emacs(tmp_path: Path) -> None:
    if shutil.which("emacs") is None:
        pytest.skip("Emacs is not installed (Debian: apt install emacs-nox elpa-eglot)")
    probe = ["emacs", "--batch", "--eval", "(progn (package-initialize) (require 'eglot))"]
    if subprocess.run(probe, capture_output=True, timeout=60, check=False).returncode:
        pytest.skip("Emacs has no eglot (Debian: apt install elpa-eglot)")
    told = run(["emacs", "--batch", "--eval", "(package-initialize)", "-l", str(HERE / "eglot.el")], tmp_path)
    assert "add `-y`" in told


def test_no_server_is_left_behind(tmp_path: Path) -> None:
    if shutil.which("nvim") is None:
        pytest.skip("Neovim is not installed (Debian: apt install neovim)")
    run(["nvim", "--headless", "--clean", "-n", "-S", str(HERE / "neovim.lua")], tmp_path)
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
