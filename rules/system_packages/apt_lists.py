"""DL3009."""

from __future__ import annotations

from itertools import chain

from ...fixers.edits.edit import SAFE, UNSAFE, Fix
from ...fixers.edits.join_runs import join_runs, run_separator
from ...model.layers import has_step
from ...syntax.tree import CommandLine, Run
from ..base import INFO, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from ..layers.separate_updates import is_separate_update
from ..options import pedantic
from ..packages.fixes import following_steps, may_run_manager, only_manages_packages, run_after_call
from ..packages.package_findings import CallPrefix, calls_leaving_lists, late_cleanup_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...model.packages.managers import PackageManager
    from ...syntax.tree import Instruction


@rule("DL3009", level=INFO, since="0.1", fix=SAFE, prefilter=("apt",), scope=SHIPPED)
def apt_lists(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get update` leaves its package lists in the layer.

    ## Why
    The lists add 20 to 50 MB, become outdated, and are not needed in the image. Deleting them in a later RUN does not
    remove them from this layer.

    ## What to do
    Delete the lists in the same RUN, or keep them out of the image with `--mount=type=cache,target=/var/lib/apt/lists`.
    Move installs of later RUN instructions that need the lists into the same RUN.

    ## Fix safety
    Safe if nothing later, in this stage and the stages built from it, needs the lists before the next `apt-get update`.
    Unsafe if an unknown script or program runs later, and in ONBUILD.

    ## Exceptions
    - Images whose CMD, ENTRYPOINT or HEALTHCHECK calls apt. No fix for a RUN that only updates the lists.
    - Stages that are not part of the final image, images for development, tests and CI, and a RUN that calls a cleanup
      script.
    - An update whose lists are first used in a later RUN, which `separate-apt-update` reports, unless the option
      `pedantic` is set.
    - If later RUN instructions need the lists, the fix combines them with this one. No fix if they are not directly
      after it, or if other commands run in between.
    """
    for call in calls_leaving_lists(build, run, "apt"):
        if not pedantic(build) and is_separate_update(build, run, call.manager.family):
            continue  # separate-apt-update reports it
        if not pedantic(build) and _used_at_run_time(build, run):
            continue
        head = CallPrefix(call)
        line = _needed_later(build, run)
        if not line and _only_updates(build, run):
            yield Finding(
                f"`{head.text}` leaves package lists in this layer that no step of the build uses; remove it, unless "
                "the container installs packages",
                head,
                confidence=MEDIUM,
            )
            continue
        stage = build.stage_of(run)
        advice, fix = f"end this RUN with `{_DELETE}`", None
        if line and stage is not None and line > build.dockerfile.source.line(stage.end):
            advice += f", and fetch them again on line {line}, in a stage that is based on this one"
        elif line:
            advice = f"move line {line}, which needs them, into this RUN and end it with `{_DELETE}`"
            fix = _join(build, run, call)
        else:
            fix = _fix(build, run, call)
        yield Finding(
            f"`{head.text}` leaves the package lists in this layer; {advice}"
            + late_cleanup_note(build, run, call, lists=True),
            head,
            fix=fix,
        )


def _only_updates(build: Build, run: Run) -> bool:
    """Whether a RUN does nothing but fetch package lists."""
    calls = build.package_calls(run)
    return len(calls) == len(build.commands(run)) and all(call.verb == "update-index" for call in calls) and bool(calls)


def _used_at_run_time(build: Build, run: Run) -> bool:
    """Whether the CMD, ENTRYPOINT or HEALTHCHECK of the final image calls apt."""

    def calls_apt(step: Instruction) -> bool:
        if not isinstance(step, CommandLine) or isinstance(step, Run):
            return False
        names = {call.manager.name for call in build.package_calls(step)}
        return "apt" in names or any(command.name.startswith("apt-") for command in build.commands(step))

    stage = build.final_stage
    return stage is not None and build.stage_of(run) is not None and has_step(stage, "apt at run time", calls_apt)


_MOST_JOINED = 50
_DELETE = "rm -rf /var/lib/apt/lists/*"


def _fix(build: Build, run: Run, first: PackageCall) -> Fix | None:
    """Delete the lists after the last call of apt, or at the end of the RUN if a command in between may call apt."""
    last = [call for call in build.package_calls(run) if call.manager.family == first.manager.family][-1]
    used = _used_later(build, run, last)
    if used == "apt":
        return None
    safety = SAFE if not used and run.parent is None else UNSAFE
    fix = None if _used_in_run(build, run, last) else run_after_call(build, run, last, _DELETE, safety)
    return fix or run_after_call(build, run, last, _DELETE, safety, last=True)


def _join(build: Build, run: Run, first: PackageCall) -> Fix | None:
    """Combine the RUN with the RUNs directly after it that need its lists, then delete the lists."""
    group = _runs_needing_lists(build, run, first.manager)
    if not group:
        return None
    last_run, last = group[-1]
    used = "apt" if _used_in_run(build, last_run, last) else _used_later(build, last_run, last)
    runs = [each for each, _ in group]
    change = join_runs(build, runs) if used != "apt" else None
    if change is None:
        return None
    safety = UNSAFE if used else SAFE
    fix = run_after_call(build, last_run, last, _DELETE, safety, separator=run_separator(build, runs))
    if fix is None:
        return None
    edits, declares = change
    title = f"Combine the RUN instructions and add `{_DELETE}`"
    return Fix(title, fix.safety, [*edits, *fix.edits], [*declares, *fix.declares])


def _runs_needing_lists(build: Build, run: Run, manager: PackageManager) -> list[tuple[Run, PackageCall]]:
    """The RUN and those directly after it that need its lists, each with its last call of the manager.

    Empty if one of them, except the last, also runs other commands.
    """
    stage, index = build.stage_of(run), build.index_of(run)
    found: list[tuple[Run, PackageCall]] = []
    for step in stage.instructions[index : index + _MOST_JOINED] if stage and run.parent is None else []:
        if not isinstance(step, Run):
            break
        calls = [call for call in build.package_calls(step) if call.manager is manager]
        if not calls or (found and calls[0].refreshes()):
            break
        if found and not only_manages_packages(build, found[-1][0]):
            return []
        found.append((step, calls[-1]))
    return found


def _used_in_run(build: Build, run: Run, last: PackageCall) -> bool:
    """Whether a command after the last call of apt in the same RUN may call apt."""
    return any(may_run_manager(command, "apt") for command in build.commands(run) if command.start > last.command.start)


def _used_later(build: Build, run: Run, last: PackageCall) -> str:
    """What uses the lists later: "apt", "unknown" if a script may use them, "" if nothing does."""
    found = ""
    steps = following_steps(build, run)
    if steps is None:
        return "apt"
    for step in steps:
        if not isinstance(step, CommandLine) or step is run:
            continue
        calls = {id(call.command): call for call in build.package_calls(step) if call.manager is last.manager}
        for command in build.commands(step):
            call = calls.get(id(command))
            if call is not None and call.refreshes():
                return found
            if command.name.startswith(("apt-cache", "apt-file")) or (call is not None and call.verb != "clean"):
                return "apt"
            if may_run_manager(command, "apt") and isinstance(step, Run):
                found = "unknown"
    return found


def _needed_later(build: Build, run: Run) -> int:
    """The line of a later install, in this stage or one built from it, that needs these lists; 0 if there is none."""
    stage = build.stage_of(run)
    if stage is None:
        return 0
    rest = (stage.instructions[index] for index in range(build.index_of(run) + 1, len(stage.instructions)))
    for step in chain(rest, (i for each in stage.descendants for i in each.instructions)):
        for call in build.package_calls(step) if isinstance(step, Run) else ():
            if call.manager.name == "apt" and call.refreshes():
                return 0
            if call.manager.name == "apt" and call.verb in ("install", "upgrade", "build-deps"):
                return build.dockerfile.source.line(call.command.start)
    return 0


EXAMPLES = (
    Bad(
        "FROM debian:12 AS base\nRUN «apt-get update» && apt-get install -y a\nFROM base AS build\n"
        "RUN apt-get install -y gcc\nFROM base\nCOPY --from=build /a /a",
        why="a stage that is based on this one installs more",
        message="and fetch them again on line 4",
    ),
    Bad(
        "RUN «apt-get update» && apt-get install -y curl",
        fixed="RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
    ),
    Good("RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*"),
    Bad(
        "RUN «apt-get update» && apt-get install -y a && rm -rf /var/lib/{apt,dpkg}/lists/*",
        why="dash does not expand braces",
    ),
    Bad(
        "RUN «apt-get update» \\\n && apt-get install -y \\\n      # for ci\\\n      curl \\\n && a",
        fixed="RUN apt-get update \\\n && apt-get install -y \\\n      # for ci\\\n      curl \\\n"
        " && rm -rf /var/lib/apt/lists/* \\\n && a",
    ),
    Bad(
        "RUN set -eux; \\\n\t«apt-get update»; \\\n\tapt-get install -y curl; \\\n\ta",
        fixed="RUN set -eux; \\\n\tapt-get update; \\\n\tapt-get install -y curl; \\\n"
        "\trm -rf /var/lib/apt/lists/*; \\\n\ta",
    ),
    Bad("RUN «apt-get update» && apt-get install -y curl && rm -rf /tmp/x", why="deletes other files"),
    Bad(
        "RUN «apt-get update» && apt-get install -y curl && apt-get clean",
        why="`apt-get clean` does not delete the lists",
    ),
    Bad(
        "RUN «apt-get update» && apt-get install -y curl\nRUN rm -rf /var/lib/apt/lists/*",
        message="the cleanup on line 3 runs in a later layer",
    ),
    Bad(
        "RUN «apt-get update» && apt-get upgrade -y\nRUN apt-get install -y curl\nRUN apt-get install -y git && a",
        message="move line 3, which needs them, into this RUN",
        fixed="RUN apt-get update && apt-get upgrade -y && \\\n    apt-get install -y curl && \\\n"
        "    apt-get install -y git && \\\n    rm -rf /var/lib/apt/lists/* && a",
    ),
    Bad(
        "RUN «apt-get update»\nRUN apt-get clean",
        message="no step of the build uses",
        fixed="RUN apt-get update\nRUN apt-get clean",
    ),
    Good(
        'RUN apt-get update\nENTRYPOINT ["sh", "-c", "apt-get install -y $TOOLS && exec run"]', why="used at run time"
    ),
    Good("RUN apt-get update\nRUN apt-get install -y \\\n    curl", why="reported by separate-apt-update"),
    Bad(
        "RUN «apt-get update»\nRUN apt-get install -y curl",
        options={"pedantic": True},
        message="move line 3, which needs them",
    ),
    Good("RUN apt-get update && apt-get install -y curl && /build/cleanup.sh", why="the script may delete them"),
    Good("RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && apt-get install -y curl"),
    Good(
        "FROM debian:12-slim AS build\nRUN apt-get update\nFROM debian:12-slim\nCOPY --from=build /a /a",
        why="not in the final image",
    ),
)
