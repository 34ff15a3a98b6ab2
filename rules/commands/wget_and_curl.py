"""DL4001."""

from __future__ import annotations

from ...syntax.tree import Run
from ..base import WARNING, Bad, Finding, Good, rule
from .common import program_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.command import Command

_PROGRAMS = ("wget", "curl")


@rule(
    "DL4001", level=WARNING, since="0.1", aliases=("trivy:DS-0014",), default=False, onbuild=False, prefilter=("wget",)
)
def wget_and_curl(stage: Stage, build: Build) -> Iterator[Finding]:
    """A stage downloads with `wget` and with `curl`.

    ## Why
    Each does what the other does; two programs are two packages to install and to keep patched.

    ## What to do
    Use the one that the base image has. Off by default: many base images have both.
    """
    seen: dict[str, Command] = {}
    for run in (i for i in stage.instructions if isinstance(i, Run)):
        calls = [command for command in build.commands(run) if command.name in _PROGRAMS]
        for command in calls:
            seen.setdefault(command.name, command)
        if not calls or len(seen) < len(_PROGRAMS):
            continue
        here = calls[-1]
        other = next(command for name, command in seen.items() if name != here.name)
        line = build.dockerfile.source.line(other.start)
        yield Finding(
            f"`{here.name}` here and `{other.name}` on line {line}: one of them is enough",
            program_span(here),
            related=[(program_span(other), f"`{other.name}`")],
        )


EXAMPLES = (
    Bad("RUN curl -O https://example.com/a\nRUN «wget» -q https://example.com/b", message="`curl` on line 2"),
    Bad("RUN curl -O https://example.com/a && «wget» -q https://example.com/b"),
    Good("RUN wget -q https://example.com/a && wget -q https://example.com/b"),
    Good("FROM debian:12 AS a\nRUN curl -O https://example.com/a\nFROM debian:12\nRUN wget -q https://example.com/b"),
    Good("RUN apt-get install -y curl && wget -q https://example.com/a", why="curl is not called"),
)
