"""What must hold so that a stage on a distribution can be split, and saves something."""

from __future__ import annotations

from .....syntax.tree import Run
from ...base.rewrite import NothingToDo, RewriteRejected
from .package_parts import adds_package_source, is_left_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .....model.build import Build, Stage
    from .....model.packages.specs import Package
    from .....syntax.command import Command
    from .....syntax.tree import Instruction
    from ...base.system import AptInstall

CHANGING = frozenset("cd chmod cp ln ls mkdir mv rm sed touch".split())
"""Commands that change files, which the builder may need."""
_SETTINGS = CHANGING | frozenset("chown addgroup adduser echo groupadd locale-gen useradd usermod".split())
"""Commands that change files, users and settings, and depend on no build."""


def require_build_packages(build: Build, stage: Stage) -> None:
    """Raise NothingToDo when all packages that the stage installs are known, and none is only for builds."""
    packages = system_packages(build, stage)
    if all(package.kind == "name" for package in packages):
        _require_left_out(package.name for package in packages)


def system_packages(build: Build, stage: Stage) -> list[Package]:
    """The packages of the system that RUNs of the stage name."""
    runs = [step for step in stage.instructions if isinstance(step, Run)]
    calls = [call for run in runs for call in build.package_calls(run) if call.manager.ecosystem == "os"]
    return [package for call in calls for package in call.packages]


def require_saving(installs: Iterable[AptInstall], *, full: bool) -> None:
    """Raise NothingToDo when the final stage would get all packages; a `full` base image has more of them."""
    left = [{name for name in install.names() if is_left_out(name)} for install in installs]
    if any(left) and all(names <= install.removed for names, install in zip(left, installs, strict=True)):
        raise NothingToDo("what the build needs is removed by the RUN that installs it")
    if not full:
        _require_left_out(name for names in left for name in names)


def _require_left_out(names: Iterable[str]) -> None:
    if not any(map(is_left_out, names)):
        raise NothingToDo("no compilers, headers or build tools are installed, so a second stage saves nothing")


def require_independent(building: Sequence[Run], run: Run, command: Command) -> None:
    """Raise RewriteRejected when a command between two builds may need the first, or the second needs it."""
    if building[0].start < run.start < building[-1].start and command.name not in _SETTINGS:
        text = " ".join(command.text.split())[:60]
        raise RewriteRejected(f"`{text}` is between two builds, which may depend on each other; move it", run)


def require_sources_first(run: Run, installs: Sequence[Instruction]) -> None:
    """Raise RewriteRejected when a RUN adds a package source after the first install of packages."""
    if installs and run.start > installs[0].start and adds_package_source(run.arguments_text):
        text = " ".join(run.arguments_text.split())[:60]
        raise RewriteRejected(f"`{text}` adds a package source between installs of packages", run)
