"""DL3004."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ..base import ERROR, Bad, Finding, Good, rule
from .common import program_span

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
    RUN runs as root unless USER says otherwise, so sudo does nothing but stay in the image as a way up. It drops the
    environment (ENV, ARG, proxies) and needs a password or a rule without one.

    ## What to do
    Leave it out where the user is root; else write `USER root` before and the old user after. For another user:
    `USER name`, or gosu and su-exec in an entrypoint.

    ## Fix safety
    Unsafe: sudo sets HOME and drops variables, which the command then sees. Only where the user is known to be root and
    sudo is asked for nothing else.
    """
    found = [c for c in build.commands(run) if c.name == "sudo" or "sudo" in c.wrappers]
    if found:
        user = (build.state(run).user or "").partition(":")[0]
        if user in ("root", "0"):
            advice = "this RUN runs as root already"
        elif user:
            advice = f"write `USER root` before and `USER {user}` after"
        else:
            advice = "choose the user with USER"
        first = program_span(found[0])
        fix = _fix(found, build) if user in ("root", "0") else None
        yield Finding(f"`sudo` in a build: {advice}", first, [(program_span(c), "again") for c in found[1:]], fix)


def _fix(commands: Sequence[Command], build: Build) -> Fix | None:
    """Take every sudo out that has nothing but flags without a meaning for root."""
    text = build.dockerfile.source.text
    edits: list[Edit] = []
    for command in commands:
        words = text[command.start : command.words[0].start].split(" ") if command.words else []
        if command.name == "sudo" or words[:1] != ["sudo"] or words[-1] or not _FLAGS.issuperset(words[1:]):
            return None
        edits.append(Edit(command.start, command.words[0].start, ""))
    return Fix("Take `sudo` out", UNSAFE, edits, declare_edits=True)


EXAMPLES = (
    Bad(
        "FROM debian:12-slim\nRUN «sudo apt-get» install -y curl && sudo -E b",
        message="runs as root already",
        fixed="FROM debian:12-slim\nRUN apt-get install -y curl && b",
    ),
    Bad("USER app\nRUN «sudo make» install && sudo make clean", message="`USER root` before and `USER app` after"),
    Bad("FROM example.com/base:1\nRUN «sudo -u postgres psql» -c 'select 1'", message="with USER"),
    Bad("RUN «env A=1 sudo b» c"),
    Good("RUN apt-get install -y sudo"),
    Good("RUN echo sudo make", why="not a command"),
    Good("RUN python3 <<EOF\nsudo = 1\nEOF", why="not a shell"),
)
