"""What the rules over the table of package managers share: each question is asked once, here."""

from __future__ import annotations

from bisect import bisect_right

from ...model.options import pedantic
from ...model.packages.calls import cleans_cache, cleans_lists, is_pinned
from ...syntax.tree import Run
from ..text import join_quoted
from .held import expanded_packages
from .leftovers import call_cache_paths, is_removed_in_run, package_list_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...model.packages.specs import Package


class CallPrefix:
    """The words of a call from the program to its verb: `apt-get -q install`."""

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


_DRY = frozenset(
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
"""Flags with which nothing is installed and nothing asked. `-s` is one of apt and apk alone."""

_CONSTRAINED = ("PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_OVERRIDE")
"""Variables that name a file of versions. Source: pip.pypa.io/en/stable/topics/configuration, docs.astral.sh/uv"""


def is_dry_run(call: PackageCall) -> bool:
    """Whether the call only says what it would do."""
    short = call.manager.name in ("apt", "apk")
    return any(flag in _DRY and (short or flag != "-s") for flag, _, _ in call.options)


def unseen_by_hadolint(build: Build, call: PackageCall) -> bool:
    """Whether `pedantic` asks for what hadolint sees, and it does not see this call: behind sudo (DL3004 tells that),
    of `apt` and aptitude (DL3027 tells `apt`), of tdnf, and `python3 -mpip`.
    """
    if not pedantic(build):
        return False
    program = call.command.words[0].value
    return "sudo" in call.command.wrappers or program in ("apt", "aptitude", "tdnf") or "/" in program


def prompting_calls(build: Build, run: Run, *managers: str) -> Iterator[PackageCall]:
    """The calls of these managers that would stop and ask."""
    env = build.state(run).vars
    for call in build.package_calls(run):
        if call.manager.name not in managers or not call.prompts() or call.uncertain or is_dry_run(call):
            continue
        # Removing what is not needed asks only where there is any.
        if not call.assumes_yes(env) and not (call.verb == "remove" and not call.packages):
            yield call


def unpinned_packages(build: Build, run: Run, *managers: str) -> Iterator[list[Package]]:
    """For each install of these managers the packages whose version is left open."""
    state = build.state(run)
    for call in build.package_calls(run):
        if call.manager.name not in managers or call.verb != "install" or call.constraints or is_dry_run(call):
            continue
        if unseen_by_hadolint(build, call):
            continue
        if call.path == "reinstall":
            continue  # the version that is there
        if call.has("--no-index", "--offline"):
            continue  # what an earlier step put into a folder
        if call.manager.ecosystem == "python" and any(
            name in state.vars or name in state.unknown or name in call.environment for name in _CONSTRAINED
        ):
            continue
        packages = [package for package in expanded_packages(build, run, call) if is_pinned(package, call) is False]
        if packages:
            yield packages


def quoted_packages(packages: Sequence[Package]) -> str:
    """The packages in the user's words, for a message: `flask>=3`, `npm@latest`; what stands in a variable by name."""
    return join_quoted([p.name if p.word.value.startswith("$") else p.word.value for p in packages])


def calls_leaving_lists(build: Build, run: Run, *managers: str) -> Iterator[PackageCall]:
    """The first call of each of these managers that leaves package lists in the layer of a shipped stage."""
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
    """The first call of each of these managers that leaves its download cache in the layer of a shipped stage."""
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
        # A variable that the base image or the build sets may switch the cache off.
        unknown = any(off.partition("=")[0] in state.unknown for off in manager.no_cache_variables)
        if unknown or not call.leaves_cache(state.vars):
            continue
        seen.add(manager.family)
        if not is_removed_in_run(build, run, call, call_cache_paths(call, state), cleans_cache, targets):
            yield call


def later_cleanup_line(build: Build, run: Run, call: PackageCall, cleans: Callable[..., bool]) -> int:
    """The line of a later RUN of the stage that empties what `call` leaves, too late; 0 when there is none."""
    stage = build.stage_of(run)
    if stage is None:
        return 0
    cleaning = build.cached((stage.index, call.manager.name, cleans), lambda: _cleaning(build, stage, call, cleans))
    later = bisect_right(cleaning, (build.index_of(run) + 1, 0))
    return cleaning[later][1] if later < len(cleaning) else 0


def _cleaning(build: Build, stage: Stage, call: PackageCall, cleans: Callable[..., bool]) -> list[tuple[int, int]]:
    """Each RUN of the stage that empties what the manager of `call` leaves: its number, and the line that does it."""
    found: list[tuple[int, int]] = []
    for index, run in enumerate(stage.instructions):
        if isinstance(run, Run):
            lines = (build.dockerfile.source.line(c.start) for c in build.commands(run) if cleans(c, call.manager))
            line = next(lines, 0)
            if line:
                found.append((index, line))
    return found


def late_cleanup_note(build: Build, run: Run, call: PackageCall, *, lists: bool = False) -> str:
    """What a message adds when a later RUN cleans up in vain: the cache, or the package lists."""
    line = later_cleanup_line(build, run, call, cleans_lists if lists else cleans_cache)
    return f"; line {line} deletes them in a later layer, which frees nothing" if line else ""


def in_shipped_image(build: Build, run: Run) -> bool:
    """Whether the layer of the RUN is in the image that is shipped."""
    stage = build.stage_of(run)
    return stage is not None and build.is_shipped(stage)


class PackageSpan:
    """The span from the first of the packages to the last."""

    __slots__ = ("end", "start")

    def __init__(self, packages: list[Package]) -> None:
        self.start = packages[0].word.start
        self.end = max(packages[-1].word.end, self.start)
