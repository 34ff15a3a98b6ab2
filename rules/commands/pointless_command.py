"""DL3001."""

from __future__ import annotations

from ...model.options import pedantic
from ..base import INFO, Bad, Finding, Good, rule
from .common import program_span, sequential_commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_WHY = {
    "free": "it shows the memory of the machine that builds",
    "kill": "no process of the image runs during a build",
    "mount": "a build has no right to mount, and a mount does not stay; use `RUN --mount`",
    "ps": "no process of the image runs during a build",
    "service": "what it starts ends with this RUN; start it from CMD or ENTRYPOINT",
    "shutdown": "there is nothing to shut down in a build",
    "ssh": "a build has no key and no terminal; use `RUN --mount=type=ssh`",
    "top": "it shows the processes of a build, and waits for a terminal",
    "vim": "an editor waits for a terminal",
}
_QUERIES = ("--status-all", "status", "--version", "--help", "-V", "-h")


@rule("DL3001", level=INFO, since="0.1")
def pointless_command(run: Run, build: Build) -> Iterator[Finding]:
    """A command is called that does nothing useful in a build.

    ## Why
    A build has no services, no terminal and nobody who types. `service nginx start` as the last step of a RUN starts
    a process that ends with this step.

    ## What is left alone
    What is of use within the same RUN: a service that later commands talk to, `kill` and `ps` where something runs in
    the background, `ssh` with an ssh mount, `mount` in `--security=insecure`, vim with commands to run (`+`, `-c`).
    The option `pedantic` tells those too.
    """
    commands = build.commands(run)
    for index, command in enumerate(commands):
        why = _WHY.get(command.name)
        if why and (pedantic(build) or not _useful(command, commands, index, run)):
            yield Finding(f"`{command.name}` is of no use in a build: {why}", program_span(command))


def _useful(command: Command, commands: Sequence[Command], index: int, run: Run) -> bool:
    name = command.name
    if "function" in command.context or any(word.value in _QUERIES[2:] for word in command.args):
        return True
    if name == "service":
        asked = any(word.value in _QUERIES for word in command.args)
        return asked or any(c.name != "service" for c in sequential_commands(commands[index + 1 :]))
    if name in ("kill", "ps"):
        return any(c.operator_after == "&" or c.name == "service" or c.has("--daemon", "-D") for c in commands[:index])
    if name == "vim":
        return any(word.value[:1] == "+" for word in command.args) or command.has("-c", "-e", "-E", "-s", "-S")
    if name == "ssh":
        return any(flag.name == "mount" and "type=ssh" in (flag.value or "") for flag in run.flags)
    return name == "mount" and any(flag.name == "security" and flag.value == "insecure" for flag in run.flags)


EXAMPLES = (
    Bad("RUN «service» nginx start", message="ends with this RUN"),
    Bad("RUN apt-get update && «ps» aux"),
    Bad("RUN «sudo mount» /dev/sda /mnt"),
    Bad("RUN make; «free» -m"),
    Bad("RUN «service» mysql start && mysql", options={"pedantic": True}),
    Good("RUN service mysql start && mysql -e 'create database a'", why="used in the same RUN"),
    Good("RUN mysqld & sleep 5; mysql -e 'x'; kill %1", why="it stops what this RUN started"),
    Good("RUN vim +PlugInstall +qall", why="vim works without a terminal here"),
    Good("RUN --mount=type=ssh ssh -T git@example.com || true"),
    Good("RUN --security=insecure mount -t proc proc /proc"),
    Good("RUN echo service nginx start", why="not a command"),
)
