"""OPT001."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Fix
from ...fixers.edits.join_runs import join_runs
from ...syntax.tree import Run
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import CallPrefix
from ..packages.fixes import only_manages_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall

_NEEDS_LISTS = frozenset(("install", "upgrade", "dist-upgrade", "build-deps", "download"))


@rule(
    "OPT001",
    level=WARNING,
    since="0.1",
    aliases=("trivy:DS-0017", "checkov:CKV_DOCKER_5"),
    onbuild=False,
    fix=SAFE,
    formerly=("update-apart",),
)
def separate_apt_update(stage: Stage, build: Build) -> Iterator[Finding]:
    """The package lists are fetched in one RUN and used in another.

    ## Why
    BuildKit keeps the result of the first RUN in its cache as long as its text does not change. Weeks later the
    second RUN is edited and installs from the old lists: packages are missing, or old and vulnerable. Managers that
    refresh old lists by themselves (apk, dnf, yum, zypper) are spared that; for them the first RUN is only a layer
    more.

    ## What to do
    Put both into one RUN: `apt-get update && apt-get install -y --no-install-recommends …`.

    ## Fix safety
    Safe: RUNs that follow each other are joined with `&&` where all but the last call nothing but package managers, and
    no command can tell that it shares a shell with the ones before. No fix where anything stands between them.
    """
    updates: dict[str, tuple[Run, PackageCall]] = {}
    for run in (i for i in stage.instructions if isinstance(i, Run)):
        for call in build.package_calls(run):
            family = call.manager.family
            if call.verb == "update-index" and call.refreshes():
                updates[family] = (run, call)
            elif call.verb in _NEEDS_LISTS and family in updates:
                # The first use of the lists tells: in the same RUN they are fresh, in a later one they may be old.
                earlier, update = updates.pop(family)
                if earlier is not run:
                    yield _apart(build, update, call, _fix(build, stage, earlier, run))


def _apart(build: Build, update: PackageCall, use: PackageCall, fix: Fix | None) -> Finding:
    first, second = CallPrefix(update), CallPrefix(use)
    line = build.dockerfile.source.line(second.start)
    if use.manager.lists.fetched_on_install:
        why = "alone it makes a layer of package lists that the second refreshes itself when needed"
    else:
        why = "apart, the cache keeps old package lists for the second"
    return Finding(
        f"`{first.text}` and `{second.text}` on line {line} belong in one RUN: {why}",
        first,
        related=[(second, "uses the lists")],
        fix=fix,
    )


def _fix(build: Build, stage: Stage, first: Run, last: Run) -> Fix | None:
    """Join all from the one that fetches the lists to the one that uses them."""
    between = stage.instructions[build.index_of(first) : build.index_of(last)]
    runs = [step for step in between if isinstance(step, Run) and only_manages_packages(build, step)]
    change = join_runs(build, [*runs, last]) if len(runs) == len(between) else None
    return change and Fix("Join the RUNs", SAFE, *change)


EXAMPLES = (
    Bad(
        "RUN «apt-get update»\nRUN true && \\\n    apt-get install -y curl",
        message="line 4",
        fixed="RUN apt-get update && \\\n    true && \\\n    apt-get install -y curl",
    ),
    Bad(
        "RUN «apt-get update»\n\n# tools\nRUN apt-get install -y \\\n    curl \\\n    git",
        fixed="RUN apt-get update && \\\n    # tools\n    apt-get install -y \\\n        curl \\\n        git",
    ),
    Bad(
        "RUN «apt-get update»\nENV A=1\nRUN apt-get install -y curl",
        fixed="RUN apt-get update\nENV A=1\nRUN apt-get install -y curl",
    ),
    Bad("RUN «apt-get update»\nRUN apt-get upgrade -y\nRUN apt-get install -y curl", message="`apt-get upgrade`"),
    Bad("FROM alpine:3.20\nRUN «apk update»\nRUN apk add curl", message="refreshes itself when needed"),
    Good("RUN apt-get update && apt-get install -y curl"),
    Good("RUN apt-get update && apt-get install -y a\nRUN apt-get install -y b", why="the first RUN uses its lists"),
    Good("RUN apt-get update\nRUN apt-get update && apt-get install -y curl", why="the install has lists of its own"),
    Good("RUN apt-get update", why="nothing uses the lists"),
)
