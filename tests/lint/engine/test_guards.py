"""A file that breaks dlint, or takes too long, is reported by name; all others get their findings."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import dockerfile_dlint
import pytest
from dockerfile_dlint.lint.engine.time_limit import TimeLimitExceeded, run_limited

from ..runner import dlint

if TYPE_CHECKING:
    from pathlib import Path

needs_signals = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs setitimer")
LIMIT = "it takes longer than the limit of "


def spin(seconds: float = 20) -> str:
    """Use the processor."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "done"


@needs_signals
def test_work_that_takes_too_long_ends() -> None:
    start = time.monotonic()
    with pytest.raises(TimeLimitExceeded, match=r"limit of 0\.3 s"):
        run_limited(0.3, spin)
    assert time.monotonic() - start < 5
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


@needs_signals
def test_work_that_waits_ends_too() -> None:
    start = time.monotonic()
    with pytest.raises(TimeLimitExceeded):
        run_limited(0.1, lambda: time.sleep(20))
    assert time.monotonic() - start < 5


@needs_signals
def test_a_regular_expression_that_backtracks_ends() -> None:
    import re

    start = time.monotonic()
    with pytest.raises(TimeLimitExceeded):
        run_limited(0.3, lambda: re.match("(a+)+b", "a" * 40))
    assert time.monotonic() - start < 5


@needs_signals
def test_no_handler_of_errors_swallows_the_limit() -> None:
    def stubborn() -> None:
        while True:
            with contextlib.suppress(Exception):
                spin()

    with pytest.raises(TimeLimitExceeded):
        run_limited(0.3, stubborn)


@needs_signals
def test_the_outer_limit_applies_and_a_timer_around_goes_on() -> None:
    rung: list[float] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(time.monotonic()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.8)
        with pytest.raises(TimeLimitExceeded, match=r"limit of 0\.3 s"):
            run_limited(0.3, lambda: run_limited(100, spin))
        assert not rung
        time.sleep(1)
        assert len(rung) == 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@needs_signals
def test_what_ends_in_time_is_returned_and_0_is_no_limit() -> None:
    assert run_limited(30, lambda: spin(0.3)) == "done"
    assert run_limited(0, lambda: spin(0.3)) == "done"


def test_another_thread_has_no_limit() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(run_limited(0.01, lambda: spin(0.3))))
    thread.start()
    thread.join()
    assert found == ["done"]


# Files of a run

SLOW = "FROM debian:12\n# slow\nRUN sudo a\n"
BROKEN = "FROM debian:12\n# broken\nRUN sudo a\n"
GOOD = "FROM debian:12\nRUN sudo a\nMAINTAINER a\n"
PLUGIN = """
import sys, time
from dockerfile_dlint.model import build
from dockerfile_dlint.lint import main
before = build.Build.__init__
def init(self, dockerfile, *rest, **named):
    if "# slow" in dockerfile.source.text:
        time.sleep(60)
    if "# broken" in dockerfile.source.text:
        raise {error}
    before(self, dockerfile, *rest, **named)
build.Build.__init__ = init
sys.exit(main.main(sys.argv[1:]))
"""


def run(folder: Path, *words: str, error: str = "RecursionError('deep')") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PLUGIN.replace("{error}", error), *words],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def files(folder: Path, count: int) -> Path:
    (folder / ".git").mkdir()
    (folder / "dlint.toml").write_text("timeout = 0.2\n")
    for number in range(count):
        (folder / f"{number:02}.Dockerfile").write_text(GOOD)
    (folder / "07.Dockerfile").write_text(SLOW)
    (folder / "08.Dockerfile").write_text(BROKEN)
    return folder


@needs_signals
@pytest.mark.parametrize("count", [10, 60], ids=["serial", "parallel"])
@pytest.mark.parametrize("error", ["RecursionError('deep')", "MemoryError", "ValueError('odd')"])
def test_the_others_are_linted(tmp_path: Path, count: int, error: str) -> None:
    called = run(files(tmp_path, count), ".", "--select", "DL3004", error=error)
    lines = called.stdout.splitlines()
    assert called.returncode == 2
    assert sum(": DL3004 " in line for line in lines) == count - 2
    assert [line for line in lines if line.startswith("07.") and "SYN001" in line and LIMIT in line]
    assert [line for line in lines if line.startswith("08.") and "SYN002" in line and error.partition("(")[0] in line]


@needs_signals
@pytest.mark.parametrize("count", [10, 60], ids=["serial", "parallel"])
def test_the_others_are_fixed(tmp_path: Path, count: int) -> None:
    called = run(files(tmp_path, count), "--fix", ".", "--select", "DL4000")
    assert called.returncode == 2
    assert LIMIT in called.stdout
    fixed = [file.name for file in sorted(tmp_path.glob("*.Dockerfile")) if "MAINTAINER" not in file.read_text()]
    assert len(fixed) == count
    assert (tmp_path / "07.Dockerfile").read_text() == SLOW
    assert (tmp_path / "08.Dockerfile").read_text() == BROKEN
    assert not list(tmp_path.glob(".*tmp*"))


@needs_signals
def test_the_others_are_formatted(tmp_path: Path) -> None:
    folder = files(tmp_path, 10)
    for file in folder.glob("*.Dockerfile"):
        file.write_text(file.read_text().replace("RUN", "run  "))
    called = run(folder, "format", ".")
    assert called.returncode == 2
    assert f"07.Dockerfile: not formatted: {LIMIT}0.2 s" in called.stderr
    assert "08.Dockerfile: not formatted: internal error (RecursionError: deep" in called.stderr
    assert sum("RUN sudo" in file.read_text() for file in folder.glob("*.Dockerfile")) == 8


def test_the_others_are_optimized(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.Dockerfile").write_text(BROKEN)
    (tmp_path / "b.Dockerfile").write_text("FROM debian:12\nRUN a\nRUN b\n")
    called = run(tmp_path, "optimize", ".")
    assert called.returncode == 2
    assert "a.Dockerfile: not optimized: internal error (RecursionError: deep" in called.stderr
    assert "b.Dockerfile" in called.stdout


# Configuration and what describes builds

DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dlint.toml", "select = " + DEEP),
        ("dlint.toml", "timeout = " + "9" * 5_000),
        ("dlint.toml", "timeout = true"),
        ("dlint.toml", "timeout = -1"),
        ("dlint.toml", "timeout = nan"),
        ("dlint.toml", ".".join(["a"] * 20_000) + " = 1"),
        ("pyproject.toml", "[tool.dlint]\nselect = " + DEEP),
        (".hadolint.yaml", "ignored: " + DEEP),
        ("base.json", DEEP),
        ("base.json", '{"version": ' + "9" * 5_000 + "}"),
    ],
)
@pytest.mark.parametrize("command", [["."], ["--fix", "."], ["format", "."], ["optimize", "."]])
def test_odd_configuration_is_an_error(tmp_path: Path, name: str, text: str, command: list[str]) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(GOOD)
    (tmp_path / name).write_text(text)
    if name == "base.json":
        if command[0] != ".":
            pytest.skip("only check reads a baseline")
        command = ["--baseline", "base.json", *command]
    start = time.monotonic()
    called = dlint(*command, cwd=tmp_path)
    assert time.monotonic() - start < 10
    assert called.status == 2
    assert f"dlint: {name}" in called.err
    assert "internal error" not in called.err
    assert "Traceback" not in called.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docker-bake.hcl", 'target "a" {\ncontext = ' + '"a" == ' * 3_000 + '"a"\n}'),
        ("docker-bake.hcl", 'target "a" {\ncontext = format("}%s","x")\n}'),
        ("docker-bake.hcl", 'target "a" {\ncontext = ' + "(" * 50_000 + "\n}"),
        ("docker-bake.json", '{"target": {"a": {"context": "${x.' + "9" * 5_000 + '}"}}}'),
        ("docker-bake.json", '{"target": {"a": {"context": "${' + "(" * 20_000 + '}"}}}'),
        ("docker-bake.json", '{"target": ' + DEEP),
        ("docker-bake.json", '{"target": {"a": {"args": []}, "b": 1, "c": {"inherits": {"a": 1}}}}'),
        ("compose.yaml", "services: {a: {build: " + DEEP),
        ("compose.yaml", "services: [build, {build: .}]"),
        ("compose.yaml", "services: {a: {build: {args: 1, context: [1], target: {}}}, b: 3}"),
        (".github/workflows/a.yml", "jobs: {a: {steps: [build, {run: docker build ., with: 1}]}}"),
        (".github/workflows/a.yml", "jobs: {a: {steps: [{run: docker build " + DEEP),
        ("package.json", DEEP),
        ("Cargo.toml", "a = " + DEEP),
        ("pyproject.toml", "a = " + DEEP),
    ],
)
def test_odd_files_near_a_dockerfile_leave_its_findings(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nCOPY . /a\nRUN sudo a\n")
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    start = time.monotonic()
    called = dlint(".", "--select", "DL3004", cwd=tmp_path)
    assert time.monotonic() - start < 10
    assert called.status == 1
    assert "Dockerfile:3:5: DL3004 " in called.out
    assert "internal error" not in called.err
    assert "Traceback" not in called.err


OPTIMIZED = {
    "node": ("FROM node:20\nWORKDIR /a\nCOPY . .\nRUN npm ci\nCMD node a.js\n", ("package.json", "package-lock.json")),
    "rust": ("FROM rust:1\nWORKDIR /a\nCOPY . .\nRUN cargo build --release\nCMD ./target/release/a\n", ("Cargo.toml",)),
    "poetry": (
        "FROM python:3.12\nRUN pip install poetry\nWORKDIR /a\nCOPY . .\nRUN poetry install\nCMD python a.py\n",
        ("pyproject.toml", "poetry.lock"),
    ),
    "pip": (
        "FROM python:3.12\nWORKDIR /a\nCOPY . .\nRUN pip install -r requirements.txt\nCMD python a.py\n",
        ("requirements.txt", "a.py"),
    ),
    "composer": ("FROM php:8\nWORKDIR /a\nCOPY . .\nRUN composer install\nCMD php a.php\n", ("composer.json",)),
}


@pytest.mark.parametrize("stack", OPTIMIZED)
@pytest.mark.parametrize(
    "text", [DEEP, "a = " + DEEP, '{"a":' * 50_000, "[]", "1", '{"dependencies": 1}', "tool = 1", "[tool]\npoetry = []"]
)
def test_odd_manifests_are_unknown(tmp_path: Path, stack: str, text: str) -> None:
    (tmp_path / ".git").mkdir()
    dockerfile, names = OPTIMIZED[stack]
    (tmp_path / "Dockerfile").write_text(dockerfile)
    (tmp_path / "requirements.txt").write_text("flask\n")
    for name in names:
        (tmp_path / name).write_text(text)
    start = time.monotonic()
    called = dlint("optimize", "--explain", ".", cwd=tmp_path)
    assert time.monotonic() - start < 20
    assert called.status in (0, 1)
    assert "internal error" not in called.out + called.err
    assert "Traceback" not in called.err


@needs_signals
def test_the_library_returns_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    from dockerfile_dlint.model import build

    def slow(*_: object) -> None:
        spin()

    monkeypatch.setattr(build.Build, "__init__", slow)
    (found,) = dockerfile_dlint.lint_text(GOOD, config={"timeout": 0.2})
    assert (found.code, found.path) == ("SYN001", "Dockerfile")
    assert LIMIT in found.message
    with pytest.raises(dockerfile_dlint.DlintError, match=r"limit of 0\.6"):
        dockerfile_dlint.fix_text(GOOD, config={"timeout": 0.2})


def test_timeout_is_also_an_option_and_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text(GOOD)
    assert "timeout" in dlint("--config", "timeout=fast", ".", cwd=tmp_path).err
    assert dlint("--config", "timeout=2.5", ".", cwd=tmp_path).status == 1
    monkeypatch.setenv("DLINT_TIMEOUT", "soon")
    assert "DLINT_TIMEOUT" in dlint(".", cwd=tmp_path).err
