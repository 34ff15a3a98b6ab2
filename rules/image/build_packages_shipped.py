"""OPT022."""

from __future__ import annotations

import re

from ...model.packages.runtime_libraries import is_build_package, runtime_libraries_for
from ...syntax.tree import Cmd, Entrypoint, Expose, Run
from ..base import INFO, LOW, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from ..packages.package_findings import PackageSpan
from ..runtime.started_scripts import starting_instructions, starts_interpreter
from ..stages.development import is_shipped_image
from ..text import join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...model.packages.specs import Package
    from ...syntax.tree import Instruction

_ALPINE = frozenset(("build-base", "alpine-sdk", "musl-dev", "linux-headers", "gcc", "g++", "make", "cmake", "clang"))
_KEPT = frozenset(("make", "patch", "dpkg-dev", "python3-dev", "python-dev", "libc-dev", "libc6-dev", "ccache"))
"""Small packages, or ones that are of use at run time, which alone are not worth another stage."""


_COMPILERS = frozenset(("build-essential", "build-base", "alpine-sdk", "gcc", "g++", "clang", "cmake", "make", "bison"))
_COMPILER = ("gcc-", "g++-", "clang-", "llvm-")
_COMPILING = ("nvidia/", "cuda", "rocm/", "tensorflow", "pytorch", "jupyter", "intel/")
"""Parts of names of images whose libraries compile at run time, or whose users compile."""


@rule(
    "OPT022",
    level=INFO,
    since="0.1",
    confidence=MEDIUM,
    onbuild=False,
    scope=SHIPPED,
    subject=("compile", "compiler", "compilers", "compiling", "headers?", "run ?time", "toolchain", "build tools"),
)
def build_packages_shipped(build: Build) -> Iterator[Finding]:
    """The final image contains compilers and headers that only the build needs.

    ## Why
    `build-essential` alone is 250 MB. Each pull transfers it, scanners report its vulnerabilities, and an attacker
    finds a compiler in the container.

    ## What to do
    Compile in a stage of its own and copy the result: `FROM base AS build`, `FROM base`, `COPY --from=build …`. In the
    final stage install the runtime libraries, `libpq5` instead of `libpq-dev`. Or remove the packages in the same RUN.

    ## Exceptions
    - Images that start nothing (no CMD, ENTRYPOINT or EXPOSE) or a shell: they are made to build in.
    - A final stage or a file whose name says that it is for development or tests.
    - Packages that a later command of the same RUN removes; those that another RUN removes are reported by OPT003.
    - Compilers in an image that installs no dependencies of an application have low confidence, and those in images of
      CUDA and ROCm, whose libraries compile at run time: the image may be made to build in.
    """
    final = build.final_stage
    if final is None or not is_shipped_image(build):
        return
    steps = [step for stage in (*reversed(final.ancestors), final) for step in stage.instructions]
    if not any(isinstance(step, (Cmd, Entrypoint, Expose)) for step in steps):
        return
    if starts_interpreter(build, starting_instructions([final, *final.ancestors])):
        return
    removed = _removed_names(build, steps)
    found: list[tuple[list[Package], str]] = []
    for run in (step for step in steps if isinstance(step, Run)):
        for call in [] if _removes_unnamed(build, run) else build.package_calls(run):
            packages = _build_packages(call, removed)
            if packages:
                found.append((packages, _advice(build, run, packages, steps)))
    has_compiler = any(
        package.name in _COMPILERS or package.name.startswith(_COMPILER) for ps, _ in found for package in ps
    )
    confidence = LOW if has_compiler and not _installs_application(build, final, steps) else ""
    for packages, advice in found:
        names = join_quoted([package.name for package in packages])
        verb = "is" if len(packages) == 1 else "are"
        message = f"{names} {verb} only needed to build but part of the final image; {advice}"
        yield Finding(message, PackageSpan(packages), confidence=confidence)


def _advice(build: Build, run: Run, packages: Sequence[Package], steps: Sequence[Instruction]) -> str:
    """The remedy. An image whose RUNs, among `steps`, compile nothing only needs the libraries themselves."""
    names = _runtime_libraries(build, run, packages)
    if not _compiles(build, steps):
        if all(package.name.endswith("-dev") and package.name not in _ALPINE for package in packages):
            return f"install {join_quoted(names) if names else 'only the runtime libraries'} instead"
        if any(stage.instructions and stage.parent is None and not build.is_shipped(stage) for stage in build.stages):
            return f"install {'it' if len(packages) == 1 else 'them'} in the stage that builds"
    return f"build in another stage{f' and install {join_quoted(names)} in the final one' if names else ''}"


def _compiles(build: Build, steps: Sequence[Instruction]) -> bool:
    """Whether a RUN among `steps` may compile something."""
    for run in (step for step in steps if isinstance(step, Run)):
        functions = _FUNCTION.findall(build.script(run).text)
        if any(each.name not in _NOT_COMPILING and each.name not in functions for each in build.commands(run)):
            return True
    return False


_FUNCTION = re.compile(r"([\w-]+)\s*\(\)")
"""The definition of a shell function, whose commands are checked themselves."""
_NOT_COMPILING = frozenset(
    "apt apt-get apk [ addgroup adduser cat cd chmod chown cp curl dpkg-reconfigure echo export find gpg groupadd "
    "install ldconfig ln locale-gen mkdir mv printf rm sed set sleep tar tee test touch true update-ca-certificates "
    "useradd usermod wget".split()
)
"""Programs that install packages, download or change files."""


def _runtime_libraries(build: Build, run: Run, packages: Sequence[Package]) -> list[str]:
    """The libraries that programs compiled against the packages need at run time; empty if one is unknown.

    In a release of Debian or Ubuntu that the table lacks, they are those that have the same name in all others.
    """
    stage = build.stage_of(run)
    facts = stage.base_facts if stage is not None else None
    if facts is None or facts.suite is None:
        return []
    found = [runtime_libraries_for(package.name, facts.suite) for package in packages]
    if None in found and facts.family in ("debian", "ubuntu"):
        found = [runtime_libraries_for(package.name, None) for package in packages]
    names = list(dict.fromkeys(name for libraries in found for name in libraries or ()))
    return names if None not in found and len(names) <= _MOST_LIBRARIES else []


_MOST_LIBRARIES = 4
"""So many runtime libraries a message names."""


def _installs_application(build: Build, final: Stage, steps: Sequence[Instruction]) -> bool:
    """Whether the image installs the dependencies of an application, which is what the compilers are for."""
    root = [final, *final.ancestors][-1]
    if any(name in (root.image or "") for name in _COMPILING):
        return False
    calls = (call for step in steps if isinstance(step, Run) for call in build.package_calls(step))
    return any(
        call.manager.ecosystem != "os"
        and (call.verb == "restore" or (call.verb == "install" and any(p.kind != "name" for p in call.packages)))
        for call in calls
    )


def _build_packages(call: PackageCall, removed: set[str]) -> list[Package]:
    """The compilers and headers that an install brings, if they are worth another stage."""
    if call.manager.family not in ("apt", "apk") or call.verb != "install" or call.has("-t", "--virtual"):
        return []
    named = [package for package in call.packages if package.kind == "name" and package.name not in removed]
    known = _ALPINE if call.manager.family == "apk" else ()
    found = [p for p in named if p.name in known or (is_build_package(p.name) and not p.name.startswith("ca-"))]
    return found if any(package.name not in _KEPT for package in found) else []


def _removes_unnamed(build: Build, run: Run) -> bool:
    """Whether the RUN removes packages that it does not name: by `apt-mark auto`, from a variable or a pipe."""
    if any(command.name == "apt-mark" and "auto" in command.text for command in build.commands(run)):
        return True
    for call in build.package_calls(run):
        if call.verb == "remove" and (call.uncertain or "xargs" in call.command.wrappers):
            return True
        if call.verb == "remove" and any(package.kind != "name" for package in call.packages):
            return True
    return False


def _removed_names(build: Build, steps: Sequence[Instruction]) -> set[str]:
    """The names of all packages that a RUN removes."""
    runs = [step for step in steps if isinstance(step, Run)]
    calls = [call for run in runs for call in build.package_calls(run) if call.verb == "remove"]
    return {package.name for call in calls for package in call.packages}


EXAMPLES = (
    Bad(
        "RUN apt-get update && apt-get install -y «build-essential libpq-dev» && make\nCMD a",
        message="`build-essential` and `libpq-dev` are only needed to build",
    ),
    Good(
        "FROM debian:12 AS build\nRUN apt-get install -y build-essential && make\n"
        "FROM debian:12-slim\nRUN apt-get install -y libpq5\nCOPY --from=build /a /a\nCMD a"
    ),
    Bad("FROM alpine:3.22\nRUN apk add --no-cache curl «gcc musl-dev»\nCMD a"),
    Bad(
        "FROM debian:13-slim\nRUN apt-get install -y «libpq-dev libicu-dev»\nCMD a",
        message="of the final image; install `libpq5` and `libicu76` instead",
        why="the file compiles nothing",
    ),
    Bad(
        "FROM debian:13-slim\nRUN apt-get install -y «libpq-dev» && make\nCMD a",
        message="build in another stage and install `libpq5` in the final one",
    ),
    Bad(
        "FROM ubuntu:24.04\nRUN i() { apt-get update && apt-get install -y «libjemalloc-dev»; }; i || (sleep 9 && i)\n"
        "CMD a",
        message="install `libjemalloc2` instead",
        why="a function of the RUN that compiles nothing",
    ),
    Bad(
        "FROM python:3.11-slim-bookworm\nRUN apt-get install -y «libomp-dev» && make\nCMD a",
        message="install `libomp5-14` in the final one",
    ),
    Bad("FROM example.com/a:1\nRUN apt-get install -y «libpq-dev» && make\nCMD a", message="build in another stage"),
    Bad(
        "FROM rust:1.80 AS build\nRUN cargo build\n"
        "FROM debian:sid\nRUN apt-get install -y «libpq-dev»\nCOPY --from=build /a /a\nCMD a",
        message="is only needed to build but part of the final image; install `libpq5` instead",
        why="the name is the same in all releases",
    ),
    Bad(
        "FROM rust:1.80 AS build\nRUN cargo build\n"
        "FROM ubuntu:latest\nRUN apt-get install -y «libicu-dev»\nCOPY --from=build /a /a\nCMD a",
        message="install only the runtime libraries instead",
    ),
    Bad(
        "FROM node:22 AS web\nRUN npm ci\n"
        "FROM debian:13\nRUN apt-get install -y «libpq-dev» && make\nCOPY --from=web /a /a\nCMD a",
        message="build in another stage and install `libpq5` in the final one",
        why="the final stage compiles",
    ),
    Bad(
        "FROM debian:12 AS build\nRUN make\n"
        "FROM debian:12\nRUN apt-get install -y «g++»\nCOPY --from=build /a /a\nCMD a",
        message="install it in the stage that builds",
    ),
    Bad("FROM debian:12 AS base\nRUN apt-get install -y «g++»\nFROM base\nCMD a", why="inherited"),
    Good("RUN apt-get install -y gcc && make && apt-get purge -y gcc\nCMD a", why="removed again"),
    Good("FROM alpine:3.22\nRUN apk add --virtual .build gcc && make && apk del .build\nCMD a"),
    Good("RUN apt-get install -y gcc && make && apt-mark auto '.*' && apt-get autoremove -y\nCMD a"),
    Good('RUN D="gcc" && apt-get install -y $D g++ && make && apt-get purge -y $D\nCMD a', why="unknown packages"),
    Good("RUN apt-get install -y g++\nCMD bash", why="a base image or a tool"),
    Good("RUN apt-get install -y build-essential", why="an image to build in"),
    Good("FROM debian:12 AS dev\nRUN apt-get install -y build-essential\nCMD a", why="for development"),
    Good("RUN apt-get install -y curl make\nCMD a", why="small"),
)
