"""Every command of the README and of the pages beside it is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines() if line.strip()]
USE = [line for line in LINES if line.startswith("dlint ")]
PAGES = [page.read_text() for page in sorted((ROOT / "docs").glob("*.md"))]
USE += [
    line
    for page in PAGES
    for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("dlint ") and line not in USE
]
# A server waits for its editor (test_server.py runs it), and completions are for shells (test_completions.py).
USE = [line for line in USE if not line.startswith("dlint server") and "| source" not in line]
AS_SOMEONE = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
START, DEVELOP = (line for line in LINES if not line.startswith("dlint "))


ELSEWHERE = {
    "docker ": "tests/e2e/test_container.py",
    'eval "$(dlint completions ': "tests/e2e/test_completions.py",
    "dlint completions fish | source": "tests/e2e/test_completions.py",
    "dlint server": "tests/e2e/test_server.py",
    "pre-commit ": "tests/e2e/test_pre_commit.py",
    START.rpartition(" && ")[0]: "test_start, with the line of the README",
    DEVELOP.rpartition(" && ")[0]: "all tests run in what it makes",
}
"""The beginnings of lines that other tests run."""


def test_every_line_is_run_somewhere() -> None:
    lines = [
        line
        for page in PAGES
        for block in re.findall(r"```(?:sh|bash|console|shell)\n(.*?)```", page, re.DOTALL)
        for line in block.splitlines()
        if line.strip()
    ]
    left = [line for line in lines if line not in USE and not line.startswith(tuple(ELSEWHERE))]
    assert left == []
    for place in ELSEWHERE.values():
        assert not place.startswith("tests/") or (ROOT / place).is_file()


def copy_of_the_checkout(folder: Path) -> Path:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return folder


@pytest.mark.parametrize("line", USE)
def test_use(line: str, tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "Dockerfile").write_text(
        'FROM debian\nrun apt-get update\nRUN apt-get install curl\nCOPY . /app\nCMD ["app"]\n'
    )
    (tmp_path / ".idea").write_text("of an editor")
    (tmp_path / "deploy" / "Dockerfile").write_text("FROM scratch\n")
    if "compose.yml" in line:
        (tmp_path / "compose.yml").write_text("services: {web: {build: .}}\n")
    if "migrate" in line:
        (tmp_path / ".hadolint.yaml").write_text("ignored: [DL3008]\n")
    if "--baseline" in line or "--prune" in line:
        (tmp_path / ".dlint-baseline.json").write_text('{"version": 1, "files": {}}')
    if "--changed-since" in line:
        for words in (["init", "-q"], ["add", "deploy"], [*AS_SOMEONE, "commit", "-qm", "one"]):
            subprocess.run(["git", *words], cwd=tmp_path, check=True)
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    if "--verify" in line:  # here without a builder, as the images that it would fetch are none of this test's
        env["PATH"] = str(Path(sys.executable).parent)
    done = subprocess.run(
        line, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    if "--verify" in line:
        assert (done.returncode, "no working builder found" in done.stderr) == (2, True), done.stderr
        return
    assert done.returncode in (0, 1), done.stderr
    assert all(note.startswith("dlint: ") for note in done.stderr.splitlines())
    if ">" not in line:
        assert done.stdout or any(word in done.stderr for word in ("fixed", "formatted", "wrote", "added"))


@pytest.mark.e2e
def test_start(tmp_path: Path) -> None:
    folder = copy_of_the_checkout(tmp_path)
    (folder / "example").mkdir()
    (folder / "example" / "Dockerfile").write_text("FROM debian:12\nRUN apt-get install curl\n")
    line = START.replace("python3", sys.executable, 1)
    done = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1, done.stderr
    assert "DL3014" in done.stdout


def test_the_test_line_is_what_ci_runs() -> None:
    assert DEVELOP.endswith("-m pytest -n auto")
    assert "-m pytest" in (ROOT / ".ci" / "run").read_text()
