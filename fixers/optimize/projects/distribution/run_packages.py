"""What a RUN installs with apt, where it also does other things."""

from __future__ import annotations

from ...base.rewrite import RewriteRejected
from ...base.run_steps import SYSTEM_PACKAGES, RunCommand, deletes_caches
from ...base.system import read_apt_install

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .....model.build import Build
    from .....syntax.tree import Run
    from ...base.system import AptInstall

_UPGRADES = ("upgrade", "dist-upgrade")
_PLAIN = ("", "&&", ";", "\n")


class RunPackages:
    """The commands of a RUN, divided.

    `install`: what apt installs, None for nothing; `upgrades`: the commands that upgrade packages of the base image
    `rest`: the other commands
    """

    def __init__(self, build: Build, run: Run, *, verbatim: bool) -> None:
        """`verbatim`: the builder keeps the RUN as it is, so only its installs must be certain to run."""
        calls = {id(call.command): call for call in build.package_calls(run)}
        system: list[RunCommand] = []
        self.rest: list[RunCommand] = []
        self.upgrades: list[str] = []
        for command in build.commands(run):
            call = calls.get(id(command))
            piece = RunCommand(command, SYSTEM_PACKAGES, call)
            of_system = call is not None and call.manager.ecosystem == "os"
            if (of_system or not verbatim) and not _is_certain(piece):
                raise RewriteRejected(f"whether `{piece.text[:60]}` runs is unknown; join the commands with `&&`", run)
            if of_system and call is not None and call.verb in _UPGRADES:
                self.upgrades.append(piece.text)
            elif of_system or (command.name == "rm" and deletes_caches(piece)):
                system.append(piece)
            elif verbatim or not _sets_options(piece):
                self.rest.append(piece)
        self.install: AptInstall | None = read_apt_install(system, run, mixed=True) if system else None


def _is_certain(piece: RunCommand) -> bool:
    """Whether a command always runs."""
    command = piece.command
    return not command.context and command.operator_before in _PLAIN and command.operator_after in _PLAIN


def _sets_options(piece: RunCommand) -> bool:
    """Whether a command only makes the shell stop or print."""
    words = [word.value for word in piece.command.args]
    return piece.command.name == "set" and all(word.lstrip("-").strip("eux") == "" for word in words)
