"""No repository hurts the one who lints it: bounded time and memory, nothing read, shown or written beyond it."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import pytest
from dockerfile_dlint.lint.main import main

from bench.fuzzing.steps import import_everything

from .hostile_repositories import REPOSITORIES, SECRET

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pipes, links or forks there")

CHECK = ("--select", "ALL", "--ignore", "SC", ".")
COMMANDS = (
    CHECK,
    ("--fix", "--unsafe-fixes", "--ignore", "SC", "."),
    ("format", "."),
    ("optimize", "."),
    ("dockerignore", "."),
)
SECONDS, BYTES = 20, 1_500_000_000
"""Of processor time and address space, for one command: far more than it needs, far less than no bound."""
OUTSIDE = {
    "Dockerfile": f"FROM debian:10\nMAINTAINER {SECRET}\nRUN apt-get install curl\n",
    "credentials": f"{SECRET}=verysecret123\n[{SECRET}]\nmachine x [ password {SECRET}\n",
    "compose.yaml": f"services: {{a: {{build: {{context: ., args: {{A: {SECRET}}}}}}}}}\n",
    "dlint.toml": f'failure-threshold = "{SECRET}"\n{SECRET} = 1\n',
}
CONFIGURED = (
    "dlint: dlint.toml:",
    "dlint: pyproject.toml:",
    "dlint: .hadolint.yaml:",
    "dlint: b.json:",
    "dlint: no Dockerfiles found",
)
"""What a run says that lints nothing: the configuration is wrong or excludes everything."""


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    import_everything()


def run(words: Sequence[str], here: Path, output: Path) -> tuple[int, str]:
    """The exit status and all output of a command, in a child process that its bounds end."""
    import resource

    child = os.fork()
    if child == 0:
        try:
            with open(output, "wb") as file, open(os.devnull, "rb") as empty:
                for descriptor, target in ((empty.fileno(), 0), (file.fileno(), 1), (file.fileno(), 2)):
                    os.dup2(descriptor, target)
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
            os.chdir(here)
            status = main(words)
            sys.stdout.flush()
            os._exit(status)
        except BaseException:  # noqa: BLE001 - the child must not go on with the tests
            traceback.print_exc()
            os._exit(99)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), output.read_text(errors="replace")


def state(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_hostile_repository(name: str, tmp_path: Path) -> None:
    outside, here = tmp_path / "outside", tmp_path / "here"
    outside.mkdir()
    for file, text in OUTSIDE.items():
        (outside / file).write_text(text)
    (here / ".git").mkdir(parents=True)
    (here / "good").mkdir()
    (here / "good" / "Dockerfile").write_text("FROM debian:12-slim\nWORKDIR app\n")
    REPOSITORIES[name](here)
    for words in COMMANDS:
        status, text = run(words, here, tmp_path / "output")
        assert status in (0, 1, 2), (words, status, text[-2000:])
        for sign in ("Traceback", "bug of dlint", "bug in dlint", "internal error", "SYN002", SECRET, "verysecret"):
            assert sign not in text, (words, text[max(text.find(sign) - 1500, 0) :][:3000])
        if words == CHECK and not text.startswith(CONFIGURED):
            assert "DL3000" in text, text[:2000]
        assert state(outside) == {file: text.encode() for file, text in OUTSIDE.items()}
