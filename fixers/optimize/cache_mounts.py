"""Add cache mounts for package managers: downloads are kept between builds, outside the layers."""

from __future__ import annotations

import re
from itertools import pairwise

from ...model.packages.calls import cleans_cache, cleans_lists, is_mounted
from ...syntax.tree import Run
from ..edits.edit import Edit, apply_edits
from ..edits.word_edits import remove_word
from .base.rewrite import NothingToDo, RewriteOutcome, RewriteRejected, Step
from .base.run_steps import split_run
from .cache_places import COMPOSER_VARIABLE, LOCKED, READ_LATER, SUPPORTED, cache_places, is_used_later
from .cargo_target import mount_cargo_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...model.build import Build, Stage
    from ...model.context import Context
    from ...model.packages.calls import PackageCall
    from ...model.packages.managers import PackageManager
    from ...syntax.command import Command, Word

NAME = "cache-mounts"
_DOWNLOADS = frozenset(("install", "restore", "build", "download", "upgrade"))
_ROOT = (None, "root", "0", "0:0", "root:root")
_APT: tuple[str, ...] = ("/var/cache/apt", "/var/lib/apt/lists")
_KEEP = "rm -f /etc/apt/apt.conf.d/docker-clean"
"""Without it the official images of Debian and Ubuntu delete each package after installing it.

Source: docs.docker.com/reference/dockerfile/#example-cache-apt-packages
"""
_DOCKER_CLEAN = frozenset(("debian", "ubuntu", "python", "node", "golang", "ruby", "rust", "openjdk", "php", "perl"))
_BASE_USERS = ("node", "gradle")
"""Images with a user of the same name, whose UID and GID are 1000. Source: their Dockerfiles."""
_RPM_BASES = frozenset(("fedora", "rockylinux", "almalinux", "oraclelinux", "amazonlinux"))
_LIBDNF5 = 41
"""The first release of Fedora with dnf5. Source: its release notes."""


class _User:
    """The user of a RUN: its home directory, and the `,uid=…,gid=…` fields for its mounts ("" for root)."""

    def __init__(self, home: str, owner: str = "") -> None:
        self.home = home
        self.owner = owner


def rewrite(build: Build, context: Context | None = None) -> RewriteOutcome:
    """Add a cache mount for each package manager that downloads in a RUN of any stage."""
    edits: list[Edit] = []
    found: dict[str, str] = {}
    for stage in build.stages:
        kept = False
        for run in stage.instructions:
            if isinstance(run, Run) and not stage.is_windows and run.parent is None:
                mine = _mount_apt_caches(build, stage, run, found, kept=kept)
                kept = kept or bool(mine)
                edits += (
                    mine
                    or _mount_system_caches(build, stage, run, found)
                    or _mount_caches(build, stage, context, run, found)
                )
    if not edits:
        return RewriteOutcome(NAME, rejection=NothingToDo("no RUN uses a package manager whose cache can be mounted"))
    places = ", ".join(f"{place} for {name}" for name, place in found.items())
    step = Step(
        f"Keep downloads in cache mounts ({places})",
        "after a change only new packages are downloaded",
        risk="needs BuildKit; no gain on builders that start without a cache each time",
    )
    return RewriteOutcome(NAME, apply_edits(build.dockerfile.source.text, edits), [step])


def _mount_caches(build: Build, stage: Stage, context: Context | None, run: Run, found: dict[str, str]) -> list[Edit]:
    """The edits that mount the caches of a RUN; `found` gets the path of each manager."""
    state, user = build.state(run), _user(build, stage, run)
    if user is None:
        return []
    targets: dict[str, str] = {}
    extra: dict[str, str] = {}
    edits: list[Edit] = []
    for call in build.package_calls(run):
        name = call.manager.name
        if name not in SUPPORTED or call.verb not in _DOWNLOADS or _is_off(call, state.vars):
            continue
        places = cache_places(build, stage, context, run, call, user.home)
        if not places or any("$" in place for place in places):
            continue
        if is_mounted(places, build.mount_targets(run, "cache"), user.home):
            continue
        if name in READ_LATER and is_used_later(build, stage, run, name, places):
            continue
        cleaning = [each for each in build.commands(run) if cleans_cache(each, call.manager, home=user.home)]
        dropped = _without_commands(build, run, cleaning, call.manager, user.home)
        if dropped is None or _deletes_parent(build, run, cleaning, places):
            continue
        if not any(place in targets for place in places):
            edits += dropped
        if name == "composer" and COMPOSER_VARIABLE not in state.vars and "COMPOSER_HOME" not in state.vars:
            edits.append(Edit(call.command.start, call.command.start, f"{COMPOSER_VARIABLE}={places[0]} "))
        if name == "cargo":
            target, copied_out = mount_cargo_target(build, stage, run)
            extra |= dict.fromkeys([target] if target else [], user.owner + ",sharing=locked")
            edits += copied_out
        targets.update(dict.fromkeys(places, user.owner + (",sharing=locked" if name in LOCKED else "")))
        found.setdefault(name, places[0])
        edits += _without_no_cache_flags(build, run, call)
    return [_mounts(build, run, targets | extra), *edits] if targets else []


def _deletes_parent(build: Build, run: Run, cleaning: Sequence[Command], places: Sequence[str]) -> bool:
    """Whether a command that stays deletes a directory with a mount in it, which fails."""
    state = build.state(run)
    for command in build.commands(run):
        if command.name == "rm" and command not in cleaning:
            paths = [state.path(word.value) for word in command.operands()]
            if any(path and (place + "/").startswith(path.rstrip("/*") + "/") for path in paths for place in places):
                return True
    return False


def _mount_apt_caches(build: Build, stage: Stage, run: Run, found: dict[str, str], *, kept: bool) -> list[Edit]:
    """Cache mounts for a RUN that calls apt; unless `kept`, it also stops apt from emptying its cache."""
    calls = [call for call in build.package_calls(run) if call.manager.family == "apt"]
    if not any(call.verb == "install" for call in calls) or not _has_docker_clean(stage):
        return []
    commands = _plain_commands(build, run, calls)
    if not commands:
        return []
    dropped = _without_cleaning(build, run, commands, calls[0])
    if dropped is None:
        return []
    found.setdefault("apt", _APT[0])
    keep = [] if kept else [Edit(commands[0].start, commands[0].start, f"{_KEEP} \\\n    && ")]
    return [_mounts(build, run, dict.fromkeys(_APT, ",sharing=locked")), *keep, *dropped]


def _mount_system_caches(build: Build, stage: Stage, run: Run, found: dict[str, str]) -> list[Edit]:
    """Cache mounts for a RUN that calls apk, dnf or yum."""
    calls = [call for call in build.package_calls(run) if call.manager.name in ("apk", "dnf", "yum")]
    installs = [call for call in calls if call.verb == "install" and call.verb_word is not None]
    if not installs or len({call.manager.name for call in calls}) > 1:
        return []
    place = _system_cache(stage, calls[0].manager.name)
    commands = _plain_commands(build, run, calls) if place else []
    dropped = _without_cleaning(build, run, commands, calls[0]) if commands else None
    if dropped is None or is_mounted([place], build.mount_targets(run, "cache")):
        return []
    edits: list[Edit] = []
    for call in installs:
        if call.manager.name != "apk":
            # Otherwise they delete the packages after the installation.
            option = "" if "keepcache" in call.command.text else " --setopt=keepcache=1"
        else:
            # apk fetches no index on its own where --no-cache was given.
            option = "" if call.refreshes() else " --update-cache"
            for word in call.command.args:
                if word.value == "--no-cache":
                    edits += remove_word(build, run, call.command, word) or []
        assert call.verb_word is not None
        edits.append(Edit(call.verb_word.end, call.verb_word.end, option))
    found.setdefault(calls[0].manager.name, place)
    return [_mounts(build, run, {place: ",sharing=locked"}), *edits, *dropped]


def _system_cache(stage: Stage, manager: str) -> str:
    """The directory to mount for apk, dnf or yum; empty where it is unknown."""
    name = (stage.base_ref.name if stage.base_ref is not None else "") or ""
    tag = (stage.base_ref.tag if stage.base_ref is not None else "") or ""
    if manager == "apk":
        # A directory there turns the cache on. Source: wiki.alpinelinux.org/wiki/Local_APK_cache
        known = stage.base_facts is not None and stage.base_facts.family == "alpine"
        return "/etc/apk/cache" if known else ""
    if name == "fedora" and manager == "dnf":
        release = re.match(r"\d+", tag)
        return "/var/cache/libdnf5" if release is None or int(release[0]) >= _LIBDNF5 else "/var/cache/dnf"
    if name in _RPM_BASES and manager == "dnf":
        return "/var/cache/dnf"
    is_old = (name == "centos" and tag.startswith("7")) or (name == "amazonlinux" and tag.startswith("2."))
    return "/var/cache/yum" if manager == "yum" and is_old else ""


def _plain_commands(build: Build, run: Run, calls: Sequence[PackageCall]) -> list[Command]:
    """The commands of a RUN of root that calls no other package manager; empty for any other."""
    if build.dockerfile.escape != "\\" or build.state(run).user not in _ROOT:
        return []
    if len(build.package_calls(run)) != len(calls) or any(call.uncertain for call in calls):
        return []
    try:
        return [piece.command for piece in split_run(build, run)]
    except RewriteRejected:
        return []


def _without_cleaning(build: Build, run: Run, commands: Sequence[Command], call: PackageCall) -> list[Edit] | None:
    """The edits that remove the commands that empty lists and caches; None where one cannot be removed alone."""
    manager = call.manager
    cleaning = [command for command in commands if cleans_lists(command, manager) or cleans_cache(command, manager)]
    return _without_commands(build, run, cleaning, manager)


def _has_docker_clean(stage: Stage) -> bool:
    """Whether the base is a Debian image that empties apt's cache by default."""
    known = stage.base_ref is not None and stage.base_ref.name in _DOCKER_CLEAN
    return known and (stage.base_facts is None or stage.base_facts.family == "debian")


def _mounts(build: Build, run: Run, targets: Mapping[str, str]) -> Edit:
    """The edit that adds the mounts; `targets` maps each directory to its other fields."""
    escape = build.dockerfile.escape
    mounts = "".join(f" --mount=type=cache,target={target}{fields} {escape}\n   " for target, fields in targets.items())
    return Edit(run.keyword_end, run.keyword_end, mounts)


def _without_commands(
    build: Build, run: Run, cleaning: Sequence[Command], manager: PackageManager, home: str = "/root"
) -> list[Edit] | None:
    """The edits that remove what would empty the mounts of a manager; None where it cannot be removed alone.

    An `rm` that deletes other paths, too, stays for those.
    """
    if not cleaning:
        return []
    commands = build.commands(run)
    edits: list[Edit] = []
    for before, command in pairwise(commands):
        if command not in cleaning:
            continue
        words = _other_targets(command, manager, home)
        if words is not None:
            changed = [remove_word(build, run, command, word) for word in words]
            if None in changed:
                return None
            edits += [edit for each in changed if each is not None for edit in each]
        elif (
            run.comments
            or command.operator_before != "&&"
            or command.operator_after not in ("", "&&")
            or command.context
        ):
            return None
        else:
            edits.append(Edit(before.end, command.end, ""))
    return edits if all(command in commands[1:] for command in cleaning) else None


def _other_targets(command: Command, manager: PackageManager, home: str) -> list[Word] | None:
    """The targets of an `rm` in the caches of a manager, if it has others; None for any other command."""
    places = [*manager.lists.directories, *(each for cache in manager.caches for each in cache.directories)]
    mine: list[Word] = []
    targets = command.operands() if command.name == "rm" else []
    for word in targets:
        value = word.value.replace("~", home).rstrip("/*")
        if any(_overlap(value, place.replace("~", home)) for place in places):
            mine.append(word)
    return mine if mine and len(mine) < len(targets) else None


def _overlap(one: str, other: str) -> bool:
    """Whether one of the paths is the other, or contains it."""
    return (one + "/").startswith(other + "/") or (other + "/").startswith(one + "/")


def _user(build: Build, stage: Stage, run: Run) -> _User | None:
    """The user of the RUN; None when its home or UID is unknown."""
    name = build.state(run).user
    if name in _ROOT:
        return _User("/root")
    base = stage.base_ref.name if stage.base_ref is not None else ""
    if name in _BASE_USERS and base == name:
        return _User(f"/home/{name}", ",uid=1000,gid=1000")
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
