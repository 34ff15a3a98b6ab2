"""SYN004."""

from __future__ import annotations

from ...model.build_errors import evaluation_errors
from ..base import ERROR, Bad, Finding, Good, rule
from ..buildkit.base_names import has_empty_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("SYN004", level=ERROR, since="0.1", onbuild=False)
def build_error(build: Build) -> Iterator[Finding]:
    """BuildKit rejects the value of an argument, although the syntax is valid.

    ## Why
    The build fails as soon as BuildKit evaluates the instruction. Examples are an invalid image reference, a mount
    without a target, a port out of range, or `--from` with a later stage.

    ## Exceptions
    - Values that contain a build argument without a default, which may be valid if the build sets it; in FROM also one
      with an empty default, see BK017.
    """
    bases = [stage.from_.base for stage in build.stages if stage.from_.base is not None]
    optional = {base.start for base in bases if "$" in base.text and has_empty_argument(build, base.text)}
    for message, where in evaluation_errors(build):
        if where.start not in optional:
            yield Finding(message, where)
    context = build.context
    if context is not None and context.ignore_error is not None and build.stages:
        error = context.ignore_error
        yield Finding(f"invalid .dockerignore, line {error.line}: {error}", build.stages[0].from_)


EXAMPLES = (
    Bad("FROM «Alpine:3.20»", message="must be lowercase"),
    Bad("FROM alpine:3.20\nCOPY «--from=later» /a /a\nFROM alpine:3.20 AS later", message="later, on line 3"),
    Bad("FROM alpine:3.20\nEXPOSE «99999»"),
    Bad("FROM alpine:3.20\nRUN «--mount=type=cache» make", message="target is missing"),
    Bad('FROM alpine:3.20\nENV A=«"b»', message="cannot be expanded"),
    Bad(
        "«FROM alpine:3.20»\nCOPY . /a",
        files={".dockerignore": "a\n[\n", "x": ""},
        message="invalid .dockerignore, line 2",
    ),
    Bad("«# check=skip»\nFROM alpine:3.20", message="unknown check option"),
    Bad("FROM alpine:3.20\nEXPOSE 80 «#» web", message="`# web` is not a comment, but part of EXPOSE"),
    Bad("FROM alpine:3.20\nSTOPSIGNAL «SIGTERM # quick»", message="`# quick` is not a comment, but part of STOPSIGNAL"),
    Good("ARG BASE\nFROM $BASE", why="set by the build"),
    Good('ARG DISTRO=""\nFROM docker.io/library/$DISTRO', why="set by the build, reported by BK017"),
    Good("FROM alpine:3.20\nARG PORT\nEXPOSE $PORT"),
)
