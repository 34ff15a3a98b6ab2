"""DL3001."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from ..options import pedantic
from .shell_programs import program_span, sequential_commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_REASONS = {
    "free": "it shows the memory of the build machine",
    "kill": "no process of the image is running",
    "mount": "it needs privileges and the mount does not persist; use `RUN --mount`",
    "ps": "no process of the image is running",
    "service": "the service stops when this RUN ends; start it in CMD or ENTRYPOINT",
    "shutdown": "there is no system to shut down",
    "ssh": "a build has no key and no terminal; use `RUN --mount=type=ssh`",
    "top": "it needs a terminal",
    "vim": "an editor needs a terminal",
}
_HELP_OPTIONS = ("--version", "--help", "-V", "-h")


@rule("DL3001", level=INFO, since="0.1")
def pointless_command(run: Run, build: Build) -> Iterator[Finding]:
    """A command has no effect in a build.

    ## Why
    A build has no running services, no terminal and no user. A process started by `service nginx start` ends with its
    RUN.

    ## Exceptions
    - Commands used within the same RUN: a service that later commands connect to, `kill` and `ps` for background
      processes, `ssh` with an SSH mount, `mount` with `--security=insecure`, vim with commands (`+`, `-c`).

    ## Options
    - `pedantic`: also report commands that are used within the same RUN.
    """
    commands = build.commands(run)
    for index, command in enumerate(commands):
        reason = _REASONS.get(command.name)
        if reason and (pedantic(build) or not _is_useful(command, commands, index, run)):
            yield Finding(f"`{command.name}` has no effect in a build: {reason}", program_span(command))


def _is_useful(command: Command, commands: Sequence[Command], index: int, run: Run) -> bool:
    """Whether the command, `commands[index]`, has an effect within its RUN."""
    if "function" in command.context or any(word.value in _HELP_OPTIONS for word in command.args):
        return True
    match command.name:
        case "service":
            return _is_status_query(command) or _is_service_used(commands[index + 1 :])
        case "kill" | "ps":
            return any(_starts_process(earlier) for earlier in commands[:index])
        case "vim":
            return any(word.value[:1] == "+" for word in command.args) or command.has("-c", "-e", "-E", "-s", "-S")
        case "ssh":
            return any(flag.name == "mount" and "type=ssh" in (flag.value or "") for flag in run.flags)
        case "mount":
            return any(flag.name == "security" and flag.value == "insecure" for flag in run.flags)
        case _:
            return False


def _is_status_query(command: Command) -> bool:
    return any(word.value in ("--status-all", "status") for word in command.args)


def _is_service_used(later: Sequence[Command]) -> bool:
    return any(command.name != "service" for command in sequential_commands(later))


def _starts_process(command: Command) -> bool:
    return command.operator_after == "&" or command.name == "service" or command.has("--daemon", "-D")


EXAMPLES = (
    Bad("RUN «service» nginx start", message="the service stops when this RUN ends"),
    Good("RUN service mysql start && mysql -e 'create database a'", why="used in the same RUN"),
    Bad("RUN apt-get update && «ps» aux"),
    Bad("RUN «sudo mount» /dev/sda /mnt"),
    Bad("RUN make; «free» -m"),
    Bad("RUN «service» mysql start && mysql", options={"pedantic": True}),
    Good("RUN mysqld & sleep 5; mysql -e 'x'; kill %1", why="stops a process of this RUN"),
    Good("RUN vim +PlugInstall +qall", why="vim does not need a terminal here"),
    Good("RUN --mount=type=ssh ssh -T git@example.com || true"),
    Good("RUN --security=insecure mount -t proc proc /proc"),
    Good("RUN echo service nginx start", why="not a command"),
)
