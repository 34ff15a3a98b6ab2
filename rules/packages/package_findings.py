"""Checks of package manager calls that several rules need."""

from __future__ import annotations

from bisect import bisect_right

from ...model.packages.calls import cleans_cache, cleans_lists, is_pinned
from ...syntax.tree import Run
from ..base import Finding
from ..options import pedantic
from ..stages.development import ships
from ..text import join_quoted
from .expanded_packages import expanded_packages
from .leftovers import call_cache_paths, is_removed_in_run, package_list_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...model.packages.specs import Package


class CallPrefix:
    """The part of a call from the program to its verb: `apt-get -q install`."""

    __slots__ = ("end", "start", "text")

    def __init__(self, call: PackageCall) -> None:
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


_DRY_RUN_FLAGS = frozenset(
    (
        "-s",
        "--simulate",
        "--just-print",
        "--dry-run",
        "--recon",
        "--no-act",
        "--print-uris",
        "--assume-no",
        "--assumeno",
    )
)
"""Options that only simulate. `-s` means this for apt and apk only."""

_CONSTRAINT_VARIABLES = ("PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_OVERRIDE")
"""Variables that name a constraints file. Source: pip.pypa.io/en/stable/topics/configuration, docs.astral.sh/uv"""


def is_dry_run(call: PackageCall) -> bool:
    """Whether the call only simulates."""
    short = call.manager.name in ("apt", "apk")
    return any(flag in _DRY_RUN_FLAGS and (short or flag != "-s") for flag, _, _ in call.options)


def unseen_by_hadolint(build: Build, call: PackageCall) -> bool:
    """Whether `pedantic` is set and hadolint does not check this call.

    hadolint skips sudo (reported by DL3004), `apt` (by DL3027), aptitude, tdnf and programs given by path.
    """
    if not pedantic(build):
        return False
    program = call.command.words[0].value
    return "sudo" in call.command.wrappers or program in ("apt", "aptitude", "tdnf") or "/" in program


def prompting_calls(build: Build, run: Run, *managers: str) -> Iterator[PackageCall]:
    """The calls of these managers that prompt for confirmation."""
    env = build.state(run).vars
    for call in build.package_calls(run):
        if call.manager.name not in managers or not call.prompts() or call.uncertain or is_dry_run(call):
            continue
        # `autoremove` prompts only if there is something to remove.
        if not call.assumes_yes(env) and not (call.verb == "remove" and not call.packages):
            yield call


def unpinned_packages(build: Build, run: Run, *managers: str) -> Iterator[list[Package]]:
    """For each install of these managers, the packages without a pinned version."""
    for call in build.package_calls(run):
        if call.manager.name not in managers or call.verb != "install" or is_dry_run(call):
            continue
        if unseen_by_hadolint(build, call) or _has_fixed_versions(build, run, call):
            continue
        named = list(expanded_packages(build, run, call))
        pinned = {package.name for package in named if package.kind == "name" and is_pinned(package, call)}
        packages = [each for each in named if is_pinned(each, call) is False and each.name not in pinned]
        if packages:
            yield packages


def _has_fixed_versions(build: Build, run: Run, call: PackageCall) -> bool:
    """Whether something other than the arguments fixes the versions: constraints, local packages, what is installed."""
    if call.constraints or call.path == "reinstall" or call.has("--no-index", "--offline"):
        return True
    state = build.state(run)
    return call.manager.ecosystem == "python" and any(
        name in state.vars or name in state.unknown or name in call.environment for name in _CONSTRAINT_VARIABLES
    )


def quoted_packages(packages: Sequence[Package]) -> str:
    """The packages as written, for a message: `flask>=3`, `npm@latest`; those from a variable by name."""
    return join_quoted([p.name if p.word.value.startswith("$") else p.word.value for p in packages])


_TO_WHAT = ("the repository", "the repositories")


def unpinned_message(packages: Sequence[Package], form: str = "") -> str:
    """The message for packages that are not pinned; `form` shows how to write a version: `{}==<version>`."""
    shown = quoted_packages(packages)
    repositories = [package for package in packages if package.kind == "repository"]
    if len(packages) > 1 and repositories:
        named = f"use `{form.format('<name>')}` and " if len(repositories) < len(packages) and form else ""
        return f"{shown} are not pinned; {named}add `@<commit>` to {_TO_WHAT[len(repositories) > 1]}"
    if len(packages) > 1:
        return f"{shown} are not pinned; " + (f"use `{form.format('<name>')}`" if form else "add versions")
    package = packages[0]
    if package.kind == "repository":
        return f"{shown} is not pinned; add a tag or commit"
    extras = package.word.value.partition("]")[0] + "]" if "[" in package.word.value else ""
    return f"{shown} is not pinned; " + (f"use `{form.format(extras or package.name)}`" if form else "add a version")


def unpinned_findings(build: Build, calls: Iterable[list[Package]], form: str = "") -> Iterator[Finding]:
    """The finding about the unpinned packages of all calls in a RUN, at the first; with `pedantic` one for each call.

    `calls`: the packages of each call; `form` shows how to write a version, see `unpinned_message`.
    """
    found = [packages for packages in calls if packages]
    if not found:
        return
    if pedantic(build):
        yield from (Finding(unpinned_message(packages, form), PackageSpan(packages)) for packages in found)
        return
    related = [(PackageSpan(packages), "not pinned either") for packages in found[1:]]
    yield Finding(
        unpinned_message([each for packages in found for each in packages], form), PackageSpan(found[0]), related
    )


def prompt_message(prefix: CallPrefix, advice: str) -> str:
    """The message for a call that prompts for confirmation."""
    return f"`{prefix.text}` prompts for confirmation, which a build cannot answer; {advice}"


def calls_leaving_lists(build: Build, run: Run, *managers: str) -> Iterator[PackageCall]:
    """The first call of each of these managers that leaves package lists in a layer of the final image."""
    if not in_shipped_image(build, run) and not (pedantic(build) and "apt" not in managers):
        return
    state = build.state(run)
    targets = build.mount_targets(run, "cache", "tmpfs")
    seen: set[str] = set()
    for call in build.package_calls(run):
        manager = call.manager
        if (
            manager.name not in managers
            or manager.family in seen
            or is_dry_run(call)
            or not call.leaves_lists(state.vars)
        ):
            continue
        if pedantic(build) and "sudo" in call.command.wrappers:
            continue
        seen.add(manager.family)
        if not is_removed_in_run(build, run, call, package_list_paths(manager), cleans_lists, targets):
            yield call


def calls_leaving_cache(build: Build, run: Run, *managers: str) -> Iterator[PackageCall]:
    """The first call of each of these managers that leaves its download cache in a layer of the final image."""
    if not in_shipped_image(build, run) and not pedantic(build):
        return
    state = build.state(run)
    targets = build.mount_targets(run, "cache", "tmpfs")
    seen: set[str] = set()
    for call in build.package_calls(run):
        manager = call.manager
        if manager.name not in managers or manager.family in seen or call.uncertain or is_dry_run(call):
            continue
        if unseen_by_hadolint(build, call):
            continue
        # A variable set by the base image or a build argument may disable the cache.
        maybe_off = any(off.partition("=")[0] in state.unknown for off in manager.settings.no_cache_variables)
        if maybe_off or not call.leaves_cache(state.vars):
            continue
        seen.add(manager.family)
        places = call_cache_paths(call, state)
        if targets and places[0][:1] == "$":
            continue  # a directory that is known to the shell only, probably that of the mount
        if not is_removed_in_run(build, run, call, places, cleans_cache, targets):
            yield call


def later_cleanup_line(build: Build, run: Run, call: PackageCall, cleans: Callable[..., bool]) -> int:
    """The line in a later RUN, also of a stage based on this one, that deletes what `call` leaves; 0 if none."""
    stage = build.stage_of(run)
    if stage is None:
        return 0
    cleanups = build.cached((stage.index, call.manager.name, cleans), lambda: _cleanups(build, stage, call, cleans))
    later = bisect_right(cleanups, (build.index_of(run) + 1, 0))
    if later < len(cleanups):
        return cleanups[later][1]
    key = ("inherited cleanups", call.manager.name, cleans)
    return build.cached(key, lambda: _inherited_cleanups(build, call, cleans)).get(stage.index, 0)


def _inherited_cleanups(build: Build, call: PackageCall, cleans: Callable[..., bool]) -> dict[int, int]:
    """By the index of a stage of the final image, the line in a stage based on it that deletes what it leaves."""
    final, line = build.final_stage, 0
    found: dict[int, int] = {}
    for stage in [final, *final.ancestors] if final is not None else ():
        found[stage.index] = line
        key = (stage.index, call.manager.name, cleans)
        own = build.cached(key, lambda stage=stage: _cleanups(build, stage, call, cleans))
        line = own[0][1] if own else line
    return found


def _cleanups(build: Build, stage: Stage, call: PackageCall, cleans: Callable[..., bool]) -> list[tuple[int, int]]:
    """The RUNs of the stage that delete what the manager of `call` leaves in the layer: index in stage, and line."""
    found: list[tuple[int, int]] = []
    for index, run in enumerate(stage.instructions):
        if isinstance(run, Run):
            lines = (build.dockerfile.source.line(c.start) for c in build.commands(run) if cleans(c, call.manager))
            line = next(lines, 0)
            if line:
                found.append((index, line))
    return found


def late_cleanup_note(build: Build, run: Run, call: PackageCall, *, lists: bool = False) -> str:
    """An addition to the message if a later RUN deletes the cache, or with `lists` the package lists, too late."""
    line = later_cleanup_line(build, run, call, cleans_lists if lists else cleans_cache)
    return f" (the cleanup on line {line} runs in a later layer and saves no space)" if line else ""


def in_shipped_image(build: Build, run: Run) -> bool:
    """Whether the layer of the RUN is part of an image that is shipped, see `ships`."""
    stage = build.stage_of(run)
    return stage is not None and ships(build, stage)


class PackageSpan:
    """The span from the first of the packages to the last."""

    __slots__ = ("end", "start")

    def __init__(self, packages: list[Package]) -> None:
        self.start = packages[0].word.start
        self.end = max(packages[-1].word.end, self.start)
