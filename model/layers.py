"""Layers: which instruction makes one, which inputs invalidate it, and what is rebuilt after a change.

Source: docs.docker.com/build/cache/invalidation/. BuildKit runs a step again when the step before it ran again, when
the files that COPY or ADD takes changed, or when a build argument that is declared before a RUN changed. LABEL,
CMD and the like change only the image's configuration.
"""

from __future__ import annotations

import posixpath

from ..syntax.tree import Add, Copy, CopyOrAdd, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
_OWN_CODE = frozenset(("build", "run", "exec"))
_SHELLS = frozenset(("sh", "bash", "dash", "ash"))
_PLAIN = frozenset(
    ("", "rm", "set", "export", "true", ":", "mkdir", "cd", "chmod", "chown", "touch", "useradd", "adduser", "groupadd",
     "addgroup", "usermod", "echo", "printf", "ls", "pwd", "ldconfig", "ln", "curl", "wget", "gpg", "tee", "apt-key",
     "add-apt-repository", "apt-add-repository", "locale-gen", "update-locale", "update-ca-certificates", "lsb_release",
     "debconf-set-selections", "dpkg-reconfigure", "yum-config-manager", "docker-php-ext-install",
     "docker-php-ext-configure", "docker-php-ext-enable", "pecl", "a2enmod", "a2dismod", "apt-mark", "localedef",
     "update-alternatives", "corepack")
)  # fmt: skip
"""Commands that prepare an install at most, and read nothing of the project."""
_HARMLESS = frozenset(("rm", "set", "export", "true"))
_NAMED_KINDS = frozenset(("name", "group"))


def makes_layer(instruction: Instruction) -> bool:
    """Whether the instruction writes files into the image. (WORKDIR may, but only an empty folder.)"""
    return isinstance(instruction, (Run, Copy, Add))


def inherited_instructions(stage: Stage) -> Iterator[Instruction]:
    """The instructions whose layers the stage is made of: those of the stages that it is FROM, then its own."""
    for ancestor in reversed(stage.ancestors):
        yield from ancestor.instructions
    yield from stage.instructions


def local_sources(build: Build, instruction: CopyOrAdd) -> Iterator[str]:
    """The known sources of COPY or ADD in the build context, relative to it; the whole context is the empty text.

    Sources of `--from`, heredocs, URLs and words with unknown variables are left out.
    """
    if isinstance(instruction, Copy) and instruction.flag("from"):
        return
    for source in instruction.sources:
        value = None if source.text.startswith("<<") else build.value(instruction, source)
        if value is not None and not (isinstance(instruction, Add) and is_remote_source(value)):
            yield posixpath.normpath("/" + value).lstrip("/")


def is_remote_source(source: str) -> bool:
    """Whether ADD fetches the source: a URL or a git repository."""
    return source.startswith(("http://", "https://", "git@", "git://", "ssh://"))


def copies_whole_context(build: Build, instruction: CopyOrAdd) -> bool:
    """Whether COPY or ADD takes everything that the context sends: `.`, `./`, `/`, `*` or `./*`."""
    if instruction.flag("exclude"):
        return False
    return any(source in ("", "*", "**") for source in local_sources(build, instruction))


def first_package_download(build: Build, run: Run) -> PackageCall | None:
    """The first call in a RUN that fetches packages, and so makes it worth keeping in the cache."""
    return next(
        (call for call in build.package_calls(run) if call.verb in _SLOW_VERBS and not _takes_project(call)), None
    )


def runs_project_code(build: Build, run: Run) -> bool:
    """Whether a RUN compiles, or runs a script or a program of the project: what that reads cannot be told."""
    calls = build.package_calls(run)
    known = {id(call.command) for call in calls}
    return any(call.verb in _OWN_CODE or _takes_project(call) for call in calls) or any(
        id(command) not in known and _is_own_code(command) for command in build.commands(run)
    )


def _takes_project(call: PackageCall) -> bool:
    return any(package.kind in ("project", "file") for package in call.packages)


def _is_own_code(command: Command) -> bool:
    if command.name in _COMPILERS or not command.words:
        return command.name in _COMPILERS
    if command.name in _INTERPRETERS:
        return any(not word.value.startswith("-") for word in command.args) and not command.has("-c", "-e", "-m", "-r")
    program = command.words[0].value
    return program.startswith("$") or ("/" in program and not program.startswith(("/usr/", "/bin/", "/sbin/")))


def reads_no_project_files(build: Build, run: Run) -> bool:
    """Whether a RUN reads no file of the project, but for the manifests of its installs."""
    calls = build.package_calls(run)
    known = {id(call.command) for call in calls}
    return not any(call.verb in _OWN_CODE or _takes_project(call) for call in calls) and all(
        id(command) in known or _is_plain(command) for command in build.commands(run)
    )


def named_package_installs(build: Build, run: Run) -> list[PackageCall]:
    """The installs of a RUN that needs no file at all: packages by name, and what goes with them; else empty."""
    calls = build.package_calls(run)
    if not calls or not all(map(_is_independent, calls)) or not reads_no_project_files(build, run):
        return []
    return [call for call in calls if call.verb == "install"]


def sole_package_install(build: Build, run: Run) -> PackageCall | None:
    """The one install of named packages in a RUN that else only refreshes, cleans up or sets variables."""
    found: PackageCall | None = None
    calls = build.package_calls(run)
    known = {id(call.command) for call in calls}
    for command in build.commands(run):
        harmless = command.name in _HARMLESS or not command.words
        if id(command) not in known and not harmless:
            return None
    for call in calls:
        if call.verb == "install":
            # Wheels of one index for another program, or a file of requirements, are no list to be joined.
            if found is not None or call.requirements or any(package.kind != "name" for package in call.packages):
                return None
            if call.value("-i", "--index-url", "--extra-index-url", "-t", "--target-release", "--target"):
                return None
            found = call
        elif call.verb not in ("update-index", "clean"):
            return None
    return found


def _is_plain(command: Command) -> bool:
    """Whether a command reads no file of the project: it makes folders, sets rights, fetches keys and the like."""
    name = command.name
    if name == "sed":
        return command.args[-1].value.startswith("/etc/") if command.args else False
    if name in _SHELLS:
        return command.operator_before == "|" and all(word.value.startswith("-") for word in command.args)
    return name in _PLAIN and bool(name or not command.words)


def _is_independent(call: PackageCall) -> bool:
    """Whether the call reads nothing in the folder where it runs."""
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
    """The operating system's packages that a RUN removes and earlier ones installed: RUN, packages, those RUNs."""
    installed: dict[tuple[str, str], Run] = {}
    for run in steps:
        for call in build.package_calls(run) if isinstance(run, Run) else ():
            assert isinstance(run, Run)
            family, packages = call.manager.family, call.packages
            if call.manager.ecosystem != "os":
                continue
            if call.verb == "install":
                virtual = call.value("-t", "--virtual") if family == "apk" else None
                names = [virtual] if virtual else [package.name for package in packages if package.kind == "name"]
                for name in names:
                    installed[family, name] = run
            elif call.verb == "remove":
                pairs = [(package, installed.pop((family, package.name), run)) for package in packages]
                late = [(package, maker) for package, maker in pairs if maker is not run]
                if late:
                    yield run, [package for package, _ in late], list(dict.fromkeys(maker for _, maker in late))


def rebuilt_after(build: Build, instruction: Instruction) -> list[Instruction]:
    """The instructions that make layers and run again when the result of `instruction` changes, itself left out."""
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
    """The number of the first instruction of `stage` that needs one of the changed stages."""
    if stage.parent is not None and stage.parent.index in changed:
        return 0
    numbers = [
        build.index_of(instruction)
        for source, instruction in build.stage_dependencies(stage)
        if source.index in changed and instruction is not stage.from_
    ]
    return min(numbers, default=None)
