"""What the rules over the table of package managers share: each question is asked once, here."""

from __future__ import annotations

from bisect import bisect_right

from ...model.options import pedantic
from ...model.packages.calls import cleans_cache, cleans_lists, pinned
from ...syntax.tree import Run
from ..text import listed
from .held import held
from .leftovers import is_gone, places_of_cache, places_of_lists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import Call
    from ...model.packages.specs import Package


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


def dry(call: Call) -> bool:
    """Whether the call only says what it would do."""
    short = call.manager.name in ("apt", "apk")
    return any(flag in _DRY and (short or flag != "-s") for flag, _, _ in call.options)


def beyond_hadolint(build: Build, call: Call) -> bool:
    """Whether `pedantic` asks for what hadolint sees, and it does not see this call: behind sudo (DL3004 tells that),
    of `apt` and aptitude (DL3027 tells `apt`), of tdnf, and `python3 -mpip`.
    """
    if not pedantic(build):
        return False
    program = call.command.words[0].value
    return "sudo" in call.command.wrappers or program in ("apt", "aptitude", "tdnf") or "/" in program


def asking(build: Build, run: Run, *managers: str) -> Iterator[Call]:
    """The calls of these managers that would stop and ask."""
    env = build.state(run).vars
    for call in build.calls(run):
        if call.manager.name not in managers or not call.prompts() or call.unsure or dry(call):
            continue
        # Removing what is not needed asks only where there is any.
        if not call.assumes_yes(env) and not (call.verb == "remove" and not call.packages):
            yield call


def unpinned(build: Build, run: Run, *managers: str) -> Iterator[list[Package]]:
    """For each install of these managers the packages whose version is left open."""
    state = build.state(run)
    for call in build.calls(run):
        if call.manager.name not in managers or call.verb != "install" or call.constraints or dry(call):
            continue
        if beyond_hadolint(build, call):
            continue
        if call.path == "reinstall":
            continue  # the version that is there
        if call.has("--no-index", "--offline"):
            continue  # what an earlier step put into a folder
        if call.manager.ecosystem == "python" and any(
            name in state.vars or name in state.unknown or name in call.environment for name in _CONSTRAINED
        ):
            continue
        packages = [package for package in held(build, run, call) if pinned(package, call) is False]
        if packages:
            yield packages


def open_words(packages: Sequence[Package]) -> str:
    """The packages in the user's words, for a message: `flask>=3`, `npm@latest`; what stands in a variable by name."""
    return listed([p.name if p.word.value.startswith("$") else p.word.value for p in packages])


def leaving_lists(build: Build, run: Run, *managers: str) -> Iterator[Call]:
    """The first call of each of these managers that leaves package lists in the layer of a shipped stage."""
    if not ships(build, run) and not (pedantic(build) and "apt" not in managers):
        return
    state = build.state(run)
    targets = build.mount_targets(run, "cache", "tmpfs")
    seen: set[str] = set()
    for call in build.calls(run):
        manager = call.manager
        if manager.name not in managers or manager.family in seen or dry(call) or not call.leaves_lists(state.vars):
            continue
        if pedantic(build) and "sudo" in call.command.wrappers:
            continue
        seen.add(manager.family)
        if not is_gone(build, run, call, places_of_lists(manager), cleans_lists, targets):
            yield call


def leaving_cache(build: Build, run: Run, *managers: str) -> Iterator[Call]:
    """The first call of each of these managers that leaves its download cache in the layer of a shipped stage."""
    if not ships(build, run) and not pedantic(build):
        return
    state = build.state(run)
    targets = build.mount_targets(run, "cache", "tmpfs")
    seen: set[str] = set()
    for call in build.calls(run):
        manager = call.manager
        if manager.name not in managers or manager.family in seen or call.unsure or dry(call):
            continue
        if beyond_hadolint(build, call):
            continue
        # A variable that the base image or the build sets may switch the cache off.
        unknown = any(off.partition("=")[0] in state.unknown for off in manager.cache_off)
        if unknown or not call.leaves_cache(state.vars):
            continue
        seen.add(manager.family)
        if not is_gone(build, run, call, places_of_cache(call, state), cleans_cache, targets):
            yield call


def later_cleaning(build: Build, run: Run, call: Call, cleans: Callable[..., bool]) -> int:
    """The line of a later RUN of the stage that empties what `call` leaves, too late; 0 when there is none."""
    stage = build.stage_of(run)
    if stage is None:
        return 0
    cleaning = build.once((stage.index, call.manager.name, cleans), lambda: _cleaning(build, stage, call, cleans))
    later = bisect_right(cleaning, (build.index_of(run) + 1, 0))
    return cleaning[later][1] if later < len(cleaning) else 0


def _cleaning(build: Build, stage: Stage, call: Call, cleans: Callable[..., bool]) -> list[tuple[int, int]]:
    """Each RUN of the stage that empties what the manager of `call` leaves: its number, and the line that does it."""
    found: list[tuple[int, int]] = []
    for index, run in enumerate(stage.instructions):
        if isinstance(run, Run):
            lines = (build.dockerfile.source.line(c.start) for c in build.commands(run) if cleans(c, call.manager))
            line = next(lines, 0)
            if line:
                found.append((index, line))
    return found


def too_late(build: Build, run: Run, call: Call, *, lists: bool = False) -> str:
    """What a message adds when a later RUN cleans up in vain: the cache, or the package lists."""
    line = later_cleaning(build, run, call, cleans_lists if lists else cleans_cache)
    return f"; line {line} deletes them in a later layer, which frees nothing" if line else ""


def ships(build: Build, run: Run) -> bool:
    """Whether the layer of the RUN is in the image that is shipped."""
    stage = build.stage_of(run)
    return stage is not None and build.ships(stage)


class Words:
    """The span from the first of the packages to the last."""

    __slots__ = ("end", "start")

    def __init__(self, packages: list[Package]) -> None:
        self.start = packages[0].word.start
        self.end = max(packages[-1].word.end, self.start)
