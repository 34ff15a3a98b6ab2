"""Add cache mounts for package managers: downloads are kept between builds, outside the layers."""

from __future__ import annotations

import re
from itertools import pairwise

from ...model.packages.calls import cache_directories, cleans_cache, cleans_lists, is_mounted
from ...syntax.tree import Run
from ..edits.edit import Edit, apply_edits
from ..edits.word_edits import remove_word
from .base.rewrite import NothingToDo, RewriteOutcome, RewriteRejected, Step
from .base.run_steps import split_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.command import Command

NAME = "cache-mounts"
_MANAGERS = frozenset(("pip", "uv", "poetry", "npm", "yarn", "pnpm", "composer", "go"))
"""Managers that do not need their cache after the install; cargo, maven, gradle, dotnet and gem read it later."""
_DOWNLOADS = frozenset(("install", "restore", "build", "download", "upgrade"))
_ROOT = (None, "root", "0", "0:0", "root:root")
_APT = ("/var/cache/apt", "/var/lib/apt/lists")
_KEEP = "rm -f /etc/apt/apt.conf.d/docker-clean"
"""Without it the official images of Debian and Ubuntu delete each package after installing it.

Source: docs.docker.com/reference/dockerfile/#example-cache-apt-packages
"""
_DOCKER_CLEAN = frozenset(("debian", "ubuntu", "python", "node", "golang", "ruby", "rust", "openjdk", "php", "perl"))


class _User:
    """The user of a RUN: its home directory, and the `,uid=…,gid=…` fields for its mounts ("" for root)."""

    def __init__(self, home: str, owner: str = "") -> None:
        self.home = home
        self.owner = owner


def rewrite(build: Build) -> RewriteOutcome:
    """Add a cache mount for each package manager that downloads in a RUN of any stage."""
    edits: list[Edit] = []
    found: dict[str, str] = {}
    for stage in build.stages:
        kept = False
        for run in stage.instructions:
            if isinstance(run, Run):
                mine = _mount_apt_caches(build, stage, run, found, kept=kept)
                kept = kept or bool(mine)
                edits += mine or _mount_caches(build, stage, run, found)
    if not edits:
        return RewriteOutcome(NAME, rejection=NothingToDo("no RUN uses a package manager whose cache can be mounted"))
    places = ", ".join(f"{place} for {name}" for name, place in found.items())
    step = Step(
        f"Keep downloads in cache mounts ({places})",
        "after a change only new packages are downloaded",
        risk="needs BuildKit; no gain on builders that start without a cache each time",
    )
    return RewriteOutcome(NAME, apply_edits(build.dockerfile.source.text, edits), [step])


def _mount_caches(build: Build, stage: Stage, run: Run, found: dict[str, str]) -> list[Edit]:
    """The edits that mount the caches of a RUN; `found` gets the path of each manager."""
    state, user = build.state(run), _user(build, stage, run)
    if user is None or run.parent is not None:
        return []
    targets: list[str] = []
    edits: list[Edit] = []
    for call in build.package_calls(run):
        if call.manager.name not in _MANAGERS or call.verb not in _DOWNLOADS or _is_off(call, state.vars):
            continue
        places = [each[0] for each in cache_directories(call.manager, user.home, state.vars)]
        if any("$" in place for place in places) or is_mounted(places, build.mount_targets(run, "cache"), user.home):
            continue
        cleaning = [command for command in build.commands(run) if cleans_cache(command, call.manager)]
        dropped = _without_commands(build, run, cleaning)
        if dropped is None:
            continue
        if not any(place in targets for place in places):
            edits += dropped
        targets += [place for place in places if place not in targets]
        found.setdefault(call.manager.name, places[0])
        edits += _without_no_cache_flags(build, run, call)
    return [_mounts(build, run, targets, user.owner), *edits] if targets else []


def _mount_apt_caches(build: Build, stage: Stage, run: Run, found: dict[str, str], *, kept: bool) -> list[Edit]:
    """Cache mounts for a RUN that calls apt; unless `kept`, it also stops apt from emptying its cache."""
    calls = [call for call in build.package_calls(run) if call.manager.family == "apt"]
    if not any(call.verb == "install" for call in calls) or not _has_docker_clean(stage):
        return []
    if build.dockerfile.escape != "\\" or build.state(run).user not in _ROOT:
        return []
    try:
        commands = [piece.command for piece in split_run(build, run)]
    except RewriteRejected:
        return []
    manager = calls[0].manager
    cleaning = [command for command in commands if cleans_lists(command, manager) or cleans_cache(command, manager)]
    dropped = _without_commands(build, run, cleaning)
    if dropped is None or any(call.manager.ecosystem != "os" for call in build.package_calls(run)):
        return []
    found.setdefault("apt", _APT[0])
    keep = [] if kept else [Edit(commands[0].start, commands[0].start, f"{_KEEP} \\\n    && ")]
    return [_mounts(build, run, _APT, ",sharing=locked"), *keep, *dropped]


def _has_docker_clean(stage: Stage) -> bool:
    """Whether the base is a Debian image that empties apt's cache by default."""
    known = stage.base_ref is not None and stage.base_ref.name in _DOCKER_CLEAN
    return known and (stage.base_facts is None or stage.base_facts.family == "debian")


def _mounts(build: Build, run: Run, targets: Sequence[str], owner: str) -> Edit:
    escape = build.dockerfile.escape
    mounts = "".join(f" --mount=type=cache,target={target}{owner} {escape}\n   " for target in targets)
    return Edit(run.keyword_end, run.keyword_end, mounts)


def _without_commands(build: Build, run: Run, cleaning: Sequence[Command]) -> list[Edit] | None:
    """The edits that remove commands that would empty the mount; None where one cannot be removed alone."""
    if not cleaning:
        return []
    commands = build.commands(run)
    edits: list[Edit] = []
    for before, command in pairwise(commands):
        if command in cleaning:
            if (
                run.comments
                or command.operator_before != "&&"
                or command.operator_after not in ("", "&&")
                or command.context
            ):
                return None
            edits.append(Edit(before.end, command.end, ""))
    return edits if len(edits) == len(cleaning) else None


def _user(build: Build, stage: Stage, run: Run) -> _User | None:
    """The user of the RUN; None when its home or UID is unknown."""
    name = build.state(run).user
    if name in _ROOT:
        return _User("/root")
    if name == "node" and stage.base_ref is not None and stage.base_ref.name == "node":
        return _User("/home/node", ",uid=1000,gid=1000")
    for step in stage.instructions[: build.index_of(run)]:
        for command in build.commands(step) if isinstance(step, Run) else ():
            words = [word.value for word in command.words]
            if command.name not in ("useradd", "adduser") or words[-1:] != [name]:
                continue
            number = re.search(r"(?: -u| --uid)[ =]?(\d+)", " ".join(words))
            home = re.search(r"(?: -d| -h| --home-dir| --home)[ =](/\S+)", " ".join(words))
            if number is None:
                return None
            return _User(home[1] if home else f"/home/{name}", f",uid={number[1]}")
    return None


def _is_off(call: PackageCall, env: Mapping[str, str]) -> bool:
    """Whether a variable disables the cache; a flag does not count, as it is removed."""
    return call.skips_cache(env) and not call.has(*call.manager.flags.no_cache)


def _without_no_cache_flags(build: Build, run: Run, call: PackageCall) -> list[Edit]:
    """The edits that remove the flags that disable the cache."""
    edits: list[Edit] = []
    for word in call.command.args:
        if word.value in call.manager.flags.no_cache and word.value.startswith("--"):
            edits += remove_word(build, run, call.command, word) or []
    return edits
