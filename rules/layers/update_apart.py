"""OPT001."""

from __future__ import annotations

from ...syntax.tree import Run
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import Head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.packages import Call

_NEEDS_LISTS = frozenset(("install", "upgrade", "dist-upgrade", "build-deps", "download"))


@rule(
    "OPT001",
    level=WARNING,
    since="0.1",
    also=("trivy:DS-0017", "checkov:CKV_DOCKER_5"),
    onbuild=False,
)
def update_apart(stage: Stage, build: Build) -> Iterator[Finding]:
    """The package lists are fetched in one RUN and used in another.

    ## Why
    BuildKit keeps the result of the first RUN in its cache as long as its text does not change. Weeks later the
    second RUN is edited and installs from the old lists: packages are missing, or old and vulnerable. Managers that
    refresh old lists by themselves (apk, dnf, yum, zypper) are spared that; for them the first RUN is only a layer
    more.

    ## What to do
    Put both into one RUN: `apt-get update && apt-get install -y --no-install-recommends …`.
    """
    updates: dict[str, tuple[Run, Call]] = {}
    for run in (i for i in stage.instructions if isinstance(i, Run)):
        for call in build.calls(run):
            family = call.manager.family
            if call.verb == "update-index" and call.refreshes():
                updates[family] = (run, call)
            elif call.verb in _NEEDS_LISTS and family in updates:
                # The first use of the lists tells: in the same RUN they are fresh, in a later one they may be old.
                earlier, update = updates.pop(family)
                if earlier is not run:
                    yield _apart(build, update, call)


def _apart(build: Build, update: Call, use: Call) -> Finding:
    first, second = Head(update), Head(use)
    line = build.dockerfile.source.line(second.start)
    if use.manager.indexed:
        why = "alone it makes a layer of package lists that the second refreshes itself when needed"
    else:
        why = "apart, the cache keeps old package lists for the second"
    return Finding(
        f"`{first.text}` and `{second.text}` on line {line} belong in one RUN: {why}",
        first,
        related=[(second, "uses the lists")],
    )


EXAMPLES = (
    Bad("RUN «apt-get update»\nRUN true && \\\n    apt-get install -y curl", message="line 4"),
    Bad("RUN «apt-get update»\nRUN apt-get upgrade -y\nRUN apt-get install -y curl", message="`apt-get upgrade`"),
    Bad("FROM alpine:3.20\nRUN «apk update»\nRUN apk add curl", message="refreshes itself when needed"),
    Good("RUN apt-get update && apt-get install -y curl"),
    Good("RUN apt-get update && apt-get install -y a\nRUN apt-get install -y b", why="the first RUN uses its lists"),
    Good("RUN apt-get update\nRUN apt-get update && apt-get install -y curl", why="the install has lists of its own"),
    Good("RUN apt-get update", why="nothing uses the lists"),
)
