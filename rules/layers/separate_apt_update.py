"""OPT001."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Fix
from ...fixers.edits.join_runs import join_runs
from ...syntax.tree import Run
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.fixes import only_manages_packages
from ..packages.package_findings import CallPrefix
from .separate_updates import inherited_update, separate_updates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


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
    """The package lists are updated in one RUN and used in another.

    ## Why
    BuildKit caches the first RUN until its text changes. When the second RUN is edited weeks later, it installs from
    the old lists, so packages are missing, outdated or vulnerable. apk, dnf, yum and zypper refresh old lists
    themselves; for them the first RUN only adds a layer.

    ## What to do
    Combine them: `apt-get update && apt-get install -y … && rm -rf /var/lib/apt/lists/*`.

    ## Fix safety
    Safe: consecutive RUNs are combined with `&&` if all but the last only call package managers, and sharing a shell
    makes no difference to the commands. There is no fix if other instructions are between them.

    ## Exceptions
    - `apk update` before `apk add --no-cache`, which does not use its lists: DL3019 asks to remove it.
    """
    for each in separate_updates(build, stage):
        if each.use.manager.name == "apk" and each.use.skips_cache(build.state(each.use_run).vars):
            continue  # the lists of the update are not even read; DL3019 asks to remove it
        first, second = CallPrefix(each.update), CallPrefix(each.use)
        line = build.dockerfile.source.line(second.start)
        if each.use.manager.lists.fetched_on_install:
            why = f"`{second.text}` refreshes the package lists itself, so the first RUN only adds a layer"
        else:
            why = f"otherwise a cached `{first.text}` serves stale package lists"
        yield Finding(
            f"`{first.text}` and `{second.text}` on line {line} belong in one RUN: {why}",
            first,
            related=[(second, "uses the lists")],
            fix=_fix(build, stage, each.run, each.use_run),
        )
    inherited = inherited_update(build, stage)
    if inherited is not None:
        use, line, parent = inherited
        yield Finding(
            f"`{CallPrefix(use).text}` uses the package lists of stage {parent.display_name} (line {line}), which are "
            f"stale if its layer is cached; run `{use.program} update` in the same RUN",
            CallPrefix(use),
        )


def _fix(build: Build, stage: Stage, first: Run, last: Run) -> Fix | None:
    """Combine all RUNs from the one that updates the lists to the one that uses them; None if that is not possible."""
    between = stage.instructions[build.index_of(first) : build.index_of(last)]
    runs = [step for step in between if isinstance(step, Run) and only_manages_packages(build, step)]
    change = join_runs(build, [*runs, last]) if len(runs) == len(between) else None
    return change and Fix("Combine the RUN instructions", SAFE, *change)


EXAMPLES = (
    Bad(
        "RUN «apt-get update»\nRUN apt-get install -y curl",
        message="line 3",
        fixed="RUN apt-get update && \\\n    apt-get install -y curl",
    ),
    Good("RUN apt-get update && apt-get install -y curl"),
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
    Bad("FROM alpine:3.20\nRUN «apk update»\nRUN apk add curl", message="refreshes the package lists itself"),
    Good("FROM alpine:3.20\nRUN apk update\nRUN apk add --no-cache curl", why="reported by DL3019"),
    Good(
        "RUN apt-get update && apt-get install -y a\nRUN apt-get install -y b", why="the first RUN uses its own lists"
    ),
    Good(
        "RUN apt-get update\nRUN apt-get update && apt-get install -y curl", why="the install updates the lists itself"
    ),
    Bad(
        "FROM debian:12 AS base\nRUN apt-get update && apt-get install -y curl\nFROM base AS build\nENV A=1\n"
        "RUN «apt-get install» -y gcc\nFROM base\nCOPY --from=build /a /a",
        why="lists of another stage",
        message="uses the package lists of stage `base` (line 2)",
    ),
    Good(
        "FROM debian:12 AS base\nRUN apt-get update && apt-get install -y curl\nFROM base\n"
        "RUN apt-get update && apt-get install -y gcc",
    ),
    Good(
        "FROM debian:12 AS base\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"
        "FROM base\nRUN apt-get install -y gcc",
        why="without lists, the build fails and is not stale",
    ),
    Good("FROM alpine:3.20 AS base\nRUN apk update\nFROM base\nRUN apk add curl", why="apk refreshes the lists itself"),
    Good("FROM debian:12 AS base\nRUN apt-get update\nFROM base\nRUN apt-get install -y ./a.deb", why="a local file"),
    Good("RUN apt-get update", why="nothing uses the lists"),
)
