"""DL3013."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from ..options import pedantic
from ..packages.package_findings import unpinned_findings, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


_INSTALLERS = ("pip", "setuptools", "wheel", "virtualenv")


@rule("DL3013", level=WARNING, since="0.1", prefilter=("pip", "uv", "poetry"), scope=SHIPPED, subject=VERSION_WORDS)
def pip_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`pip install` (uv, pipx, Poetry, Pipenv) installs a package without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days, and a new major version can break the program.

    ## What to do
    Use `name==version`, or install from a requirements file with pinned versions (`-r`, `-c`).

    ## Exceptions
    - Versions with an upper bound: `flask<4`, `flask~=3.0`.
    - The upgrade of pip itself, with setuptools and wheel, and virtualenv: a new one does not change what is installed.
    - Packages that another argument of the same call pins (`poetry poetry==2.0.1`).
    - Calls with a constraints file (`-c`, `PIP_CONSTRAINT`), and wheels from a local directory (`--no-index`).
    """
    calls = unpinned_packages(build, run, "pip", "uv", "pipx", "poetry", "pipenv")
    if not pedantic(build):
        calls = (
            [package for package in packages if package.name not in _INSTALLERS]
            if any(package.name in ("pip", "virtualenv") for package in packages)
            else packages
            for packages in calls
        )
    yield from unpinned_findings(build, calls, "{}==<version>")


EXAMPLES = (
    Bad("FROM python:3.12-slim\nRUN pip install «flask»"),
    Good("FROM python:3.12-slim\nRUN pip install flask==3.0.0"),
    Bad(
        "FROM python:3.12-slim\nRUN pip install a==1 «'flask>=3'»",
        message="`flask>=3` is not pinned",
    ),
    Good("FROM python:3.12-slim\nRUN pip install poetry poetry==2.0.1", why="pinned by the second argument"),
    Bad("FROM python:3.12-slim\nRUN pip install a==1 && pip install «a»", why="a call of its own"),
    Bad("FROM python:3.12-slim\nRUN uv pip install --system «flask»"),
    Bad("FROM python:3.12-slim\nRUN pipx install «poetry»"),
    Bad(
        "FROM python:3.12-slim\nRUN pip install «a» && pip install b==1 && pip install c",
        message="`a` and `c` are not pinned",
        why="reported once",
    ),
    Bad("FROM python:3.12-slim\nRUN pip install «a» && pip install «b»", options={"pedantic": True}),
    Good("FROM python:3.12-slim\nRUN pip install -r requirements.txt"),
    Good("FROM python:3.12-slim\nRUN pip install --upgrade pip setuptools wheel", why="pip itself"),
    Good("FROM python:3.12-slim\nRUN pip install virtualenv", why="makes the same environments"),
    Bad("FROM python:3.12-slim\nRUN pip install -U pip «flask»", message="`flask` is not pinned"),
    Bad("FROM python:3.12-slim\nRUN pip install --upgrade «pip»", options={"pedantic": True}),
    Bad(
        "FROM python:3.12-slim\nRUN pip install «git+https://example.com/a.git 'a @ git+https://example.com/b'»",
        message="are not pinned; add `@<commit>` to the repositories",
    ),
    Good("FROM python:3.12-slim\nRUN pip install git+https://example.com/a.git@1f2e3d4"),
    Good("FROM python:3.12-slim\nRUN pip install .", why="the project itself"),
    Good("FROM python:3.12-slim\nRUN uv pip install --python-preference system -r requirements.txt"),
    Good(
        "FROM python:3.12-slim\nRUN pip install --no-index --find-links=/wheels app",
        why="local wheels",
    ),
    Good(
        "FROM python:3.12-slim\nENV PIP_CONSTRAINT=/versions.txt\nRUN pip install flask",
        why="a constraints file",
    ),
    Good("FROM python:3.12-slim\nRUN pip install --dry-run flask", why="nothing is installed"),
    Good("FROM python:3.12\nARG P=--no-cache-dir\nRUN pip install $P flask==3", why="the variable is an option"),
)
