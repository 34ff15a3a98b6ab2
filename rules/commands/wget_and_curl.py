"""DL4001."""

from __future__ import annotations

from ...syntax.tree import Run
from ..base import WARNING, Bad, Finding, Good, rule
from .shell_programs import program_span

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
    """A stage downloads with both `wget` and `curl`.

    ## Why
    Either is sufficient; both must be installed and updated. The rule is off by default, because many base images
    contain both.
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
            f"both `{here.name}` and `{other.name}` (line {line}) are used; use one",
            program_span(here),
            related=[(program_span(other), f"`{other.name}` is used here")],
        )


EXAMPLES = (
    Bad("RUN curl -O https://example.com/a\nRUN «wget» -q https://example.com/b", message="`curl` (line 2)"),
    Good("RUN wget -q https://example.com/a && wget -q https://example.com/b"),
    Bad("RUN curl -O https://example.com/a && «wget» -q https://example.com/b"),
    Good("FROM debian:12 AS a\nRUN curl -O https://example.com/a\nFROM debian:12\nRUN wget -q https://example.com/b"),
    Good("RUN apt-get install -y curl && wget -q https://example.com/a", why="curl is not called"),
)
