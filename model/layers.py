"""Layers: which instructions create one, what they depend on, and what is rebuilt after a change.

BuildKit runs a step again if the previous step ran again, if the files of a COPY or ADD changed, or if a build argument
declared before a RUN changed. LABEL, CMD and the like only change the image configuration.
Source: docs.docker.com/build/cache/invalidation/
"""

from __future__ import annotations

import posixpath

from ..syntax.tree import Add, Copy, CopyOrAdd, Run, Workdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..syntax.command import Command
    from ..syntax.tree import Instruction
    from .build import Build, Stage
    from .packages.calls import PackageCall
    from .packages.specs import Package

_COMPILERS = frozenset(
    ("make", "cmake", "ninja", "meson", "bazel", "gcc", "g++", "cc", "clang", "javac", "sbt", "lein", "mix", "stack",
     "cabal", "ghc", "rebar3", "swift", "zig", "msbuild", "ng", "tsc", "webpack", "vite", "hugo", "configure", "rake",
     "gulp", "grunt", "bower", "ant", "autoreconf")
)  # fmt: skip
_INTERPRETERS = frozenset(
    ("sh", "bash", "dash", "ash", "zsh", "ksh", "source", ".", "node", "nodejs", "ruby", "perl", "php", "python",
     "python2", "python3", "pwsh", "powershell", "Rscript", "lua", "deno", "java", "eval")
)  # fmt: skip
_SLOW_VERBS = frozenset(("install", "restore", "upgrade", "dist-upgrade", "build-deps", "download"))
_PROJECT_VERBS = frozenset(("build", "run", "exec"))
_SHELLS = frozenset(("sh", "bash", "dash", "ash"))
_PLAIN = frozenset(
    ("", "rm", "set", "export", "true", ":", "mkdir", "cd", "chmod", "chown", "touch", "useradd", "adduser", "groupadd",
     "addgroup", "usermod", "echo", "printf", "ls", "pwd", "ldconfig", "ln", "curl", "wget", "gpg", "tee", "apt-key",
     "add-apt-repository", "apt-add-repository", "locale-gen", "update-locale", "update-ca-certificates", "lsb_release",
     "debconf-set-selections", "dpkg-reconfigure", "yum-config-manager", "docker-php-ext-install",
     "docker-php-ext-configure", "docker-php-ext-enable", "pecl", "a2enmod", "a2dismod", "apt-mark", "localedef",
     "update-alternatives", "corepack")
)  # fmt: skip
"""Commands that only prepare an install, and read no files of the project."""
_HARMLESS = frozenset(("rm", "set", "export", "true"))
_NAMED_KINDS = frozenset(("name", "group"))


def makes_layer(instruction: Instruction) -> bool:
    """Whether the instruction writes files into the image. (WORKDIR may, but only an empty directory.)"""
    return isinstance(instruction, (Run, Copy, Add))


def inherited_instructions(stage: Stage) -> Iterator[Instruction]:
    """The instructions of the stage and its ancestors, in the order of the layers."""
    for ancestor in reversed(stage.ancestors):
        yield from ancestor.instructions
    yield from stage.instructions


def first_step(stage: Stage, key: object, matches: Callable[[Instruction], bool]) -> int:
    """The index of the first instruction of the stage that matches; the number of instructions if none does.

    Searched once per `key` and stage.
    """
    steps = stage.instructions
    return stage.build.cached(
        ("first step", key, stage.index),
        lambda: next((number for number, step in enumerate(steps) if matches(step)), len(steps)),
    )


def has_step(stage: Stage, key: object, matches: Callable[[Instruction], bool]) -> bool:
    """Whether an instruction of the stage or one of its ancestors matches; searched once per `key` and stage."""

    def compute(each: Stage, inherited: bool | None) -> bool:
        return bool(inherited) or first_step(each, key, matches) < len(each.instructions)

    return stage.inherit(("has step", key), compute)


def has_earlier_step(
    build: Build, instruction: Instruction, key: object, matches: Callable[[Instruction], bool]
) -> bool:
    """Whether an instruction before this one, in its stage or an ancestor, matches; searched once per `key` and stage.

    False before the first FROM.
    """
    stage = build.stage_of(instruction)
    if stage is None:
        return False
    if first_step(stage, key, matches) < build.index_of(instruction):
        return True
    return stage.parent is not None and has_step(stage.parent, key, matches)


def is_workdir(step: Instruction) -> bool:
    """Whether the instruction is a WORKDIR."""
    return isinstance(step, Workdir)


def local_sources(build: Build, instruction: CopyOrAdd) -> Iterator[str]:
    """The known sources of COPY or ADD in the build context, relative to it; "" is the whole context.

    Skips sources of `--from`, heredocs, URLs and arguments with unknown variables.
    """
    if isinstance(instruction, Copy) and instruction.flag("from"):
        return
    for source in instruction.sources:
        value = None if source.text.startswith("<<") else build.value(instruction, source)
        if value is not None and not (isinstance(instruction, Add) and is_remote_source(value)):
            yield posixpath.normpath("/" + value).lstrip("/")


def is_remote_source(source: str) -> bool:
    """Whether ADD downloads the source: a URL or a git repository."""
    return source.startswith(("http://", "https://", "git@", "git://", "ssh://"))


def copies_whole_context(build: Build, instruction: CopyOrAdd) -> bool:
    """Whether COPY or ADD copies the whole context: `.`, `./`, `/`, `*` or `./*`."""
    if instruction.flag("exclude"):
        return False
    return any(source in ("", "*", "**") for source in local_sources(build, instruction))


def first_package_download(build: Build, run: Run) -> PackageCall | None:
    """The first call in a RUN that downloads packages, which makes its layer worth caching."""
    return next(
        (call for call in build.package_calls(run) if call.verb in _SLOW_VERBS and not _installs_project(call)), None
    )


def runs_project_code(build: Build, run: Run) -> bool:
    """Whether a RUN compiles, or runs a script or program of the project, which may read any file."""
    calls = build.package_calls(run)
    known = {id(call.command) for call in calls}
    return any(call.verb in _PROJECT_VERBS or _installs_project(call) for call in calls) or any(
        id(command) not in known and _is_project_code(command) for command in build.commands(run)
    )


def _installs_project(call: PackageCall) -> bool:
    return any(package.kind in ("project", "file") for package in call.packages)


def _is_project_code(command: Command) -> bool:
    if command.name in _COMPILERS or not command.words:
        return command.name in _COMPILERS
    if command.name in _INTERPRETERS:
        return any(not word.value.startswith("-") for word in command.args) and not command.has("-c", "-e", "-m", "-r")
    program = command.words[0].value
    return program.startswith("$") or ("/" in program and not program.startswith(("/usr/", "/bin/", "/sbin/")))


def reads_no_project_files(build: Build, run: Run) -> bool:
    """Whether a RUN reads no files of the project except the manifests of its installs."""
    calls = build.package_calls(run)
    known = {id(call.command) for call in calls}
    return not any(call.verb in _PROJECT_VERBS or _installs_project(call) for call in calls) and all(
        id(command) in known or _is_plain(command) for command in build.commands(run)
    )


def named_package_installs(build: Build, run: Run) -> list[PackageCall]:
    """The installs of a RUN that only installs packages by name and reads no files; empty for any other RUN."""
    calls = build.package_calls(run)
    if not calls or not all(map(_is_independent, calls)) or not reads_no_project_files(build, run):
        return []
    return [call for call in calls if call.verb == "install"]


def sole_package_install(build: Build, run: Run) -> PackageCall | None:
    """The only install in a RUN that otherwise refreshes lists, cleans up or sets variables; None for any other RUN."""
    found: PackageCall | None = None
    calls = build.package_calls(run)
    known = {id(call.command) for call in calls}
    for command in build.commands(run):
        harmless = command.name in _HARMLESS or not command.words
        if id(command) not in known and not harmless:
            return None
    for call in calls:
        if call.verb == "install":
            # Packages from another index, and files with requirements, cannot be merged into one list.
            if found is not None or call.requirements or any(package.kind != "name" for package in call.packages):
                return None
            if call.value("-i", "--index-url", "--extra-index-url", "-t", "--target-release", "--target"):
                return None
            found = call
        elif call.verb not in ("update-index", "clean"):
            return None
    return found


def _is_plain(command: Command) -> bool:
    """Whether a command reads no files of the project: it creates directories, sets permissions, downloads keys."""
    name = command.name
    if name == "sed":
        return command.args[-1].value.startswith("/etc/") if command.args else False
    if name in _SHELLS:
        return command.operator_before == "|" and all(word.value.startswith("-") for word in command.args)
    return name in _PLAIN and bool(name or not command.words)


def _is_independent(call: PackageCall) -> bool:
    """Whether the call reads no files in its working directory."""
    manager = call.manager
    if manager.ecosystem == "os":
        return call.verb != "build" and all(package.kind in _NAMED_KINDS for package in call.packages)
    if call.verb in ("clean", "config", "remove"):
        return True
    if call.verb != "install" or call.uncertain or call.requirements or call.constraints or not call.packages:
        return False
    if any(package.kind != "name" for package in call.packages):
        return False
    if manager.ecosystem == "node":
        return call.has("-g", "--global") or call.path.startswith("global")
    if manager.name == "go":
        return call.path == "install" and all(package.version for package in call.packages)
    return manager.name in ("pip", "pipx", "gem", "cargo") and not call.value("-f", "--find-links", "-t", "--target")


def removed_packages(build: Build, steps: Iterable[Instruction]) -> Iterator[tuple[Run, list[Package], list[Run]]]:
    """Packages of the operating system that a RUN removes although an earlier RUN installed them.

    Yields the removing RUN, the packages, and the RUNs that installed them.
    """
    installed: dict[tuple[str, str], Run] = {}
    for run in steps:
        if not isinstance(run, Run):
            continue
        for call in build.package_calls(run):
            if call.manager.ecosystem != "os":
                continue
            family = call.manager.family
            if call.verb == "install":
                installed.update(dict.fromkeys(((family, name) for name in _installed_names(call)), run))
            elif call.verb == "remove":
                pairs = [(package, installed.pop((family, package.name), run)) for package in call.packages]
                late = [(package, installer) for package, installer in pairs if installer is not run]
                if late:
                    yield run, [package for package, _ in late], list(dict.fromkeys(each for _, each in late))


def _installed_names(call: PackageCall) -> list[str]:
    """The names by which the packages can be removed: of `apk add --virtual` only that of the group."""
    virtual = call.value("-t", "--virtual") if call.manager.family == "apk" else None
    return [virtual] if virtual else [package.name for package in call.packages if package.kind == "name"]


def rebuilt_after(build: Build, instruction: Instruction) -> list[Instruction]:
    """The instructions with layers that run again if the result of `instruction` changes; without itself."""
    first = build.stage_of(instruction)
    if first is None:
        return []
    found = [i for i in first.instructions[build.index_of(instruction) + 1 :] if makes_layer(i)]
    changed = {first.index}
    for stage in build.stages[first.index + 1 :]:
        start = _first_dependent(build, stage, changed)
        if start is not None:
            changed.add(stage.index)
            found += [i for i in stage.instructions[start:] if makes_layer(i)]
    return found


def _first_dependent(build: Build, stage: Stage, changed: set[int]) -> int | None:
    """The index of the first instruction of `stage` that uses one of the changed stages, or None."""
    if stage.parent is not None and stage.parent.index in changed:
        return 0
    numbers = [
        build.index_of(instruction)
        for source, instruction in build.stage_dependencies(stage)
        if source.index in changed and instruction is not stage.from_
    ]
    return min(numbers, default=None)
