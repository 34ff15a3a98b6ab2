"""The recipe of dlint's own image: nothing to find, nothing to optimize, and it runs where it can be built."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from .conftest import CHECKOUT, run

DLINT = (sys.executable, "-m", "dockerfile_dlint.lint")
BASE = "python:3.13-slim"


def dlint(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return run(*DLINT, *words, cwd=folder, check=False)


def test_dlint_finds_nothing(project: Path) -> None:
    done = dlint("check", "--isolated", "Dockerfile", folder=project)
    assert (done.returncode, done.stdout) == (0, "")
    assert dlint("format", "--check", "Dockerfile", folder=project).returncode == 0


def test_dlint_has_nothing_to_optimize(project: Path) -> None:
    done = dlint("optimize", "--format", "json", "Dockerfile", folder=project)
    assert done.returncode == 0, done.stdout
    assert dlint("optimize", "--diff", "Dockerfile", folder=project).stdout == ""
    assert dlint("dockerignore", "--diff", ".", folder=project).returncode == 0


def test_the_context_holds_what_the_package_is_made_of(project: Path) -> None:
    setup = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {*setup["package-dir"].values(), "share", "pyproject.toml", "README.md", "LICENSE"}
    lines = (project / ".dockerignore").read_text().splitlines()
    assert {line[1:] for line in lines if line.startswith("!")} == folders
    tree = json.loads(dlint("tree", "--format", "json", "Dockerfile", folder=project).stdout)
    copied = [
        each["arguments"] for each in tree["instructions"] if each["keyword"].lower() == "copy" and not each["flags"]
    ]
    assert {source for *sources, _ in copied for source in sources} == folders


def test_nobody_is_root(project: Path) -> None:
    text = (project / "Dockerfile").read_text()
    assert text.count("\nFROM ") == 2
    assert "\nUSER 65532:65532\n" in text.rpartition("\nFROM ")[2]


def builder(folder: Path) -> str:
    """A `docker` of the PATH that builds with BuildKit and has the base image; the test is skipped without one."""
    for place in os.environ["PATH"].split(os.pathsep):
        docker = shutil.which("docker", path=place)
        if docker and not run(docker, "image", "inspect", BASE, cwd=folder, check=False).returncode:
            (folder / "probe").write_text("FROM scratch\n")
            words = (docker, "build", "-q", "-f", "probe", ".")
            if not run(*words, cwd=folder, check=False, DOCKER_BUILDKIT="1").returncode:
                return docker
    pytest.skip(f"no Docker that builds with BuildKit and has {BASE}")


@pytest.mark.e2e
def test_the_image_lints(project: Path, tmp_path: Path) -> None:
    """With Docker, where the base image is already there: none is fetched for a test."""
    docker = builder(tmp_path)
    name = f"dlint-test-{os.getpid()}"
    try:
        run(docker, "build", "-q", "-t", name, ".", cwd=project, DOCKER_BUILDKIT="1")
        (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN apt-get install curl\n")
        tmp_path.chmod(0o700)
        mounted = ["-v", f"{tmp_path}:/work:ro", name]
        done = run(docker, "run", "--rm", "--user", str(os.getuid()), *mounted, cwd=tmp_path, check=False)
        assert done.returncode == 1
        assert "Dockerfile:2:5: DL3014" in done.stdout
    finally:
        run(docker, "image", "rm", "-f", name, cwd=tmp_path, check=False)


def test_the_page_says_these_commands() -> None:
    page = (CHECKOUT / "docs" / "ci.md").read_text()
    for command in ("docker build -t dlint .", 'docker run --rm -v "$PWD:/work:ro" dlint'):
        assert f"\n{command}" in page
