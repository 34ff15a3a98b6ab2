"""DL3013."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..text import listed
from .common import Words, unpinned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3013", level=WARNING, since="0.1")
def pip_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`pip install` takes whatever version the index holds today.

    ## Why
    The same Dockerfile builds different images on different days, and a new major version breaks the program.

    ## What to do
    Write `name==version`, or install from a requirements file with pinned versions (`-r`, `-c`).
    """
    for packages in unpinned(build, run, "pip"):
        yield Finding(
            f"{listed([p.name for p in packages])}: no version is given; write `name==version`", Words(packages)
        )


EXAMPLES = (
    Bad("FROM python:3.12-slim\nRUN pip install «flask»"),
    Bad("FROM python:3.12-slim\nRUN pip install a==1 «'flask>=3'»"),
    Good("FROM python:3.12-slim\nRUN pip install flask==3.0.0"),
    Good("FROM python:3.12-slim\nRUN pip install -r requirements.txt"),
    Good("FROM python:3.12-slim\nRUN pip install .", why="the project itself"),
)
