"""DL3014."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .common import Head, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3014", level=WARNING, since="0.1", also=("trivy:DS-0021",))
def apt_yes(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get install` without `-y` stops and asks.

    ## Why
    A build has nobody to answer: apt-get reads an end of input, takes it for a no, and the build fails.
    """
    for call in asking(build, run, "apt"):
        head = Head(call)
        yield Finding(f"`{head.text}` waits for an answer that never comes; add `-y`", head)


EXAMPLES = (
    Bad("RUN «apt-get install» curl"),
    Bad("RUN apt-get update && «apt-get upgrade»"),
    Bad("RUN env DEBIAN_FRONTEND=noninteractive «apt-get -q install» curl", why="the frontend does not answer for you"),
    Good("RUN apt-get install -y curl"),
    Good("RUN apt-get -qq install curl", why="-qq implies -y"),
    Good("RUN apt-get -o APT::Get::Assume-Yes=true install curl"),
    Good("RUN yes | apt-get install curl"),
    Good("RUN echo apt-get install curl", why="not a command"),
)
