"""Runs dlint as a user does: in a process of its own, to pipes or on a terminal of a given width."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "dockerfile_dlint.lint")
PATIENCE = 60
_LEFT_OUT = ("NO_COLOR", "FORCE_COLOR", "FORCE_HYPERLINK", "COLUMNS", "LINES", "TERM", "PYTHONIOENCODING")
# What tells that a terminal makes links.
_LEFT_OUT += ("TERM_PROGRAM", "VTE_VERSION", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "TMUX", "STY")
_LEFT_OUT += ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")


class Done:
    """What a run gave."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err
        assert "Traceback" not in out + err, out + err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """The codes of the lines that `concise` writes, in order."""
        return re.findall(r"^.*?:\d+:\d+: (\w+) ", self.out, re.MULTILINE)


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _LEFT_OUT} | more


def dlint(*words: str | bytes | Path, cwd: Path | None = None, stdin: bytes = b"", **env: str) -> Done:
    """Run `dlint words…` with its output to pipes."""
    done = subprocess.run(
        [*COMMAND, *map(os.fsencode, words)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=environment(**env),
        timeout=PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def shell(script: str, cwd: Path) -> Done:
    """Run a line of bash in which `dlint` is dlint."""
    quoted = " ".join(f"'{word}'" for word in COMMAND)
    done = subprocess.run(
        ["bash", "-c", f'dlint() {{ {quoted} "$@"; }}\n{script}'],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def terminal(*words: str, cwd: Path, columns: int = 80, **env: str) -> Done:
    """Run `dlint words…` on a terminal of that width; standard error goes there too."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=cwd,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(**{"TERM": "xterm-256color", **env}),
        start_new_session=True,
    )
    os.close(theirs)
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        parts.append(part)
    os.close(ours)
    status = process.wait(PATIENCE)
    return Done(status, b"".join(parts).decode().replace("\r\n", "\n"), "")


def plain(text: str) -> str:
    """Text without colours."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
