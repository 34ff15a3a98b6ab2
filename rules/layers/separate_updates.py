"""Updates of package lists that are used in a later RUN than the one that runs the update."""

from __future__ import annotations

from ...model.packages.calls import cleans_lists
from ...model.packages.managers import MANAGER_BY_PROGRAM
from ...syntax.tree import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall

_APT = MANAGER_BY_PROGRAM["apt-get"]
_NEEDS_LISTS = frozenset(("install", "upgrade", "dist-upgrade", "build-deps", "download"))


class SeparateUpdate:
    """An `update` and the first call that needs its lists, with their RUNs."""

    __slots__ = ("run", "update", "use", "use_run")

    def __init__(self, run: Run, update: PackageCall, use_run: Run, use: PackageCall) -> None:
        self.run = run
        self.update = update
        self.use_run = use_run
        self.use = use


def separate_updates(build: Build, stage: Stage) -> Sequence[SeparateUpdate]:
    """The updates of the stage whose lists are first used in a later RUN, where a cached update may be stale."""
    return build.cached(("separate updates", stage.index), lambda: list(_separate_updates(build, stage)))


def _separate_updates(build: Build, stage: Stage) -> Iterator[SeparateUpdate]:
    updates: dict[str, tuple[Run, PackageCall]] = {}
    for run in (i for i in stage.instructions if isinstance(i, Run)):
        for call in build.package_calls(run):
            family = call.manager.family
            if call.verb == "update-index" and call.refreshes():
                updates[family] = (run, call)
            elif call.verb in _NEEDS_LISTS and family in updates:
                # Later uses do not matter: the first one already requires the update in its own RUN.
                earlier, update = updates.pop(family)
                if earlier is not run:
                    yield SeparateUpdate(earlier, update, run, call)


def inherited_update(build: Build, stage: Stage) -> tuple[PackageCall, int, Stage] | None:
    """The first call of the stage that needs lists of apt that only a stage which it is based on has updated.

    With the line of that update, and its stage. None if the stage updates them first, or there are none left.
    """
    if stage.parent is None:
        return None
    kept = stage.parent.inherit("kept package lists", _kept_lists)
    for run in (i for i in stage.instructions if isinstance(i, Run)) if kept else ():
        for call in build.package_calls(run):
            if call.manager.family != "apt":
                continue
            if call.refreshes():
                return None
            if call.verb in _NEEDS_LISTS and any(package.kind != "file" for package in call.packages):
                return None if build.mount_targets(run, "cache") else (call, *kept[0])
    return None


def _kept_lists(stage: Stage, inherited: tuple[tuple[int, Stage], ...] | None) -> tuple[tuple[int, Stage], ...]:
    """The line and the stage of the last update of apt whose lists the image of the stage still has, if any."""
    build, kept = stage.build, inherited or ()
    for run in (i for i in stage.instructions if isinstance(i, Run)):
        for call in build.package_calls(run):
            if call.manager.family == "apt" and call.verb == "update-index":
                kept = ((build.dockerfile.source.line(call.command.start), stage),)
        if kept and any(cleans_lists(command, _APT) for command in build.commands(run)):
            kept = ()
    return kept


def is_separate_update(build: Build, run: Run, family: str) -> bool:
    """Whether the RUN updates lists of the manager's family that are first used in a later RUN of its stage."""
    stage = build.stage_of(run)
    if stage is None:
        return False
    separate = build.cached(
        ("separate updates by run", stage.index),
        lambda: {(id(each.run), each.use.manager.family) for each in separate_updates(build, stage)},
    )
    return (id(run), family) in separate
