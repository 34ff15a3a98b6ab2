"""What linting a file to a pipe must not import: start-up is most of the time of a call with one file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dockerfile_dlint.lint
import pytest
import tree_sitter

HEAVY = frozenset(
    """
    asyncio concurrent.futures contextlib dataclasses hashlib importlib.metadata importlib.resources inspect json libcst
    logging multiprocessing pathlib pathspec pickle rich subprocess tempfile threading tomllib tree_sitter typing yaml
    """.split()
)
"""None of these is imported; of tree-sitter only the extension modules, past its `__init__`, which needs typing."""

PROBE = """
import sys
# -S keeps the interpreter's own start, and what a virtual environment or an editable install adds to it, out.
package = type(sys)("dockerfile_dlint")
package.__path__ = [sys.argv[1]]
sys.modules["dockerfile_dlint"] = package
sys.path.append(sys.argv[2])
from dockerfile_dlint.lint.main import main
status = main(sys.argv[3:])
print(*sys.modules, file=sys.stderr)
sys.exit(status)
"""
DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG VERSION=3.12
FROM python:${VERSION} AS build
SHELL ["/bin/bash", "-c"]
ENV PATH="/opt/bin:$PATH"
COPY --chown=app src /src
RUN apt-get update
RUN <<EOF
apt-get install curl && (cd /src; pip install "flask${EXTRA:-}")
EOF

FROM debian:12
COPY --from=build /src /src
HEALTHCHECK CMD curl -f http://localhost/
CMD ["python", "-m", "src"]
"""


class Called:
    """A call of dlint in an interpreter of its own: what it printed and the modules that it had at its end."""

    def __init__(self, folder: Path, *words: str) -> None:
        places = [Path(dockerfile_dlint.lint.__file__).parents[1], Path(tree_sitter.__file__).parents[1]]
        # ShellCheck is a process of its own, where it is installed.
        command = [sys.executable, "-I", "-S", "-c", PROBE, *map(str, places), "--ignore", "SC", *words]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1, done.stderr
        self.printed = done.stdout
        self.modules = frozenset(done.stderr.split())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a Dockerfile and a source for it, and a repository's top, above which nobody looks."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("print()\n")
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    return tmp_path


@pytest.mark.parametrize(
    "words", [("Dockerfile",), (".",), ("--ignore", "DL3006", "Dockerfile"), ("--format", "concise", "Dockerfile")]
)
def test_linting_to_a_pipe_imports_nothing_heavy(project: Path, words: tuple[str, ...]) -> None:
    called = Called(project, *words)
    assert "Dockerfile:9:1: DL3014 warning" in called.printed  # the shell commands were read too
    assert not sorted(HEAVY & called.modules)


def test_many_files_in_several_processes_import_nothing_heavy(project: Path) -> None:
    names = [f"{number}.Dockerfile" for number in range(50)]
    for name in names:
        (project / name).write_text(DOCKERFILE)
    called = Called(project, *names)
    assert called.printed.count("DL3014") == len(names)
    assert not sorted(HEAVY & called.modules)


def test_json_is_imported_for_its_format_only(project: Path) -> None:
    called = Called(project, "--format", "json", "Dockerfile")
    assert called.printed.startswith("{")
    assert "json" in called.modules
    assert not sorted((HEAVY - {"json"}) & called.modules)


def test_pathspec_is_imported_when_there_is_an_ignore_file(project: Path) -> None:
    (project / ".gitignore").write_text("old.*\n")
    (project / "old.Dockerfile").write_text(DOCKERFILE)
    called = Called(project, ".")
    assert "old.Dockerfile" not in called.printed
    assert "pathspec" in called.modules
