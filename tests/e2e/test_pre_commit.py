"""The hooks of .pre-commit-hooks.yaml in real runs of pre-commit."""

from __future__ import annotations

import itertools
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from dockerfile_dlint.lint.sources.discovery import OTHER_EXTENSIONS, TEMPLATE_EXTENSIONS, is_dockerfile_name
from identify.identify import tags_from_filename
from pre_commit.clientlib import load_manifest

from .conftest import CHECKOUT, run

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable
    from pathlib import Path

BAD = "FROM debian:12-slim\nRUN apt-get install curl\n"
FINDING = ":2:5: DL3014 warning: "
GOOD = 'FROM debian:12-slim\nUSER nobody\nCMD ["date"]\n'

# As in the comment of .pre-commit-hooks.yaml.
MISSED_BY_TYPE = """
    dockerfile containerfile DOCKERFILE dockerfile.dev dev.dockerfile dev.containerfile
    Dockerfile-dev Dockerfile_dev Dockerfile-3.9
"""
TAKEN_BY_TYPE = "Dockerfile.dockerignore Dockerfile.j2 Dockerfile.in Dockerfile.md Dockerfile.py Dockerfile.bak"
USUAL = "Dockerfile Containerfile Dockerfile.dev dev.Dockerfile .Dockerfile"
OTHER = ".dockerignore docker-compose.yml MyDockerfile Dockerfiles Dockerfile~ Makefile"
CAUGHT = f"{USUAL} {MISSED_BY_TYPE}".split()
NOT_CAUGHT = f"{OTHER} {TAKEN_BY_TYPE}".split()

# Names that are, or nearly are, those of Dockerfiles.
FORMS = "Dockerfile.{} Dockerfile.x.{} Dockerfile.{}.x containerfile-x.{} Dockerfile-{} {}.Dockerfile"
PARTS = ("Dockerfile", "containerfile", ".", "-", "_", "~", "._", "j2", "MD", "dev", "")


def the_hook() -> dict[str, Any]:
    """The hook that checks; pre-commit itself has checked what stands there."""
    hook, fixing = load_manifest(CHECKOUT / ".pre-commit-hooks.yaml")
    assert fixing["files"] == hook["files"]
    assert fixing["types"] == hook["types"]
    return hook


def names() -> Iterable[str]:
    endings = OTHER_EXTENSIONS | TEMPLATE_EXTENSIONS | set(re.findall(r"\w+", the_hook()["files"]))
    for form in FORMS.split():
        yield from map(form.format, endings)
    yield from map("".join, itertools.product(PARTS, repeat=4))


def test_hook_takes_the_names_that_dlint_takes() -> None:
    takes = re.compile(the_hook()["files"]).search
    wrong = [name for name in names() if bool(takes(name)) != is_dockerfile_name(name)]
    assert wrong == []
    assert takes("api/Dockerfile")
    assert takes("Dockerfile.j2/Dockerfile")
    assert not takes("Dockerfile/x")
    assert not takes("Dockerfile.d/x")


def test_what_the_type_misses_and_takes() -> None:
    comment = (CHECKOUT / ".pre-commit-hooks.yaml").read_text().partition("- id:")[0]
    for name in MISSED_BY_TYPE.split():
        assert "dockerfile" not in tags_from_filename(name), name
        assert re.search(rf"misses:[^:]*\b{name}\b", comment), name
    for name in TAKEN_BY_TYPE.split():
        assert "dockerfile" in tags_from_filename(name), name
        assert re.search(rf"includes:[^:]*\b{name}\b", comment), name


class PreCommit:
    """pre-commit with the project's hook; all repositories share one installed environment."""

    def __init__(self, project: Path, home: Path) -> None:
        self.project = project
        self.rev = run("git", "rev-parse", "HEAD", cwd=project).stdout.strip()
        self.home = home

    def repository(self, folder: Path, files: dict[str, str], options: str = "", hook: str = "dlint") -> None:
        """Make `folder` a git repository with these files, nothing committed, that uses the hook."""
        hook = f"{{id: {hook}{options and ', ' + options}}}"
        config = f"repos: [{{repo: '{self.project.as_posix()}', rev: {self.rev}, hooks: [{hook}]}}]\n"
        for name, text in {**files, ".pre-commit-config.yaml": config}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        run("git", "init", "-q", cwd=folder)
        run("git", "add", "--all", cwd=folder)

    def __call__(self, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run(folder, sys.executable, "-m", "pre_commit", *words)

    def run(self, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
        return run(*command, cwd=folder, check=False, PRE_COMMIT_HOME=str(self.home))


@pytest.fixture(scope="module")
def pre_commit(project: Path, tmp_path_factory: pytest.TempPathFactory) -> PreCommit:
    """pre-commit with the hook's environment installed."""
    pre_commit = PreCommit(project, tmp_path_factory.mktemp("home"))
    folder = tmp_path_factory.mktemp("install")
    pre_commit.repository(folder, {})
    installed = pre_commit(folder, "install-hooks")
    assert installed.returncode == 0, installed.stdout
    return pre_commit


@pytest.fixture(scope="module")
def all_names(pre_commit: PreCommit, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files that one run of the hook finds something in, of a bad file under every name; in its order."""
    folder = tmp_path_factory.mktemp("names")
    # A folder each, as Dockerfile and dockerfile are one file on some systems.
    files = {f"{number:02}/{name}": BAD for number, name in enumerate(CAUGHT + NOT_CAUGHT)}
    pre_commit.repository(folder, files)
    done = pre_commit(folder, "run", "--all-files")
    assert done.returncode == 1, done.stdout
    return [line.partition(FINDING)[0] for line in done.stdout.splitlines() if FINDING in line]


pytestmark = pytest.mark.xdist_group("pre-commit")
e2e = pytest.mark.e2e


@e2e
def test_bad_dockerfile_fails(pre_commit: PreCommit, tmp_path: Path) -> None:
    pre_commit.repository(tmp_path, {"api/Dockerfile": BAD, "Dockerfile": GOOD})
    done = pre_commit(tmp_path, "run", "--all-files")
    assert done.returncode == 1, done.stdout
    assert re.search(r"^dlint\.+Failed$", done.stdout, re.MULTILINE)
    assert f"\napi/Dockerfile{FINDING}[*] `apt-get install`" in done.stdout
    assert "\nDockerfile:" not in done.stdout


@e2e
def test_good_dockerfile_passes(pre_commit: PreCommit, tmp_path: Path) -> None:
    pre_commit.repository(tmp_path, {"Dockerfile": GOOD})
    done = pre_commit(tmp_path, "run", "--all-files")
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"dlint\.+Passed\n", done.stdout)


@e2e
@pytest.mark.parametrize("name", CAUGHT)
def test_name_is_caught(all_names: list[str], name: str) -> None:
    assert f"{CAUGHT.index(name):02}/{name}" in all_names


@e2e
def test_findings_are_in_order_and_of_no_other_file(all_names: list[str]) -> None:
    assert all_names == [f"{number:02}/{name}" for number, name in enumerate(CAUGHT)]


@e2e
def test_other_names_are_not_caught(pre_commit: PreCommit, tmp_path: Path) -> None:
    pre_commit.repository(tmp_path, dict.fromkeys(NOT_CAUGHT, BAD))
    done = pre_commit(tmp_path, "run", "--all-files")
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"dlint\.+\(no files to check\)Skipped\n", done.stdout)


@e2e
def test_arguments_of_the_user(pre_commit: PreCommit, tmp_path: Path) -> None:
    pre_commit.repository(tmp_path, {"Dockerfile": BAD}, "args: [--select, DL3014, --format, json]")
    done = pre_commit(tmp_path, "run", "--all-files")
    assert done.returncode == 1, done.stdout
    assert '"DL3014"' in done.stdout
    assert '"DL3015"' not in done.stdout


@e2e
@pytest.mark.skipif(sys.platform == "win32", reason="pre-commit gives hooks a terminal only on POSIX")
def test_on_a_terminal(pre_commit: PreCommit, tmp_path: Path) -> None:
    pre_commit.repository(tmp_path, {"Dockerfile": BAD})
    done = pre_commit(tmp_path, "run", "--all-files", "--color", "always")
    assert done.returncode == 1, done.stdout
    plain = re.sub(r"\x1b\[[\d;]*m", "", done.stdout)
    assert "DL3014" in plain
    assert "RUN apt-get install curl" in plain


@e2e
def test_bad_dockerfile_stops_a_commit(pre_commit: PreCommit, tmp_path: Path) -> None:
    pre_commit.repository(tmp_path, {"Dockerfile": BAD})
    assert pre_commit(tmp_path, "install").returncode == 0
    stopped = pre_commit.run(tmp_path, "git", "commit", "-m", "bad")
    assert stopped.returncode == 1, stopped.stdout
    assert f"Dockerfile{FINDING}" in stopped.stdout
    (tmp_path / "Dockerfile").write_text(GOOD)
    passed = pre_commit.run(tmp_path, "git", "commit", "--all", "-m", "good")
    assert passed.returncode == 0, passed.stdout


@e2e
def test_the_hook_that_fixes(pre_commit: PreCommit, tmp_path: Path) -> None:
    pre_commit.repository(
        tmp_path, {"Dockerfile": BAD, "api/Dockerfile": GOOD}, "args: [--select, DL3014]", "dlint-fix"
    )
    fixing = pre_commit(tmp_path, "run", "--all-files")
    assert fixing.returncode == 1, fixing.stdout
    assert "files were modified by this hook" in fixing.stdout
    assert (tmp_path / "Dockerfile").read_text() == BAD.replace("install", "install -y")
    assert (tmp_path / "api" / "Dockerfile").read_text() == GOOD
    run("git", "add", "--all", cwd=tmp_path)
    again = pre_commit(tmp_path, "run", "--all-files")
    assert again.returncode == 0, again.stdout
    assert re.fullmatch(r"dlint \(fix\)\.+Passed\n", again.stdout)


@e2e
def test_the_hook_that_fixes_fails_on_what_is_left(pre_commit: PreCommit, tmp_path: Path) -> None:
    bad = "FROM debian:12-slim\nRUN apt-get install -y curl\nCMD date\nCMD whoami\nCOPY\n"
    pre_commit.repository(tmp_path, {"Dockerfile": bad}, hook="dlint-fix")
    done = pre_commit(tmp_path, "run", "--all-files")
    assert done.returncode == 1, done.stdout
    assert "Dockerfile:5:1: SYN003 error" in done.stdout


BEGINNER = """\
FROM python:3.12
run apt-get update
RUN apt-get install curl
COPY . /app
RUN pip install -r /app/requirements.txt
CMD python /app/main.py
"""


@e2e
def test_from_nothing_to_a_green_hook_as_the_readme_says(pre_commit: PreCommit, tmp_path: Path) -> None:
    files = {"Dockerfile-dev": BEGINNER, "requirements.txt": "flask==3.0.3\n", "main.py": "import flask\n"}
    pre_commit.repository(tmp_path, files, hook="dlint-fix")
    assert pre_commit(tmp_path, "run", "--all-files").returncode == 1
    assert "install -y curl" in (tmp_path / "Dockerfile-dev").read_text()
    readme = (CHECKOUT / "README.md").read_text().partition("### pre-commit")[2]
    for command in ("--unsafe-fixes --diff .", "dockerignore --diff .", "optimize --diff ."):
        assert f"`dlint {command}`" in readme
        words = command.replace("--diff", "--fix" if "fixes" in command else "--write").split()
        run(sys.executable, "-m", "dockerfile_dlint.lint", *words, cwd=tmp_path, check=False)
    run("git", "add", "--all", cwd=tmp_path)
    done = pre_commit(tmp_path, "run", "--all-files")
    assert done.returncode == 0, done.stdout
