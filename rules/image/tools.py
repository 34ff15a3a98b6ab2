"""What a build uses that is in the full variant of an official image but not in the slim one."""

from __future__ import annotations

from ...syntax.tree import Cmd, Entrypoint, Healthcheck, Run
from .slim_contents import MISSING_FROM_SLIM, NATIVE_PACKAGES, PURE_PACKAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.command import Command


class FullImageNeeds:
    """What an image uses that its full base image has and the slim variant lacks.

    - `tools`: programs that a RUN starts
    - `compiling_install`: describes an install that certainly needs a compiler, or empty
    - `maybe_compiling_install`: the command of an install that may need one, or empty
    - `runtime_programs`: programs started by CMD, ENTRYPOINT or HEALTHCHECK, to their Debian package, which is empty
      if slim images cannot have it
    """

    __slots__ = ("compiling_install", "maybe_compiling_install", "runtime_programs", "tools")

    def __init__(self) -> None:
        self.tools: set[str] = set()
        self.compiling_install = ""
        self.maybe_compiling_install = ""
        self.runtime_programs: dict[str, str] = {}


def full_image_needs(build: Build, stages: Sequence[Stage], image: str) -> FullImageNeeds:
    """What `stages`, based on the full variant of `image`, need; `runtime_programs` only of the shipped ones."""
    lacking = MISSING_FROM_SLIM.get(image, {})
    tools, runtime_programs, installs = _uses(build, stages, lacking)
    installed = {package.name for call in installs if call.manager.ecosystem == "os" for package in call.packages}
    found = FullImageNeeds()
    found.tools = {each for each in tools if lacking[each] not in installed and each not in installed}
    packages = {each: lacking[each] for each in runtime_programs}
    found.runtime_programs = {
        each: package for each, package in packages.items() if package not in installed or not package
    }
    if "gcc" in lacking and installed.isdisjoint(("build-essential", "gcc", "g++", "clang")):
        _note_compiling(found, [call for call in installs if call.manager.ecosystem != "os"], installed)
    return found


def _uses(
    build: Build, stages: Sequence[Stage], lacking: Mapping[str, str]
) -> tuple[set[str], set[str], list[PackageCall]]:
    """The programs in `lacking` that RUNs start, those that shipped stages start at run time, and all installs."""
    tools: set[str] = set()
    runtime_programs: set[str] = set()
    installs: list[PackageCall] = []
    for stage in stages:
        for instruction in stage.instructions:
            if isinstance(instruction, (Run, Cmd, Entrypoint, Healthcheck)):
                programs = {c.name for c in build.commands(instruction) if c.name in lacking and _may_be_in_base(c)}
                if isinstance(instruction, Run):
                    tools |= programs
                    installs += build.package_calls(instruction)
                elif build.is_shipped(stage):
                    runtime_programs |= programs
    return tools, runtime_programs, installs


def _may_be_in_base(command: Command) -> bool:
    """Whether the program may be in the base image, rather than in a directory that the build created."""
    directory = command.words[0].value.rpartition("/")[0]
    return directory in ("", ".", "/usr/bin", "/bin") or directory.startswith("$")


def _note_compiling(found: FullImageNeeds, installs: Sequence[PackageCall], installed: set[str]) -> None:
    """Set `compiling_install` and `maybe_compiling_install`."""
    headers = sorted(package for package in installed if package.endswith("-dev"))
    for call in installs:
        if call.manager.ecosystem not in ("python", "node", "ruby") or call.verb not in ("install", "restore"):
            continue
        names = {package.name.lower().replace("_", "-").partition("[")[0] for package in call.packages}
        shown = f"{call.program} {call.path}".rstrip()
        sure = sorted(names & NATIVE_PACKAGES)
        if sure or headers:
            what = f"`{shown} {sure[0]}` compiles" if sure else f"`{shown}` compiles against `{headers[0]}`"
            found.compiling_install = found.compiling_install or what
        elif not names or call.requirements or not names <= PURE_PACKAGES:
            found.maybe_compiling_install = found.maybe_compiling_install or shown


def needs_man_pages(build: Build, stages: Sequence[Stage]) -> bool:
    """Whether the build needs manual pages or translations, which slim images exclude."""
    for run in (i for stage in stages for i in stage.instructions if isinstance(i, Run)):
        if any(
            package.name in ("man-db", "manpages", "manpages-dev")
            for c in build.package_calls(run)
            for package in c.packages
        ):
            return True
        if any("docker-no-languages" in word.value for command in build.commands(run) for word in command.words):
            return True
    return False
