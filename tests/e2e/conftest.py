"""Real processes, and a copy of the project that they may build in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
# What the caller's shell, or a git hook that runs the tests, would put between us and the process under test.
_LEFT_OUT = ("GIT_", "PRE_COMMIT", "PYTHON", "VIRTUAL_ENV", "SKIP", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM")
_GIT_KEEPS = ("GIT_SSL", "GIT_PROXY", "GIT_EXEC_PATH")


def run(*command: str | Path, cwd: Path, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as on a clean machine: no settings of git, pre-commit or Python but `environment`.

    Standard error goes where standard output goes. With `check`, a failure fails the test and shows the output.
    """
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_LEFT_OUT) or name.startswith(_GIT_KEEPS)
    }
    ours = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**clean, **ours, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
    )
    if check and done.returncode:
        pytest.fail(f"{' '.join(map(str, command))} gave {done.returncode}:\n{done.stdout}")
    return done


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with one commit: the checkout as it stands, what is not committed included."""
    copy = tmp_path_factory.mktemp("project") / "dlint"
    # With the caller's settings of git, which may say that the checkout of another user is safe.
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=CHECKOUT, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout
    for name in filter(None, listed.split("\0")):
        if (CHECKOUT / name).is_file():  # not one that is deleted but still in the index
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, copy / name)
    run("git", "init", "-q", cwd=copy)
    run("git", "add", "--all", cwd=copy)
    run("git", "commit", "-q", "-m", "all", cwd=copy)
    return copy
