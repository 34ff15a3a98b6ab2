"""COR001."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("COR001", level=WARNING, since="0.1", onbuild=False)
def unused_stage(build: Build) -> Iterator[Finding]:
    """A stage without a name is not used by any other stage and is not the final stage.

    ## Why
    BuildKit skips it, so it has no effect. Often a second FROM was meant to add to the first image, but it starts a new
    one.

    ## What to do
    Name the stage and copy from it (`COPY --from=name`), or delete it.

    ## Exceptions
    - Stages with a name, which may be built with `--target`.
    """
    used = {source.index for stage in build.stages for source, _ in build.stage_dependencies(stage)}
    for stage in build.stages[:-1]:
        if not stage.name and stage.index not in used:
            yield Finding("unused stage, which the build skips; name it and copy from it, or delete it", stage.from_)


EXAMPLES = (
    Bad("«FROM golang:1.23»\nRUN go build\nFROM debian:12-slim\nCMD a"),
    Good("FROM golang:1.23\nRUN go build\nFROM debian:12-slim\nCOPY --from=0 /a /a"),
    Good("FROM golang:1.23 AS test\nRUN go test\nFROM debian:12-slim\nCMD a", why="may be built with --target"),
    Good("FROM debian:12-slim\nCMD a"),
)
