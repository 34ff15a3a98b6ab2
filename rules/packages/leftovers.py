"""Whether a package manager's files are deleted in the same RUN or are in a mount."""

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

_CACHE_OPTIONS = ("--cache-folder", "--cache-dir", "--cache")

_PRINTING_QUERIES = ("cache dir", "get cache", "gem env", "gem environment")
"""Subcommands that print where the cache is."""
_BUNDLE_CACHES = ("/ruby/*/cache", "/ruby/**/cache")
"""Where Bundler keeps the downloaded gems below its path, as in the Dockerfile that Rails generates."""


def home_directory(state: State) -> str:
    """The home directory of the current user."""
    home = state.vars.get("HOME")
    if home:
        return home.rstrip("/") or "/"
    name = (state.user or "root").partition(":")[0]
    return "/root" if name in ("root", "0", "") else f"/home/{name}"


def call_cache_paths(call: PackageCall, state: State) -> list[str]:
    """The cache directories of the call, with its options and the variables of the call and the stage applied."""
    manager, home = call.manager, home_directory(state)
    directory = call.value(*_CACHE_OPTIONS)
    if directory:
        return [state.value(directory) or directory]
    names = ("XDG_CACHE_HOME", *(cache.variable.partition("/")[0] for cache in manager.caches))
    env = {name: call.environment.get(name, state.vars.get(name, "")) for name in names}
    places = [place for cache in cache_directories(manager, home, env) for place in cache]
    cache_home = env.get("XDG_CACHE_HOME")
    if cache_home:
        places += [cache_home + place.removeprefix(home + "/.cache") for place in places if "/.cache/" in place]
    return places


def package_list_paths(manager: PackageManager) -> list[str]:
    """The directories of the package lists; apk also keeps them in its cache directory if that exists."""
    places = list(manager.lists.directories)
    if manager.name == "apk":
        places += [place for cache in manager.caches for place in cache.directories]
    return places


def is_removed_in_run(
    build: Build,
    run: Run,
    call: PackageCall,
    places: Sequence[str],
    cleans: Callable[..., bool],
    targets: Sequence[str],
) -> bool:
    """Whether a later command of the RUN deletes the places or may do so, or a mount (`targets`) contains them."""
    state = build.state(run)
    home = home_directory(state)
    # The home directory of an unknown or numeric user is known only to the image.
    tails = [] if home == "/root" and state.user is not None else _tails(places, home)
    if is_mounted(places, targets, home) or any(
        target.rstrip("/").endswith(tail) for target in targets for tail in tails
    ):
        return True
    braces = _expands_braces(build, run)
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


def _expands_braces(build: Build, run: Run) -> bool:
    """Whether the shell may expand `{a,b}`: /bin/sh of Debian, Ubuntu (dash) and Alpine (ash) does not."""
    stage, shell = build.stage_of(run), build.state(run).shell
    facts = stage.base_facts if stage is not None else None
    plain = facts is not None and facts.family in ("debian", "ubuntu", "alpine")
    return not (plain and shell[0].rpartition("/")[2] in ("sh", "dash", "ash"))


def _tails(places: Sequence[str], home: str) -> list[str]:
    """The places relative to any home directory: `/.cache/pip`, and its parent `/.cache`."""
    relative = [place.removeprefix("~").removeprefix(home) for place in places if place.startswith(("~/", home + "/"))]
    return relative + [tail.rpartition("/")[0] for tail in relative if tail.count("/") > 1]


def _is_cleaner(command: Command) -> bool:
    """Whether the program is a cleanup script or function of unknown content."""
    return "clean" in command.name and parse_package_call(command) is None


def _removes(command: Command, places: Sequence[str], tails: Sequence[str]) -> bool:
    """Whether `rm` or `find` deletes one of the places, or a path that the manager prints."""
    if command.name == "find" and ("-delete" in command.text or "rm" in command.text.split()):
        return "-name cache" in command.text or any(place in command.text for place in (*places, *tails))
    if command.name != "rm":
        return False
    if any(query in command.text for query in _PRINTING_QUERIES):
        return True
    for word in command.args:
        path = word.value.removesuffix("/*.gem").removesuffix("/*").rstrip("/")
        if path.endswith(_BUNDLE_CACHES):
            return True
        if path and (any((place + "/").startswith(path + "/") for place in places) or path.endswith(tuple(tails))):
            return True
    return False
