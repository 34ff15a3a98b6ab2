"""DL3009."""

from __future__ import annotations

from ...syntax.tree import Run
from ..base import INFO, Bad, Finding, Good, rule
from .common import Head, leaving_lists, too_late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3009", level=INFO, since="0.1")
def apt_lists(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get update` leaves its package lists in the layer.

    ## Why
    The lists take 20 to 50 MB, are of no use in the image, and go stale. What a later RUN deletes stays in the layer
    below it.

    ## What to do
    End the same RUN with `&& rm -rf /var/lib/apt/lists/*`, or keep the lists outside with
    `--mount=type=cache,target=/var/lib/apt/lists`. Installs of later RUNs that use the lists belong into the same RUN.

    ## What is left alone
    Stages whose layers are not shipped, and a RUN that calls a script for cleaning up.
    """
    for call in leaving_lists(build, run, "apt"):
        head = Head(call)
        line = _needed_later(build, run)
        advice = f"line {line} needs them: put it into the same RUN and end that" if line else "end this RUN"
        yield Finding(
            f"`{head.text}` leaves the package lists in this layer; {advice} with `rm -rf /var/lib/apt/lists/*`"
            + too_late(build, run, call, lists=True),
            head,
        )


def _needed_later(build: Build, run: Run) -> int:
    """The line of an install in a later RUN of the stage, or of a stage built from it, that fetches no lists; or 0."""
    stage = build.stage_of(run)
    if stage is None:
        return 0
    after = [each for each in build.stages if stage in each.ancestors]
    later = [*stage.instructions[build.index_of(run) + 1 :], *(i for each in after for i in each.instructions)]
    for step in later:
        for call in build.calls(step) if isinstance(step, Run) else ():
            if call.manager.name == "apt" and call.refreshes():
                return 0
            if call.manager.name == "apt" and call.verb in ("install", "upgrade", "build-deps"):
                return build.dockerfile.source.line(call.command.start)
    return 0


EXAMPLES = (
    Bad("RUN «apt-get update» && apt-get install -y curl"),
    Bad("RUN «apt-get update» && apt-get install -y curl && rm -rf /tmp/x", why="deletes something else"),
    Bad("RUN «apt-get update» && apt-get install -y curl && apt-get clean", why="clean empties another cache"),
    Bad(
        "RUN «apt-get update» && apt-get install -y curl\nRUN rm -rf /var/lib/apt/lists/*",
        message="line 3 deletes them in a later layer",
    ),
    Bad("RUN «apt-get update»\nRUN apt-get install -y curl", message="line 3 needs them: put it into the same RUN"),
    Bad("RUN «apt-get update»\nRUN apt-get clean", message="end this RUN with `rm -rf /var/lib/apt/lists/*`"),
    Good("RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*"),
    Good("RUN apt-get update && apt-get install -y curl && /build/cleanup.sh", why="it may delete them"),
    Good("RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && apt-get install -y curl"),
    Good(
        "FROM debian:12-slim AS build\nRUN apt-get update\nFROM debian:12-slim\nCOPY --from=build /a /a",
        why="the layers of this stage are not shipped",
    ),
)
