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
    second RUN is edited and installs from the old lists: packages are missing, or old and vulnerable.

    ## What to do
    Put both into one RUN: `apt-get update && apt-get install -y --no-install-recommends …`.
    """
    updates: list[tuple[Run, Call]] = []
    for run in (i for i in stage.instructions if isinstance(i, Run)):
        refreshed: set[str] = set()
        for call in build.calls(run):
            family = call.manager.family
            if call.refreshes() and call.verb == "update-index":
                refreshed.add(family)
                updates.append((run, call))
            elif call.verb in _NEEDS_LISTS:
                # An install in the same RUN uses its lists; in a later one it makes the earlier update stand apart.
                for earlier, update in updates:
                    if update.manager.family == family and earlier is not run and family not in refreshed:
                        yield _apart(update, call, run)
                updates = [(r, u) for r, u in updates if u.manager.family != family]


def _apart(update: Call, install: Call, run: Run) -> Finding:
    first, second = Head(update), Head(install)
    return Finding(
        f"`{first.text}` and `{second.text}` on line {run.start_line} belong in one RUN: apart, the cache keeps old "
        "package lists for the install",
        first,
        related=[(second, "uses the lists")],
    )


EXAMPLES = (
    Bad("RUN «apt-get update»\nRUN apt-get install -y curl", message="line 3"),
    Bad("FROM alpine:3.20\nRUN «apk update»\nRUN apk add curl"),
    Good("RUN apt-get update && apt-get install -y curl"),
    Good("RUN apt-get update && apt-get install -y a\nRUN apt-get install -y b", why="the first RUN uses its lists"),
    Good("RUN apt-get update\nRUN apt-get update && apt-get install -y curl", why="the install has lists of its own"),
    Good("RUN apt-get update", why="nothing uses the lists"),
)
