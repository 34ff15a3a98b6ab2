"""Whether what a package manager leaves behind is gone at the end of the RUN, or lies in a mount."""

from __future__ import annotations

from ...model.packages.calls import cache_directories, is_mounted, parse_package_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...model.packages.managers import PackageManager
    from ...model.state import State
    from ...syntax.command import Command
    from ...syntax.tree import Run

_FOLDER_FLAGS = ("--cache-folder", "--cache-dir", "--cache")


def home_directory(state: State) -> str:
    """The home folder of the user that the commands run as."""
    home = state.vars.get("HOME")
    if home:
        return home.rstrip("/") or "/"
    name = (state.user or "root").partition(":")[0]
    return "/root" if name in ("root", "0", "") else f"/home/{name}"


def call_cache_paths(call: PackageCall, state: State) -> list[str]:
    """Where the cache of the call lies: where a flag or a variable of the call or the stage puts it."""
    manager, home = call.manager, home_directory(state)
    folder = call.value(*_FOLDER_FLAGS)
    if folder:
        return [folder]
    env = {**state.vars, **call.environment}
    places = [place for cache in cache_directories(manager, home, env) for place in cache]
    config = env.get("XDG_CACHE_HOME")
    if config:
        places += [config + place.removeprefix(home + "/.cache") for place in places if "/.cache/" in place]
    return places


def package_list_paths(manager: PackageManager) -> list[str]:
    """Where the package lists lie: for apk also where its cache is, once that folder is there."""
    places = list(manager.index)
    if manager.name == "apk":
        places += [place for cache in manager.caches for place in cache]
    return places


def is_removed_in_run(
    build: Build,
    run: Run,
    call: PackageCall,
    places: Sequence[str],
    cleans: Callable[..., bool],
    targets: Sequence[str],
) -> bool:
    """Whether a later command of the RUN empties the places, may do so, or a mount (`targets`) holds them."""
    state = build.state(run)
    home = home_directory(state)
    # Whose home an unknown or numeric user has, only the image knows.
    tails = [] if home == "/root" and state.user is not None else _tails(places, home)
    if is_mounted(places, targets, home) or any(
        target.rstrip("/").endswith(tail) for target in targets for tail in tails
    ):
        return True
    braces = _reads_braces(build, run)
    for command in build.commands(run):
        if command.start <= call.command.start:
            if command.name == "trap" and any(place in command.text for place in places):
                return True
        elif (
            cleans(command, call.manager, home=home, braces=braces)
            or _is_cleaner(command)
            or _removes(command, places, tails)
        ):
            return True
    return False


def _reads_braces(build: Build, run: Run) -> bool:
    """Whether the shell may make two words of `{a,b}`: /bin/sh of Debian, Ubuntu (dash) and Alpine (ash) does not."""
    stage, shell = build.stage_of(run), build.state(run).shell
    facts = stage.base_facts if stage is not None else None
    plain = facts is not None and facts.family in ("debian", "ubuntu", "alpine")
    return not (plain and shell[0].rpartition("/")[2] in ("sh", "dash", "ash"))


def _tails(places: Sequence[str], home: str) -> list[str]:
    """What the places are below any home: `/.cache/pip`, and `/.cache` above it."""
    below = [place.removeprefix("~").removeprefix(home) for place in places if place.startswith(("~/", home + "/"))]
    return below + [tail.rpartition("/")[0] for tail in below if tail.count("/") > 1]


def _is_cleaner(command: Command) -> bool:
    """Whether the program is a script or function for cleaning up, of which nothing more can be known."""
    return "clean" in command.name and parse_package_call(command) is None


def _removes(command: Command, places: Sequence[str], tails: Sequence[str]) -> bool:
    """Whether `rm` removes one of the places, or asks the manager where they are."""
    if command.name != "rm":
        return False
    if "cache dir" in command.text or "get cache" in command.text:
        return True
    for word in command.args:
        path = word.value.removesuffix("/*").rstrip("/")
        if path and (any((place + "/").startswith(path + "/") for place in places) or path.endswith(tuple(tails))):
            return True
    return False
