"""Where package managers keep what they download, and what may need it after their RUN."""

from __future__ import annotations

import posixpath
import re

from ...model.packages.calls import cache_directories
from ...syntax.tree import Cmd, CopyOrAdd, Entrypoint, Healthcheck, Run
from .base.copies import context_path, read_context_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.context import Context
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Instruction

READ_LATER = frozenset(("go", "cargo", "mvn", "gradle", "dotnet"))
"""Managers whose later commands read the downloads where they are."""
LOCKED = frozenset(("gradle",))
"""Managers whose caches cannot be used by two builds at once.

Gradle notifies the owner of a lock in its cache through a local port, which another container cannot reach.
Source: docs.gradle.org/current/userguide/directory_layout.html
"""
_OWN_HOME = {"go": "GOPATH", "cargo": "CARGO_HOME"}
"""Variables that images of a toolchain set."""
_OTHERS = frozenset(("pip", "uv", "poetry", "pipenv", "npm", "yarn", "pnpm", "bun", "composer", "bundle"))
SUPPORTED = READ_LATER | _OTHERS
COMPOSER_VARIABLE = "COMPOSER_CACHE_DIR"
_OFFLINE = {
    "cargo": ("--offline", "--frozen"),
    "mvn": ("-o", "--offline"),
    "gradle": ("--offline",),
    "dotnet": ("--no-restore",),
}
"""Options with which a command needs the downloads of an earlier one."""
_MAY_BUILD = frozenset(
    ("make", "gmake", "just", "task", "mage", "ninja", "cmake", "sh", "bash", "ash", "bazel", "earthly")
)
"""Programs that may call a package manager."""


def cache_places(
    build: Build, stage: Stage, context: Context | None, run: Run, call: PackageCall, home: str
) -> list[str]:
    """The directories in which a call keeps its downloads; empty where they are unknown or part of the project."""
    state = build.state(run)
    if call.manager.name == "yarn":
        return _yarn(build, stage, context, run, home)
    if call.manager.name == "pnpm":
        data = state.vars.get("XDG_DATA_HOME") or f"{home}/.local/share"
        moved = "store-dir" in _text_of(build, stage, context, run, ".npmrc")
        return [] if moved else [f"{state.vars.get('PNPM_HOME') or f'{data}/pnpm'}/store"]
    if call.manager.name == "composer":
        folder = state.vars.get(COMPOSER_VARIABLE)
        return [folder or posixpath.join(state.vars.get("COMPOSER_HOME") or "/tmp", "cache")]
    if call.manager.name == "bundle":
        moved = "BUNDLE_PATH" in state.vars or "BUNDLE_DEPLOYMENT" in state.vars
        return [] if moved or not _is_ruby(build, stage, run) else ["/usr/local/bundle/cache"]
    if call.manager.name in _OWN_HOME and stage.base_facts is None and _OWN_HOME[call.manager.name] not in state.vars:
        return []
    if call.manager.name == "go" and not state.vars.get("GOMODCACHE"):
        folder = state.vars.get("GOPATH") or ("/go" if _name(stage) == "golang" else f"{home}/go")
        return [f"{folder}/pkg/mod", cache_directories(call.manager, home, state.vars)[1][0]]
    if call.manager.name == "cargo" and not state.vars.get("CARGO_HOME"):
        folder = "/usr/local/cargo" if _name(stage) == "rust" else f"{home}/.cargo"
        return [f"{folder}/registry", f"{folder}/git/db"]
    places = [each[0] for each in cache_directories(call.manager, home, state.vars)]
    if call.manager.name == "gradle" and call.program == "gradlew":
        places.append(places[0].removesuffix("caches") + "wrapper")
    return places[:1] if call.manager.name == "dotnet" else places


def _name(stage: Stage) -> str:
    return (stage.base_ref.name if stage.base_ref is not None else "") or ""


def _is_ruby(build: Build, stage: Stage, run: Run) -> bool:
    """Whether Bundler installs to the GEM_HOME of the official image."""
    before = stage.instructions[: build.index_of(run) + 1]
    texts = [step.logical.text for step in before if isinstance(step, Run)]
    moved = any(
        re.search(r"bundle config.*\b(path|deployment)\b|--path|--deployment|--standalone", text) for text in texts
    )
    return _name(stage) == "ruby" and not moved


def _text_of(build: Build, stage: Stage, context: Context | None, run: Run, name: str) -> str:
    """The text of the file that is copied to the directory of a RUN; empty without one."""
    folder = build.state(run).path(".")
    source = context_path(build, stage, context, posixpath.join(folder, name)) if context and folder else None
    return (read_context_file(context, source) or "") if context is not None and source else ""


def _yarn(build: Build, stage: Stage, context: Context | None, run: Run, home: str) -> list[str]:
    """The cache of Yarn 1, or the global one of later releases; empty where it is in the project."""
    folder = build.state(run).vars.get("YARN_CACHE_FOLDER")
    settings = _text_of(build, stage, context, run, ".yarnrc.yml")
    release = re.search(r'"packageManager"\s*:\s*"yarn@(\d+)', _text_of(build, stage, context, run, "package.json"))
    modern = bool(settings) or "__metadata:" in _text_of(build, stage, context, run, "yarn.lock")
    if (release is not None and int(release[1]) > 1) or modern:
        # Since release 4 the cache is global by default. Source: yarnpkg.com/configuration/yarnrc#enableGlobalCache
        setting = re.search(r"^enableGlobalCache:\s*(\w+)", settings, re.MULTILINE)
        is_global = setting[1] == "true" if setting is not None else release is not None and int(release[1]) > 3
        return [f"{home}/.yarn/berry/cache"] if is_global and not folder else []
    if folder:
        return [folder]
    # Yarn 1 uses this directory as root. Source: src/constants.js in github.com/yarnpkg/yarn
    return ["/usr/local/share/.cache/yarn"] if home == "/root" else [f"{home}/.cache/yarn"]


def is_used_later(build: Build, stage: Stage, run: Run, manager: str, places: list[str]) -> bool:
    """Whether what a manager downloads in a RUN may be needed where its cache is not mounted."""
    stages = [stage, *(each for each in build.stages if stage in each.ancestors)]
    later = [*stage.instructions[build.index_of(run) :], *(step for each in stages[1:] for step in each.instructions)]
    if manager == "mvn" and _has_own_artifacts(build, stages):
        return True
    if any(build.is_shipped(each) and _starts_manager(build, each, manager) for each in stages):
        return True
    return (
        any(_needs_downloads(build, step, manager) for step in later)
        or any(_copies_from(build, each, stages, places) for each in build.stages)
        or any(_refers_to(step, places) for step in stage.instructions)
    )


def _has_own_artifacts(build: Build, stages: list[Stage]) -> bool:
    """Whether Maven calls may read what an earlier one installs into the local repository, or it is elsewhere."""
    runs = [step for each in stages for step in each.instructions if isinstance(step, Run)]
    texts = [call.command.text for run in runs for call in build.package_calls(run) if call.manager.name == "mvn"]
    return any(re.search(r"\b(install|deploy)\b", text) for text in texts[:-1]) or any(
        "maven.repo.local" in run.logical.text for run in runs
    )


def _starts_manager(build: Build, stage: Stage, manager: str) -> bool:
    """Whether the image may start the manager."""
    commands = [step for step in stage.all_instructions() if isinstance(step, Cmd | Entrypoint | Healthcheck)]
    if not commands:
        return True
    for step in commands:
        calls = {id(call.command): call for call in build.package_calls(step)}
        for command in build.commands(step):
            call = calls.get(id(command))
            if call is not None and call.manager.name == manager and call.verb != "other":
                return True
            if command.name in _MAY_BUILD or command.name.endswith(".sh") or not command.name:
                return True
    return False


def _needs_downloads(build: Build, step: Instruction, manager: str) -> bool:
    """Whether a RUN calls the manager in an unknown way, or without access to the network."""
    if not isinstance(step, Run):
        return False
    if step.flag("network") is not None:
        return True
    calls = [call for call in build.package_calls(step) if call.manager.name == manager]
    if any(call.has(*_OFFLINE.get(manager, ())) for call in calls):
        return True
    known = {id(call.command) for call in build.package_calls(step)}
    programs = [
        command.words[0].value for command in build.commands(step) if command.words and id(command) not in known
    ]
    return any("/" in each or each in _MAY_BUILD or each.endswith(".sh") for each in programs)


def _sources(build: Build, stage: Stage, stages: list[Stage]) -> Iterator[str]:
    """What the instructions of a stage copy from some `stages`."""
    for step in stage.instructions:
        flag = step.flag("from") if isinstance(step, CopyOrAdd) else None
        if isinstance(step, CopyOrAdd) and flag is not None and build.source_stage(flag.value or "", stage) in stages:
            yield from (word.text for word in step.sources)
        if isinstance(step, Run) and any(f"from={each.name}" in step.logical.text for each in stages if each.name):
            yield "/"


def _copies_from(build: Build, stage: Stage, stages: list[Stage], places: list[str]) -> bool:
    """Whether a stage copies one of the directories, something in it or a parent of it from the `stages`."""
    return any(
        _related(source.rstrip("/") or "/", place) for source in _sources(build, stage, stages) for place in places
    )


def _related(path: str, place: str) -> bool:
    path = path if path.startswith("/") else "/" + path
    return "$" in path or (place + "/").startswith(path.rstrip("/") + "/") or path.startswith(place + "/")


def _refers_to(step: Instruction, places: list[str]) -> bool:
    """Whether an instruction puts something into one of the directories."""
    target = step.destination.text if isinstance(step, CopyOrAdd) and step.destination is not None else ""
    return any(target.startswith(place) for place in places)
