"""What the rules over the table of package managers share: each question is asked once, here."""

from __future__ import annotations

from ...model.packages import cache_places, cleans_cache, cleans_lists, mounted, pinned
from ...syntax.tree import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages import Call, Package


class Head:
    """The words of a call from the program to its verb: `apt-get -q install`."""

    __slots__ = ("end", "start", "text")

    def __init__(self, call: Call) -> None:
        words = call.command.words
        last = call.verb_word or words[0]
        self.start = words[0].start
        self.end = max(last.end, self.start)
        shown: list[str] = []
        for word in words:
            shown.append(word.text)
            if word is last:
                break
        self.text = " ".join(shown)


def asking(build: Build, run: Run, *managers: str) -> Iterator[Call]:
    """The calls of these managers that would stop and ask."""
    env = build.state(run).vars
    for call in build.calls(run):
        if call.manager.name in managers and call.prompts() and not call.unsure and not call.assumes_yes(env):
            yield call


def unpinned(build: Build, run: Run, *managers: str) -> Iterator[list[Package]]:
    """For each install of these managers the packages whose version is left open."""
    for call in build.calls(run):
        if call.manager.name in managers and call.verb == "install" and not call.constraints:
            packages = [package for package in call.packages if pinned(package, call) is False]
            if packages:
                yield packages


def leaving_lists(build: Build, run: Run, *managers: str) -> Iterator[Call]:
    """The first call of each of these managers that leaves package lists in the layer of a shipped stage."""
    if not _ships(build, run):
        return
    state = build.state(run)
    home = _home(state.user)
    targets = build.mount_targets(run, "cache", "tmpfs")
    seen: set[str] = set()
    for call in build.calls(run):
        manager = call.manager
        if manager.name not in managers or manager.family in seen or not call.leaves_lists(state.vars):
            continue
        seen.add(manager.family)
        after = [c for c in build.commands(run) if c.start > call.command.start]
        if not any(cleans_lists(c, manager, home=home) for c in after) and not mounted(manager.index, targets, home):
            yield call


def leaving_cache(build: Build, run: Run, *managers: str) -> Iterator[Call]:
    """The first call of each of these managers that leaves its download cache in the layer of a shipped stage."""
    if not _ships(build, run):
        return
    state = build.state(run)
    home = _home(state.user)
    targets = build.mount_targets(run, "cache", "tmpfs")
    seen: set[str] = set()
    for call in build.calls(run):
        manager = call.manager
        if manager.name not in managers or manager.family in seen or call.unsure or not call.leaves_cache(state.vars):
            continue
        seen.add(manager.family)
        after = [c for c in build.commands(run) if c.start > call.command.start]
        places = [place for cache in cache_places(manager, home, state.vars) for place in cache]
        if not any(cleans_cache(c, manager, home=home) for c in after) and not mounted(places, targets, home):
            yield call


def later_cleaning(build: Build, run: Run, call: Call) -> int:
    """The line of a later RUN of the stage that empties what `call` leaves, too late; 0 when there is none."""
    stage = build.stage_of(run)
    if stage is None:
        return 0
    for later in stage.instructions[build.index_of(run) + 1 :]:
        if isinstance(later, Run):
            for command in build.commands(later):
                if cleans_lists(command, call.manager) or cleans_cache(command, call.manager):
                    return build.dockerfile.source.line(command.start)
    return 0


def too_late(build: Build, run: Run, call: Call) -> str:
    """What a message adds when a later RUN cleans up in vain."""
    line = later_cleaning(build, run, call)
    return f"; line {line} deletes them in a later layer, which frees nothing" if line else ""


def _ships(build: Build, run: Run) -> bool:
    stage = build.stage_of(run)
    return stage is not None and build.ships(stage)


def _home(user: str | None) -> str:
    name = (user or "root").partition(":")[0]
    return "/root" if name in ("root", "0", "") else f"/home/{name}"


class Words:
    """The span from the first of the packages to the last."""

    __slots__ = ("end", "start")

    def __init__(self, packages: list[Package]) -> None:
        self.start = packages[0].word.start
        self.end = max(packages[-1].word.end, self.start)
