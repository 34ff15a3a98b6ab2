"""Kill dlint at random moments: `python bench/kill.py --kills 300`.

Each kill is one of three signals in a run of one of the commands that write. Afterwards every file must be what it was
or what it becomes, no process may be left, and no other file, with one exception: SIGKILL leaves a process no time to
remove a temporary file, whose name (`.dlint-….tmp`, `dlint-verify-…`) no run of dlint takes for something else. Prints
a table. Exits with 1 when something was torn or left. Needs /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
COMMANDS = {
    "fix": ("check", "--isolated", "--select", "BK004,BK013,DL3020", "--fix", "."),
    "format": ("format", "--isolated", "."),
    "optimize": ("optimize", "--isolated", "--write", "."),
    "verify": ("optimize", "--isolated", "--write", "--verify", "--builder", "docker", "--context", "0", "."),
    "output": ("check", "--isolated", "--select", "ALL", "--ignore", "SC", "--output", "json=report.json",
               "--output", "sarif=report.sarif", "--format", "concise", "."),
}  # fmt: skip
"""The command lines; with `verify`, docker is a script that takes its time."""
OUTCOMES = ("all old", "some new", "all new", "failures")
MOMENTS = (0.3, 1.1)
"""When a run is killed, as a share of the time of a whole run; the start of Python writes nothing."""
_FILES = {"fix": 60, "format": 40, "optimize": 6, "verify": 1, "output": 40}
"""How many Dockerfiles: enough for several processes, or for a run that takes some time."""
_OLD = "from debian:12-slim\n" + "ENV A b c\nADD . /app\n" * 20 + "RUN apt-get update\nRUN apt-get install -y curl\n"
_DOCKER = """\
#!/bin/sh
case $1 in
build) echo step 1; sleep 0.3; echo step 2 ;;
version) echo 27.0 ;;
image) echo '[{"Size": 1, "Config": {}, "RootFS": {"Layers": []}}]' ;;
export | cp) tar -c -C "$(dirname "$0")" docker ;;
esac
"""
_MARK = "DLINT_KILL_TEST"
_TEMPORARY = re.compile(r"\.dlint-[0-9a-f]{16}\.tmp|dlint-(verify-)?\w{8}(/.*)?")
_PATIENCE = 60
_SECONDS_TO_END = 3.0
"""How long a process may go on after the one that started it was killed."""


class Torn(AssertionError):
    """A file is neither old nor new, or something is left; the message says what."""


class Place:
    """A directory with files that a command writes; `command` is a key of COMMANDS."""

    def __init__(self, root: Path, command: str) -> None:
        self.command = command
        self.work = root / "work"
        self.temporary = root / "tmp"
        self._bin = root / "bin"
        count = _FILES[command]
        self.old = {f"{number}/{name}": data for number in range(count) for name, data in self._sources().items()}
        for folder in (self.temporary, self._bin, *(self.work / str(number) for number in range(count))):
            folder.mkdir(parents=True)
        (self._bin / "docker").write_text(_DOCKER)
        (self._bin / "docker").chmod(0o755)
        self._reset()
        start = time.monotonic()
        self._start().wait(_PATIENCE)
        self.seconds = time.monotonic() - start
        """How long a whole run takes."""
        self.new = self._content()
        if self.new == self.old:
            raise Torn(f"`{command}` writes nothing")

    def _sources(self) -> dict[str, bytes]:
        return {"Dockerfile": _OLD.encode(), "app.py": b"import os\n", "README.md": b"a\n"}

    def _content(self) -> dict[str, bytes]:
        paths = [path for path in self.work.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.work)): path.read_bytes() for path in paths}

    def _reset(self) -> None:
        for name in self._content():
            if name not in self.old:
                (self.work / name).unlink()
        for name, data in self.old.items():
            (self.work / name).write_bytes(data)
        for path in sorted(self.temporary.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()

    def _start(self, mark: str = "") -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dockerfile_dlint.lint", *COMMANDS[self.command]],
            cwd=self.work,
            env=os.environ | {_MARK: mark, "TMPDIR": str(self.temporary), "PATH": f"{self._bin}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def kill(self, number: signal.Signals, after: float) -> str:
        """Run the command on the old files and kill it after so many seconds; what became of it. Raises Torn."""
        self._reset()
        mark = uuid.uuid4().hex
        process = self._start(mark)
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):  # it may be done already
            os.kill(process.pid, number)
        # What it started may hold its standard error, and is looked for below.
        status = process.wait(_PATIENCE)
        wait_for_the_end_of(mark)
        assert process.stderr is not None
        errors = process.stderr.read().decode(errors="replace")
        process.stderr.close()
        now = self._content()
        names = sorted(name for name in now.keys() - self.old.keys() - self.new.keys())
        left = [*names, *(str(path.relative_to(self.temporary)) for path in self.temporary.rglob("*"))]
        if number == signal.SIGKILL:
            left = [name for name in left if not _TEMPORARY.fullmatch(name.rpartition("/")[2] if name in now else name)]
        if left:
            raise Torn(f"{self.command}, {number.name}, status {status}: left: {left}\n{errors}")
        for name in now.keys() & (self.old.keys() | self.new.keys()):
            if now[name] not in (self.old.get(name), self.new.get(name)):
                raise Torn(f"{self.command}, {number.name}: {name} is torn: {now[name]!r}")
        gone = self.old.keys() - now.keys()
        if gone:
            raise Torn(f"{self.command}, {number.name}: {gone} are gone")
        if all(now.get(name) == data for name, data in self.new.items()):
            return "all new"
        return "some new" if self._has_begun(now) else "all old"

    def _has_begun(self, now: dict[str, bytes]) -> bool:
        return any(now[name] != self.old.get(name) for name in now)


def wait_for_the_end_of(mark: str) -> None:
    """Wait until no process with the mark in its environment is left. Raises Torn after a while."""
    last = time.monotonic() + _SECONDS_TO_END
    while found := list(_processes(mark)):
        if time.monotonic() > last:
            for pid, _ in found:
                os.kill(pid, signal.SIGKILL)
            raise Torn(f"processes left: {found}")
        time.sleep(0.02)


def _processes(mark: str) -> Iterator[tuple[int, str]]:
    wanted = f"{_MARK}={mark}".encode()
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):  # it may have ended, or be of another user
                if wanted in Path("/proc", name, "environ").read_bytes().split(b"\0"):
                    yield int(name), Path("/proc", name, "cmdline").read_bytes().replace(b"\0", b" ").decode()


def main() -> int:
    """Kill as often as asked, and print a table; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=300, help="how many, spread over commands and signals")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    each = -(-options.kills // (len(COMMANDS) * len(SIGNALS)))
    failed = total = 0
    print("".join(f"{title:>10}" for title in ("command", "signal", "kills", *OUTCOMES)))
    for command in COMMANDS:
        with tempfile.TemporaryDirectory(prefix="dlint-kill-") as folder:
            place = Place(Path(folder), command)
            for number in SIGNALS:
                count: Counter[str] = Counter()
                for _ in range(each):
                    try:
                        count[place.kill(number, chance.uniform(*MOMENTS) * place.seconds)] += 1
                    except Torn as error:
                        count["failures"] += 1
                        print(error, file=sys.stderr)
                failed += count["failures"]
                total += each
                shown = "".join(f"{count[kind]:>10}" for kind in OUTCOMES)
                print(f"{command:>10}{number.name:>10}{each:>10}{shown}", flush=True)
    print(f"{total} kills, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
