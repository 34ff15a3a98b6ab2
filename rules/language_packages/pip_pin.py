"""DL3013."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import PackageSpan, quoted_packages, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule(
    "DL3013",
    level=WARNING,
    since="0.1",
    prefilter=("pip", "uv", "poetry"),
)
def pip_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`pip install` (uv, pipx, poetry, pipenv) takes whatever version the index holds today.

    ## Why
    The same Dockerfile builds different images on different days, and a new major version breaks the program.

    ## What to do
    Write `name==version`, or install from a requirements file with pinned versions (`-r`, `-c`).

    ## What is left alone
    A version with an upper bound (`flask<4`, `flask~=3.0`), files of constraints (`-c`, `PIP_CONSTRAINT`), and wheels
    from a folder (`--no-index`).
    """
    for packages in unpinned_packages(build, run, "pip", "uv", "pipx", "poetry", "pipenv"):
        yield Finding(
            f"{quoted_packages(packages)}: the version is left open; write `name==version`", PackageSpan(packages)
        )


EXAMPLES = (
    Bad("FROM python:3.12-slim\nRUN pip install «flask»"),
    Bad("FROM python:3.12-slim\nRUN pip install a==1 «'flask>=3'»", message="`flask>=3`: the version is left open"),
    Bad("FROM python:3.12-slim\nRUN uv pip install --system «flask»"),
    Bad("FROM python:3.12-slim\nRUN pipx install «poetry»"),
    Good("FROM python:3.12-slim\nRUN pip install flask==3.0.0"),
    Good("FROM python:3.12-slim\nRUN pip install -r requirements.txt"),
    Good("FROM python:3.12-slim\nRUN pip install .", why="the project itself"),
    Good("FROM python:3.12-slim\nRUN pip install --no-index --find-links=/wheels app", why="what is in the folder"),
    Good("FROM python:3.12-slim\nENV PIP_CONSTRAINT=/versions.txt\nRUN pip install flask", why="the file says it"),
    Good("FROM python:3.12-slim\nRUN pip install --dry-run flask", why="nothing is installed"),
)
