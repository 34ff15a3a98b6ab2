"""DL3009."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from .common import Head, leaving_lists, too_late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3009", level=INFO, since="0.1")
def apt_lists(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get update` leaves its package lists in the layer.

    ## Why
    The lists take 20 to 50 MB, are of no use in the image, and go stale. What a later RUN deletes stays in the layer
    below it.

    ## What to do
    End the same RUN with `&& rm -rf /var/lib/apt/lists/*`, or keep the lists outside with
    `--mount=type=cache,target=/var/lib/apt/lists`. Stages whose layers are not shipped are left alone.
    """
    for call in leaving_lists(build, run, "apt"):
        head = Head(call)
        yield Finding(
            f"`{head.text}` leaves the package lists in this layer; delete /var/lib/apt/lists/* at the end of this RUN"
            + too_late(build, run, call),
            head,
        )


EXAMPLES = (
    Bad("RUN «apt-get update» && apt-get install -y curl"),
    Bad("RUN «apt-get update» && apt-get install -y curl && rm -rf /tmp/x", why="deletes something else"),
    Bad("RUN «apt-get update» && apt-get install -y curl && apt-get clean", why="clean empties another cache"),
    Bad(
        "RUN «apt-get update» && apt-get install -y curl\nRUN rm -rf /var/lib/apt/lists/*",
        message="line 3 deletes them in a later layer",
    ),
    Good("RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*"),
    Good("RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && apt-get install -y curl"),
    Good(
        "FROM debian:12-slim AS build\nRUN apt-get update\nFROM debian:12-slim\nCOPY --from=build /a /a",
        why="the layers of this stage are not shipped",
    ),
)
