"""DL3003."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ...fixers.edits.instructions import has_comments_inside
from ...model.options import pedantic
from ..base import WARNING, Bad, Finding, Good, rule
from .common import sequential_commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_PREPARING = frozenset(("set", "export", "echo", "true", ""))
_APART = frozenset(("subshell", "substitution", "function"))
_MOVING = frozenset(("cd", "pushd", "popd"))


@rule("DL3003", level=WARNING, since="0.1", aliases=("trivy:DS-0013",), fix=UNSAFE, prefilter=("cd",))
def cd_in_run(run: Run, build: Build) -> Iterator[Finding]:
    """A RUN begins by changing the folder, or ends with it in vain.

    ## Why
    Every RUN starts in the folder that WORKDIR set. A `cd` must be written again in each of them, and one at the end
    of a RUN changes nothing.

    ## What to do
    `WORKDIR /app` before the RUN; it also makes the folder.

    ## What is left alone
    A `cd` that this RUN needs: in a subshell, behind other commands (which may make the folder), one of several,
    into /tmp or `/`, or into a folder that only the shell knows. hadolint reports every `cd`; the option `pedantic`
    does it too, subshells left out.

    ## Fix safety
    Unsafe: a RUN that is nothing but `cd /app` becomes `WORKDIR /app`, which is what it was meant to be, but all that
    follows then happens in that folder. Other RUNs are left to you.
    """
    commands = build.commands(run)
    if not any(command.name == "cd" for command in commands):
        return
    if pedantic(build):
        yield from _any(commands)
        return
    script = sequential_commands(commands)
    moving = [command for command in script if command.name in _MOVING]
    if not moving or moving[-1].name != "cd":
        return
    last = moving[-1]
    if commands[-1] is last and not last.operator_before.startswith("|"):
        message = f"`{last.text}` at the end of a RUN has no effect; the next one starts in WORKDIR again"
        yield Finding(message, last, fix=_fix(run, last, build))
    elif len(moving) == 1 and _leads(last, script) and _is_lasting(last, commands):
        path = build.state(run).path(last.args[0].value) or "/…"
        yield Finding(f"`{last.text}` holds for this RUN only; write `WORKDIR {path}` before it", last)


def _fix(run: Run, command: Command, build: Build) -> Fix | None:
    """WORKDIR in the place of a RUN that does nothing else."""
    path = command.args[0].value if len(command.args) == 1 else ""
    alone = (
        not (run.json or run.flags or run.heredocs or run.parent) and run.arguments_text == command.text == f"cd {path}"
    )
    if not alone or path[:1] != "/" or "$" in path or has_comments_inside(build.dockerfile, run):
        return None
    keyword = "workdir" if run.keyword.islower() else "WORKDIR"
    edit = Edit(run.start, run.end, f"{keyword} {path}")
    return Fix(f"Write `WORKDIR {path}`", UNSAFE, [edit], declare_edits=True)


def _any(commands: Sequence[Command]) -> Iterator[Finding]:
    """The first `cd` that stands in no subshell, needed or not."""
    for command in commands:
        if command.name == "cd" and _APART.isdisjoint(command.context):
            yield Finding(f"`{command.text}` holds for this RUN only; WORKDIR sets the folder", command)
            return


def _leads(command: Command, script: Sequence[Command]) -> bool:
    """Whether nothing but preparation stands before the command."""
    for earlier in script:
        if earlier is command:
            return command.operator_after in ("&&", ";", "\n")
        if earlier.name not in _PREPARING or earlier.redirects:
            return False
    return False


def _is_lasting(command: Command, commands: Sequence[Command]) -> bool:
    """Whether WORKDIR could name the folder, and the folder is one to stay in."""
    if len(command.args) != 1:
        return False
    text, value = command.args[0].text, command.args[0].value
    if value in ("", "-", "/") or value.startswith(("~", "/tmp", "/var/tmp")) or "$(" in text or "`" in text:
        return False
    assigned = {name for each in commands for name, _ in each.assignments}
    assigned |= {word.value.partition("=")[0] for each in commands if each.name == "export" for word in each.args}
    return not any(f"${name}" in text or f"${{{name}" in text for name in assigned | {"HOME", "PWD", "OLDPWD"})


EXAMPLES = (
    Bad("RUN «cd /app» && make", message="write `WORKDIR /app`"),
    Bad("RUN set -e; «cd /app»; make"),
    Bad("RUN «cd /app»", message="has no effect", fixed="WORKDIR /app"),
    Bad("RUN mkdir -p /app && «cd /app»", message="has no effect"),
    Bad("WORKDIR /app\nRUN «cd web» && make", message="write `WORKDIR /app/web`"),
    Bad("RUN «cd /app» && { make; make install; }"),
    Bad("RUN a && «cd /b» && c", options={"pedantic": True}),
    Good("RUN a && cd /b && c"),
    Good("RUN (cd /app && make)", options={"pedantic": True}, why="a subshell"),
    Good("WORKDIR /app\nRUN make"),
    Good("RUN make -C $(cd /app && pwd)", why="a substitution"),
    Good("RUN git clone https://example.com/a && cd a && make", why="this RUN makes the folder"),
    Good("RUN cd /app && make && cd / && rm -rf /app", why="one of several"),
    Good("RUN cd /tmp && curl -O https://example.com/a && install a /usr/bin", why="nobody wants to stay there"),
    Good('RUN ["echo", "a | b; cd /tmp"]', why="not a command"),
    Good("RUN python3 <<EOF\ncd /app\nEOF", why="not a shell"),
)
