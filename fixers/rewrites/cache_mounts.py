"""Cache mounts for what package managers download: kept between builds, and never part of a layer."""

from __future__ import annotations

from ...model.packages import cache_places, mounted
from ...syntax.tree import Run
from ..edit import Edit, apply_edits
from ..words import remove
from .plan import Outcome, Refused, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build
    from ...model.packages import Call

NAME = "cache-mounts"
_MANAGERS = frozenset(("pip", "uv", "poetry", "npm", "yarn", "pnpm", "composer", "go"))
"""Managers that install elsewhere what they keep in their cache.

The others (cargo, maven, gradle, dotnet, gem) look for it there in later steps; apt needs its own clean-up switched
off.
"""
_DOWNLOADS = frozenset(("install", "restore", "build", "download", "upgrade"))
_ROOT = (None, "root", "0", "0:0", "root:root")


def rewrite(build: Build) -> Outcome:
    """Give the RUNs of all stages that install for root a cache mount for each of their managers."""
    edits: list[Edit] = []
    found: dict[str, str] = {}
    for stage in build.stages:
        for run in stage.instructions:
            if isinstance(run, Run):
                edits += _of_run(build, run, found)
    if not edits:
        return Outcome(NAME, refusal=Refused("no RUN by root installs with a manager whose cache can be mounted"))
    places = ", ".join(f"{place} for {name}" for name, place in found.items())
    step = Step(
        f"Keep downloads in cache mounts ({places})",
        "a changed manifest downloads only what is new",
        risk="needs BuildKit; builders that start empty each time gain nothing",
    )
    return Outcome(NAME, apply_edits(build.dockerfile.source.text, edits), [step])


def _of_run(build: Build, run: Run, found: dict[str, str]) -> list[Edit]:
    state = build.state(run)
    if state.user not in _ROOT or run.parent is not None:
        return []
    targets: list[str] = []
    edits: list[Edit] = []
    for call in build.calls(run):
        if call.manager.name not in _MANAGERS or call.verb not in _DOWNLOADS or _is_off(call, state.vars):
            continue
        places = [each[0] for each in cache_places(call.manager, env=state.vars)]
        if any("$" in place for place in places) or mounted(places, build.mount_targets(run, "cache")):
            continue
        targets += [place for place in places if place not in targets]
        found.setdefault(call.manager.name, places[0])
        edits += _cached(build, run, call)
    if not targets:
        return []
    mounts = "".join(f" --mount=type=cache,target={target} {build.dockerfile.escape}\n   " for target in targets)
    return [Edit(run.keyword_end, run.keyword_end, mounts), *edits]


def _is_off(call: Call, env: dict[str, str]) -> bool:
    """Whether a variable switches the cache off; a flag is taken out."""
    return call.skips_cache(env) and not call.has(*call.manager.no_cache)


def _cached(build: Build, run: Run, call: Call) -> list[Edit]:
    """The edits that take the flags out that switch the cache off."""
    edits: list[Edit] = []
    for word in call.command.args:
        if word.value in call.manager.no_cache and word.value.startswith("--"):
            edits += remove(build, run, call.command, word) or []
    return edits
