"""DL3042."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .common import Head, leaving_cache, too_late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3042", level=WARNING, since="0.1")
def pip_cache(run: Run, build: Build) -> Iterator[Finding]:
    """`pip install` leaves its download cache in the layer.

    ## Why
    The cache holds every wheel a second time and is never read again in the image.

    ## What to do
    `pip install --no-cache-dir`, `ENV PIP_NO_CACHE_DIR=1`, or a mount that keeps the cache for the next build:
    `RUN --mount=type=cache,target=/root/.cache/pip`.
    """
    for call in leaving_cache(build, run, "pip"):
        head = Head(call)
        yield Finding(
            f"`{head.text}` leaves its download cache in this layer; add `--no-cache-dir`" + too_late(build, run, call),
            head,
        )


EXAMPLES = (
    Bad("FROM python:3.12-slim\nRUN «pip install» -r requirements.txt"),
    Bad("FROM python:3.12-slim\nRUN «python3 -m pip install» flask==3.0.0"),
    Good("FROM python:3.12-slim\nRUN pip install --no-cache-dir -r requirements.txt"),
    Good("FROM python:3.12-slim\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask"),
    Good("FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache pip install flask"),
    Good("FROM python:3.12-slim\nRUN pip install flask && rm -rf /root/.cache/pip"),
)
