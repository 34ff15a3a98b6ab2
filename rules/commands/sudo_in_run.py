"""DL3004."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ..base import ERROR, Bad, Finding, Good, rule
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
    level=ERROR,
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
    - No fix unless the user is known to be root and sudo has no options with another effect.
    """
    found = [c for c in build.commands(run) if c.name == "sudo" or "sudo" in c.wrappers]
    if found:
        user = (build.state(run).user or "").partition(":")[0]
        if user in ("root", "0"):
            message = "`sudo` is unnecessary: this RUN already runs as root"
        else:
            advice = f"use `USER root` before and `USER {user}` after" if user else "set the user with USER"
            message = f"`sudo` drops environment variables and may prompt for a password; {advice}"
        first = program_span(found[0])
        fix = _fix(found, build) if user in ("root", "0") else None
        yield Finding(message, first, [(program_span(c), "also here") for c in found[1:]], fix)


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
    Bad("FROM example.com/base:1\nRUN «sudo -u postgres psql» -c 'select 1'", message="with USER"),
    Bad("RUN «env A=1 sudo b» c"),
    Good("RUN echo sudo make", why="not a command"),
    Good("RUN python3 <<EOF\nsudo = 1\nEOF", why="not a shell script"),
)
