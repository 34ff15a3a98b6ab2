"""A run that is killed at any moment leaves every file old or new, and nothing else; bench/kill.py kills more often."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import kill

OLD = "from debian:12-slim\n" + "ENV A b c\nADD . /app\n" * 20
NEW = "FROM debian:12-slim\n" + 'ENV A="b c"\nCOPY . /app\n' * 20


NEEDS_PROC = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc")


@NEEDS_PROC
@pytest.mark.parametrize("command", kill.COMMANDS)
def test_every_file_is_whole_and_nothing_is_left(command: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    place = kill.Place(tmp_path, command)
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT) * 2:
        place.kill(number, chance.uniform(*kill.MOMENTS) * place.seconds)
    assert place.kill(signal.SIGTERM, 2 * place.seconds + 1) == "all new"


@NEEDS_PROC
def test_what_is_torn_or_left_is_noticed(tmp_path: Path) -> None:
    place = kill.Place(tmp_path, "format")
    place.new = {name: data[:-1] for name, data in place.new.items()}
    with pytest.raises(kill.Torn, match="is torn"):
        place.kill(signal.SIGTERM, 2 * place.seconds + 1)
    mark = "a test"
    with subprocess.Popen(["sleep", "60"], env={**os.environ, "DLINT_KILL_TEST": mark}) as process:
        with pytest.raises(kill.Torn, match="processes left"):
            kill.wait_for_the_end_of(mark)
        assert process.wait(5) == -signal.SIGKILL


@NEEDS_PROC
def test_a_builder_ends_with_dlint(tmp_path: Path) -> None:
    """Also when dlint is killed, and with what it started itself."""
    place = kill.Place(tmp_path, "verify")
    builder = tmp_path / "bin" / "docker"
    builder.write_text(builder.read_text().replace("sleep 0.3", "sleep 300"))
    assert place.kill(signal.SIGKILL, place.seconds + 0.5) == "all old"


SLOW = "FROM debian:12\n" + "RUN apt-get update && echo hello && make all install\n" * 1500


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no workers")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_parent(number: signal.Signals, tmp_path: Path) -> None:
    """All hold standard output, so it ends when the last of them does."""
    for each in range(600):
        (tmp_path / f"Dockerfile.{each}").write_text(SLOW)
    process = _start(tmp_path, subprocess.PIPE)
    time.sleep(2.5)
    assert process.poll() is None, "it was done before it could be killed"
    os.kill(process.pid, number)
    start = time.monotonic()
    process.communicate(timeout=30)
    assert time.monotonic() - start < 5
    assert process.returncode == (-number if number == signal.SIGKILL else 143)


def test_runs_at_the_same_time_all_end_well(tmp_path: Path) -> None:
    files = [tmp_path / str(number) / "Dockerfile" for number in range(5)]
    for file in files:
        file.parent.mkdir()
    _reset(files)
    runs = [_start(tmp_path) for _ in range(8)]
    assert [run.wait(60) for run in runs] == [0] * len(runs)
    assert all(file.read_text() == NEW for file in files)


@pytest.mark.skipif(sys.platform == "win32", reason="no shell scripts there")
def test_a_verification_that_is_terminated_removes_its_images_and_directories(tmp_path: Path) -> None:
    log, temporary, builder = tmp_path / "log", tmp_path / "tmp", tmp_path / "bin" / "docker"
    for folder in (tmp_path / ".git", temporary, builder.parent):
        folder.mkdir()
    script = f'#!/bin/sh\necho "$@" >> {log}\ncase $1 in build) sleep 30;; version) echo 27.0;; esac\n'
    builder.write_text(script)
    builder.chmod(0o755)
    (tmp_path / "Dockerfile").write_text(
        "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\nCOPY . /app\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "dockerfile_dlint.lint", "optimize", "--verify", "--builder", "docker", "."],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(temporary), "PATH": f"{builder.parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    last = time.monotonic() + 20
    while time.monotonic() < last and not (log.exists() and "\nbuild " in log.read_text()):
        time.sleep(0.05)
    assert os.listdir(temporary) != []
    process.terminate()
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 143
    assert errors.endswith(b"dlint: terminated\n")
    assert os.listdir(temporary) == []
    assert log.read_text().splitlines()[-1].startswith("rmi -f localhost/dlint-verify-")


def _reset(files: list[Path]) -> None:
    for file in files:
        file.write_text(OLD)


def _start(folder: Path, out: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "dockerfile_dlint.lint",
        "--isolated",
        "--select",
        "BK004,BK013,DL3020",
        "--fix",
        ".",
    ]
    return subprocess.Popen(command, cwd=folder, start_new_session=True, stdout=out, stderr=subprocess.DEVNULL)
