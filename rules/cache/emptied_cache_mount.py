"""OPT026."""

from __future__ import annotations

from ...syntax.tree import CopyOrAdd, Env, Run
from ..base import MEDIUM, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Instruction

_TELLING_WORDS = ("docker-clean", "apt.conf", "DPkg::Post-Invoke", "/etc/apt/*", "APT_CONFIG")
"""Words in a RUN that may change how apt treats its cache."""
_CACHE = ("/var/cache/apt", "/var/cache/apt/archives")


@rule(
    "OPT026",
    level=WARNING,
    since="0.1",
    confidence=MEDIUM,
    onbuild=False,
    preview=True,
    prefilter=("/var/cache/apt",),
)
def emptied_cache_mount(run: Run, build: Build) -> Iterator[Finding]:
    """The cache mount of apt is always empty, because the base image deletes downloaded packages after each install.

    ## Why
    The images of Debian and Ubuntu, and those based on them, contain `/etc/apt/apt.conf.d/docker-clean`, which makes
    apt delete the packages that it downloaded. Each build downloads them again, in spite of the cache mount.

    ## What to do
    Delete that file first: `RUN rm -f /etc/apt/apt.conf.d/docker-clean`.

    ## Exceptions
    - Base images that are not in dlint's catalog.
    - Stages in which something else in `/etc/apt` is changed, or that set APT_CONFIG.

    ## References
    - [Cache for apt](https://docs.docker.com/reference/dockerfile/)
    """
    mounts = [flag for flag in run.flags if flag.name == "mount" and flag.value and "/var/cache/apt" in flag.value]
    targets = {target.rstrip("/") for target in build.mount_targets(run, "cache")}
    stage = build.stage_of(run)
    if not mounts or targets.isdisjoint(_CACHE) or stage is None:
        return
    facts = stage.base_facts
    if facts is None or facts.family not in ("debian", "ubuntu") or _configures_apt(build, stage, run):
        return
    calls = [call for call in build.package_calls(run) if call.manager.name == "apt"]
    if any(call.verb in ("install", "upgrade", "dist-upgrade", "build-deps") for call in calls):
        yield Finding(
            "this cache stays empty: `docker-clean` in the base image makes apt delete what it downloads; delete "
            "`/etc/apt/apt.conf.d/docker-clean` first",
            mounts[-1],
        )


def _configures_apt(build: Build, stage: Stage, run: Run) -> bool:
    """Whether the stage changes the configuration of apt in the RUN or before it."""
    first = stage.inherit("first apt configuration", lambda each, above: _first(build, each, above))
    if first is None:
        return False
    return first[0] < stage.index or first[1] <= build.index_of(run)


def _first(build: Build, stage: Stage, above: tuple[int, int] | None) -> tuple[int, int] | None:
    """The stage and the index in it of the first instruction that may change the configuration of apt."""
    if above is not None:
        return above
    for index, instruction in enumerate(stage.instructions):
        if _may_configure(build, instruction):
            return stage.index, index
    return None


def _may_configure(build: Build, instruction: Instruction) -> bool:
    if isinstance(instruction, Run):
        text = build.script(instruction).text
        return any(word in text for word in _TELLING_WORDS)
    if isinstance(instruction, Env):
        return any(pair.key.text == "APT_CONFIG" for pair in instruction.pairs)
    if isinstance(instruction, CopyOrAdd) and instruction.destination is not None:
        path = build.state(instruction).path(instruction.destination.text)
        return path is None or path in ("/", "/etc") or (path + "/").startswith("/etc/apt/")
    return False


EXAMPLES = (
    Bad(
        "RUN «--mount=type=cache,target=/var/cache/apt,sharing=locked» apt-get update && apt-get install -y curl",
        message="this cache stays empty",
    ),
    Good(
        "RUN rm -f /etc/apt/apt.conf.d/docker-clean\n"
        "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update && apt-get install -y curl"
    ),
    Bad("FROM python:3.13-slim\nRUN «--mount=type=cache,target=/var/cache/apt/archives» apt-get install -y gcc"),
    Bad("FROM ubuntu:24.04 AS a\nFROM a\nRUN «--mount=type=cache,target=/var/cache/apt/» apt-get install -y gcc"),
    Good("RUN --mount=type=cache,target=/var/cache/apt rm /etc/apt/apt.conf.d/docker-clean; apt-get install -y gcc"),
    Good(
        "FROM debian:12 AS a\nRUN rm /etc/apt/apt.conf.d/docker-clean\nFROM a\n"
        "RUN --mount=type=cache,target=/var/cache/apt apt-get install -y gcc"
    ),
    Bad(
        "RUN «--mount=type=cache,target=/var/cache/apt» apt-get install -y gcc\n"
        "RUN rm /etc/apt/apt.conf.d/docker-clean",
        why="too late",
    ),
    Good("COPY keep-cache /etc/apt/apt.conf.d/\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y gcc"),
    Good("ENV APT_CONFIG=/a\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y gcc"),
    Good("RUN --mount=type=cache,target=/var/cache/apt apt-get update", why="downloads only lists"),
    Good("FROM example.com/base\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y gcc"),
    Good("RUN --mount=type=tmpfs,target=/var/cache/apt apt-get install -y gcc", why="not a cache"),
)
