"""DL3003."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ...fixers.edits.instructions import has_comments_inside
from ...syntax.tree import Run
from ..base import HANDWRITTEN, LOW, WARNING, Bad, Finding, Good, rule
from ..options import pedantic
from ..text import format_line_numbers
from .shell_programs import sequential_commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.command import Command

_PREPARING = frozenset(("set", "export", "echo", "true", ""))
_SEPARATE_SHELLS = frozenset(("subshell", "substitution", "function"))
_MOVING = frozenset(("cd", "pushd", "popd"))


@rule(
    "DL3003", level=WARNING, since="0.1", aliases=("trivy:DS-0013",), fix=UNSAFE, prefilter=("cd",), scope=HANDWRITTEN
)
def cd_in_run(run: Run, build: Build) -> Iterator[Finding]:
    """A RUN ends with `cd`, or several RUNs start with the same `cd`.

    ## Why
    `cd` only affects its own RUN: every RUN starts in the directory set by WORKDIR. `cd` at the end of a RUN has no
    effect.

    ## What to do
    Use `WORKDIR /app` before the RUN; it also creates the directory.

    ## Fix safety
    Unsafe: only a RUN that consists of `cd /app` is replaced with `WORKDIR /app`, and all later instructions then run
    in that directory.

    ## Exceptions
    - A `cd` that this RUN needs: in a subshell, after other commands, one of several, into `/tmp` or `/`, or into a
      directory known only at build time.
    - `cd` into a directory in which only one RUN of the stage starts: `RUN cd /src && make` is clear as it is.

    ## Options
    - `pedantic`: report every `cd` that is not in a subshell; hadolint reports all.
    """
    commands = build.commands(run)
    if not any(command.name == "cd" for command in commands):
        return
    if pedantic(build):
        yield from _first_outside_subshells(commands)
        return
    script = sequential_commands(commands)
    moving = [command for command in script if command.name in _MOVING]
    if not moving or moving[-1].name != "cd":
        return
    last = moving[-1]
    if commands[-1] is last and not last.operator_before.startswith("|"):
        message = f"`{last.text}` at the end of a RUN has no effect on later instructions; use WORKDIR"
        yield Finding(message, last, fix=_fix(run, last, build))
        return
    stage = build.stage_of(run)
    if stage is None or not _leading_cd(run, build):
        return
    starts = build.cached(("RUNs that start with cd", stage.index), lambda: _starts(stage, build))
    path, target = build.state(run).path(last.args[0].value), _target(run, last, build)
    same = starts.get(target, [])
    if len(same) > 1 and same[0] is last:
        lines = format_line_numbers([build.dockerfile.source.line(each.start) for each in same])
        remedy = f"`WORKDIR {path}`" if path else "WORKDIR"
        yield Finding(
            f"`{last.text}` only affects one RUN and is repeated ({lines}); use {remedy}",
            last,
            related=[(each, "again here") for each in same[1:]],
            confidence=LOW,
        )


def _leading_cd(run: Run, build: Build) -> Command | None:
    """The only `cd` of a RUN if it is the first command and WORKDIR can express it."""
    commands = build.commands(run)
    script = sequential_commands(commands)
    moving = [command for command in script if command.name in _MOVING]
    if len(moving) != 1 or moving[0].name != "cd" or commands[-1] is moving[0]:
        return None
    return moving[0] if _leads(moving[0], script) and _is_lasting(moving[0], commands) else None


def _starts(stage: Stage, build: Build) -> dict[str, list[Command]]:
    """The `cd` at the start of the RUNs of a stage, by directory."""
    found: dict[str, list[Command]] = {}
    for instruction in stage.instructions:
        step = instruction.trigger or instruction
        command = _leading_cd(step, build) if isinstance(step, Run) else None
        if command is not None and isinstance(step, Run):
            found.setdefault(_target(step, command, build), []).append(command)
    return found


def _target(run: Run, command: Command, build: Build) -> str:
    """The directory that the `cd` changes to, as far as it is known."""
    return build.state(run).path(command.args[0].value) or command.args[0].value


def _fix(run: Run, command: Command, build: Build) -> Fix | None:
    """WORKDIR instead of a RUN that does nothing else."""
    path = command.args[0].value if len(command.args) == 1 else ""
    alone = (
        not (run.json or run.flags or run.heredocs or run.parent) and run.arguments_text == command.text == f"cd {path}"
    )
    if not alone or path[:1] != "/" or "$" in path or has_comments_inside(build.dockerfile, run):
        return None
    keyword = "workdir" if run.keyword.islower() else "WORKDIR"
    edit = Edit(run.start, run.end, f"{keyword} {path}")
    return Fix(f"Replace with `WORKDIR {path}`", UNSAFE, [edit], declare_edits=True)


def _first_outside_subshells(commands: Sequence[Command]) -> Iterator[Finding]:
    """The first `cd` outside subshells, whether needed or not."""
    for command in commands:
        if command.name == "cd" and _SEPARATE_SHELLS.isdisjoint(command.context):
            yield Finding(f"`{command.text}` only affects this RUN; use WORKDIR", command)
            return


def _leads(command: Command, script: Sequence[Command]) -> bool:
    """Whether only preparatory commands precede the command."""
    for earlier in script:
        if earlier is command:
            return command.operator_after in ("&&", ";", "\n")
        if earlier.name not in _PREPARING or earlier.redirects:
            return False
    return False


def _is_lasting(command: Command, commands: Sequence[Command]) -> bool:
    """Whether WORKDIR can express the directory, and it is not a temporary one."""
    if len(command.args) != 1:
        return False
    text, value = command.args[0].text, command.args[0].value
    if value in ("", "-", "/") or value.startswith(("~", "/tmp", "/var/tmp")) or "$(" in text or "`" in text:
        return False
    assigned = {name for each in commands for name, _ in each.assignments}
    assigned |= {word.value.partition("=")[0] for each in commands if each.name == "export" for word in each.args}
    return not any(f"${name}" in text or f"${{{name}" in text for name in assigned | {"HOME", "PWD", "OLDPWD"})


EXAMPLES = (
    Bad("RUN «cd /app»", message="has no effect", fixed="WORKDIR /app"),
    Good("RUN a && cd /b && c"),
    Bad("RUN «cd /app» && make\nRUN cd /app && make install", message="repeated (lines 2 and 3); use `WORKDIR /app`"),
    Bad("RUN set -e; «cd /app»; make\nRUN a\nRUN cd /app && b"),
    Good("RUN cd /app && make", why="only one RUN"),
    Good("RUN cd /app && make\nRUN cd /app/web && make", why="different directories"),
    Bad("RUN mkdir -p /app && «cd /app»", message="has no effect"),
    Bad("WORKDIR /app\nRUN «cd web» && make\nRUN cd /app/web && b", message="use `WORKDIR /app/web`"),
    Bad("RUN «cd /app» && { make; make install; }\nRUN cd /app && b"),
    Bad("RUN a && «cd /b» && c", options={"pedantic": True}),
    Good("RUN (cd /app && make)", options={"pedantic": True}, why="a subshell"),
    Good("WORKDIR /app\nRUN make"),
    Good("RUN make -C $(cd /app && pwd)", why="a substitution"),
    Good("RUN git clone https://example.com/a && cd a && make", why="this RUN creates the directory"),
    Good("RUN cd /app && make && cd / && rm -rf /app", why="one of several `cd` commands"),
    Good("RUN cd /tmp && curl -O https://example.com/a && install a /usr/bin", why="a temporary directory"),
    Good('RUN ["echo", "a | b; cd /tmp"]', why="not a command"),
    Good("RUN python3 <<EOF\ncd /app\nEOF", why="not a shell script"),
)
