"""dlint as a user installs it: from the wheel, from the sdist, and from a checkout in editable mode."""

from __future__ import annotations

import os
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from .conftest import CHECKOUT, run

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("install")]

FOLDERS = ("syntax", "model", "fixers", "rules", "lint")
BAD = "FROM python:3.12-slim\nRUN apt-get install curl\n"
FINDING = "Dockerfile:2:5: DL3014 warning: [*] `apt-get install`"


class Environment:
    """A new virtual environment outside the checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._scripts = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
        run(sys.executable, "-m", "venv", "venv", cwd=folder)

    def install(self, *words: str | Path) -> None:
        self("python", "-m", "pip", "install", "--quiet", *words)

    def __call__(self, program: str, *words: str | Path, status: int = 0) -> str:
        """What a program of the environment prints; it must end with `status`."""
        done = run(self._scripts / program, *words, cwd=self.folder, check=False)
        assert done.returncode == status, done.stdout
        return done.stdout

    def lints(self) -> None:
        """dlint finds what is wrong with a bad file."""
        (self.folder / "Dockerfile").write_text(BAD)
        lines = self("dlint", "Dockerfile", status=1).splitlines()
        assert [line for line in lines if line.startswith(FINDING)], lines
        assert all(line.startswith(("Dockerfile:", "dlint: ", "Found ", "[*] ")) for line in lines), lines


def source_files(project: Path) -> set[str]:
    """Every file of the folders that make up the installed package, relative to the project."""
    files = [path for name in FOLDERS for path in (project / name).rglob("*") if path.is_file()]
    package = {path.name for path in (project / "package").iterdir() if path.suffix == ".py"}
    return package | {path.relative_to(project).as_posix() for path in files if path.suffix != ".pyc"}


@pytest.fixture(scope="module")
def distributions(project: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, project, cwd=folder)
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def installed(distributions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel."""
    environment = Environment(tmp_path_factory.mktemp("wheel"))
    environment.install(distributions[1])
    return environment


def test_wheel_holds_every_file(project: Path, distributions: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(distributions[1]) as wheel:
        names = [PurePosixPath(name) for name in wheel.namelist()]
    inside = {"/".join(name.parts[1:]) for name in names if name.parts[0] == "dockerfile_dlint"}
    assert inside == source_files(project)
    others = {name.parts[0].partition("-")[2] for name in names if name.parts[0] != "dockerfile_dlint"}
    # `data` is the manual page and the completions.
    assert {name.rpartition(".")[2] for name in others} == {"dist-info", "data"}


def test_sdist_holds_every_file(project: Path, distributions: tuple[Path, Path]) -> None:
    with tarfile.open(distributions[0]) as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()}
    inside |= {name.removeprefix("package/") for name in inside}
    assert source_files(project) - inside == set()
    assert {"LICENSE", "README.md", "pyproject.toml"} - inside == set()


def test_version(installed: Environment) -> None:
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"]
    assert installed("dlint", "--version") == f"dlint {version}\n"


def test_manual_page_and_completions_are_installed(project: Path, installed: Environment) -> None:
    shipped = [path.relative_to(project) for path in (project / "share").rglob("*") if path.is_file()]
    assert len(shipped) == 4
    for path in shipped:
        assert (installed.folder / "venv" / path).read_bytes() == (project / path).read_bytes()


def test_command(installed: Environment) -> None:
    installed.lints()
    (installed.folder / "Good").write_text('FROM python:3.12-slim\nCMD ["python3"]\n')
    assert installed("dlint", "Good") == ""
    assert "Missing" in installed("dlint", "Missing", status=2)


def test_module(installed: Environment) -> None:
    (installed.folder / "Dockerfile").write_text(BAD)
    by_module = installed("python", "-m", "dockerfile_dlint", "Dockerfile", status=1)
    assert by_module == installed("dlint", "Dockerfile", status=1)
    assert FINDING in by_module


def test_tree(installed: Environment) -> None:
    (installed.folder / "Dockerfile").write_text(BAD)
    lines = installed("dlint", "tree", "Dockerfile").splitlines()
    assert [line.split(maxsplit=2)[:2] for line in lines] == [["1", "from"], ["2", "run"]]


def test_every_rule_and_its_page(installed: Environment) -> None:
    here = run(sys.executable, "-m", "dockerfile_dlint.lint", "rules", cwd=CHECKOUT).stdout
    assert installed("dlint", "rules") == here
    assert "DL3014" in here
    codes = [line.split()[0] for line in here.splitlines()]
    assert "apt-get" in installed("dlint", "explain", *codes)


def test_catalog_of_images(installed: Environment) -> None:
    (installed.folder / "Full").write_text('FROM python:3.12\nCMD ["python3"]\n')
    assert "`python:3.12-slim`" in installed("dlint", "Full", status=1)


def test_json(installed: Environment) -> None:
    (installed.folder / "Dockerfile").write_text(BAD)
    assert '"DL3014"' in installed("dlint", "--format", "json", "Dockerfile", status=1)


def test_full_frames(installed: Environment) -> None:
    (installed.folder / "Dockerfile").write_text(BAD)
    assert "RUN apt-get install curl" in installed("dlint", "--format", "full", "Dockerfile", status=1)


def test_from_sdist(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    environment = Environment(tmp_path)
    environment.install(distributions[0])
    environment.lints()


def test_editable(project: Path, tmp_path: Path) -> None:
    environment = Environment(tmp_path)
    environment.install("-e", project)
    environment.lints()
    where = environment("python", "-c", "import dockerfile_dlint.lint as lint; print(lint.__file__)").strip()
    assert os.path.samefile(where, project / "lint" / "__init__.py")
