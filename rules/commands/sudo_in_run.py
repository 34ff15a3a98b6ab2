"""DL3004."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ..base import WARNING, Bad, Finding, Good, rule
from ..options import pedantic
from .shell_programs import program_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run


_FLAGS = frozenset(("", "-E", "-H", "-n", "-S", "-EH", "-HE"))


@rule(
    "DL3004",
    level=WARNING,
    since="0.1",
    aliases=("trivy:DS-0010", "checkov:CKV2_DOCKER_1"),
    fix=UNSAFE,
    prefilter=("sudo",),
)
def sudo_in_run(run: Run, build: Build) -> Iterator[Finding]:
    """`sudo` is used in a build.

    ## Why
    RUN runs as root unless USER sets another user, so sudo only adds a way to gain root in the image. It drops
    environment variables (ENV, ARG, proxies) and may prompt for a password.

    ## What to do
    Omit it if the user is root; otherwise use `USER root` before and the original user after. To run as another user,
    use `USER name`, or gosu or su-exec in an entrypoint.

    ## Fix safety
    Unsafe: sudo sets HOME and drops variables, and the command now sees the original values.

    ## Exceptions
    - `sudo -u name`, which runs one command as another user; hadolint reports it.
    - No fix unless the user is known to be root and sudo has no options with another effect.
    """
    found = [c for c in build.commands(run) if c.name == "sudo" or "sudo" in c.wrappers]
    if not pedantic(build):
        found = [command for command in found if not _switches_user(command)]
    if found:
        user = (build.state(run).user or "").partition(":")[0]
        if user in ("root", "0"):
            message = "`sudo` is unnecessary: this RUN already runs as root"
        else:
            advice = f"use `USER root` before and `USER {user}` after" if user else "set the user with USER"
            drops = "" if _has_option(found[0], "-E", "--preserve-env") else "drops environment variables and "
            message = f"`sudo` {drops}may prompt for a password; {advice}"
        first = program_span(found[0])
        fix = _fix(found, build) if user in ("root", "0") else None
        yield Finding(message, first, [(program_span(c), "also here") for c in found[1:]], fix)


def _options(command: Command) -> list[str]:
    """The words between `sudo` and the program that it starts."""
    if "sudo" not in command.wrappers or not command.words:
        return [word.value for word in command.args]
    return command.script.text[command.start_index : command.words[0].start_index].partition("sudo")[2].split()


def _has_option(command: Command, *flags: str) -> bool:
    letters = {flag[1] for flag in flags if flag[:2] != "--"}
    return any(
        word.partition("=")[0] in flags or (word[:1] == "-" and word[:2] != "--" and not letters.isdisjoint(word[1:]))
        for word in _options(command)
    )


def _switches_user(command: Command) -> bool:
    """Whether sudo runs the command as another user than root, which needs no password in a build as root."""
    return "sudo" in command.wrappers and _has_option(command, "-u", "--user")


def _fix(commands: Sequence[Command], build: Build) -> Fix | None:
    """Remove every sudo; None if one has options that matter even for root."""
    text = build.dockerfile.source.text
    edits: list[Edit] = []
    for command in commands:
        words = text[command.start : command.words[0].start].split(" ") if command.words else []
        if command.name == "sudo" or words[:1] != ["sudo"] or words[-1] or not _FLAGS.issuperset(words[1:]):
            return None
        edits.append(Edit(command.start, command.words[0].start, ""))
    return Fix("Remove `sudo`", UNSAFE, edits, declare_edits=True)


EXAMPLES = (
    Bad(
        "FROM debian:12-slim\nRUN «sudo apt-get» install -y curl && sudo -E b",
        message="already runs as root",
        fixed="FROM debian:12-slim\nRUN apt-get install -y curl && b",
    ),
    Good("RUN apt-get install -y sudo"),
    Bad("USER app\nRUN «sudo make» install && sudo make clean", message="`USER root` before and `USER app` after"),
    Bad("FROM example.com/base:1\nRUN «sudo make»", message="drops environment variables and may prompt"),
    Bad(
        "FROM example.com/base:1\nRUN «sudo -E make»",
        message="`sudo` may prompt for a password; set the user with USER",
    ),
    Good("FROM example.com/base:1\nRUN sudo -u postgres psql -c 'select 1'", why="runs one command as another user"),
    Good("RUN a && sudo -E -u app -H b -u"),
    Bad("RUN «sudo make» -u app"),
    Bad("RUN «sudo -u postgres psql»", options={"pedantic": True}),
    Bad("RUN «env A=1 sudo b» c"),
    Good("RUN echo sudo make", why="not a command"),
    Good("RUN python3 <<EOF\nsudo = 1\nEOF", why="not a shell script"),
)
