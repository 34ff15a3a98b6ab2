"""DL4006."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ...fixers.edits.instructions import insert_instruction_before
from ...syntax.source import Span
from ...syntax.tree import Cmd, Entrypoint, Healthcheck, Onbuild, Run, Shell
from ..base import WARNING, Bad, Finding, Good, rule
from ..options import pedantic
from .shell_programs import SHELL_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.command import Command

_PIPES = ("|", "|&")
_CANNOT_FAIL = frozenset(("echo", "printf", "yes", "true", ":"))
"""Commands that fail only if the reader stops early, with which pipefail breaks the build."""


@rule("DL4006", level=WARNING, since="0.1", fix=UNSAFE, prefilter=("|",))
def pipe_without_pipefail(run: Run, build: Build) -> Iterator[Finding]:
    """A failure before a pipe is ignored, because the shell only checks the last command.

    ## Why
    The exit status of `curl -f … | tar xz` is that of tar: if curl fails, the build may continue and cache a broken
    layer.

    ## What to do
    Use `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` before the RUN (on Alpine `["/bin/ash", "-eo", "pipefail",
    "-c"]`), or `set -o pipefail` in the RUN. dash supports it only in recent Debian releases.

    ## Fix safety
    Unsafe: a failure that was ignored now stops the build. `set -o pipefail` is added if the shell is bash, or busybox
    on Alpine; on Debian and Ubuntu, a SHELL instruction is added.

    ## Exceptions
    - Pipes that start with echo, printf or yes, conditions (`if a | b`), and `a | b || true`.
    - A SHELL inherited from a parent stage, and `set -o pipefail` in the RUN; hadolint ignores both.
    - No SHELL is added if a CMD, ENTRYPOINT or HEALTHCHECK of the stage or another stage would use it.

    ## Options
    - `pedantic`: also report pipes that start with echo, printf or yes, in conditions, and before `|| true`.
    """
    stage = build.stage_of(run)
    if "|" not in build.script(run).text or _sets_pipefail(build.state(run).shell) or stage is None or stage.is_windows:
        return
    commands, all_pipes = build.commands(run), pedantic(build)
    for index, command in enumerate(commands):
        if command.name == "set" or command.name in SHELL_NAMES:
            if _sets_pipefail([word.value for word in command.words]):
                return
        elif command.operator_after in _PIPES and (all_pipes or _matters(commands, index)):
            yield _finding(command, commands[index + 1 :], _fix(run, stage, build))
            return


def _fix(run: Run, stage: Stage, build: Build) -> Fix | None:
    """Add `set -o pipefail` if the shell supports it, or a SHELL that does."""
    shell, facts = build.state(run).shell, stage.base_facts
    name, family = shell[0].rpartition("/")[2], facts.family if facts is not None else None
    text = run.words[0].text if run.words else ""
    if run.json or run.heredocs or run.parent is not None or not text[:1].isalnum() or shell[1:] != ("-c",):
        return None
    if name == "bash" or (name in ("sh", "ash") and family in ("alpine", "busybox")):
        at = run.words[0].start
        return Fix("Add `set -o pipefail`", UNSAFE, [Edit(at, at, "set -o pipefail && ")], declare_edits=True)
    return _add_shell(run, stage, build) if name == "sh" and family in ("debian", "ubuntu") else None


def _add_shell(run: Run, stage: Stage, build: Build) -> Fix | None:
    """Add a SHELL with pipefail before the RUN; None if something other than later RUNs would use it too."""

    def last_other() -> int:
        kinds = (Cmd, Entrypoint, Healthcheck, Shell, Onbuild)
        return max((n for n, step in enumerate(stage.instructions) if isinstance(step, kinds)), default=-1)

    affected = build.cached(("last user of SHELL", stage.index), last_other) > build.index_of(run)
    if affected or any(stage.descendants):
        return None
    line = 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]'
    edits, declares = insert_instruction_before(build.dockerfile, run, line)
    return Fix("Add a SHELL instruction with pipefail", UNSAFE, edits, declares)


def _sets_pipefail(words: Sequence[str]) -> bool:
    """Whether the options contain `-o pipefail`; an option with `c` ends them."""
    for flag, word in zip(words, [*words[1:], ""], strict=False):
        if flag[:1] == "-" and flag[:2] != "--":
            if word == "pipefail" and "o" in flag:
                return True
            if "c" in flag:
                return False
    return False


def _matters(commands: Sequence[Command], index: int) -> bool:
    """Whether a failure of the command before a pipe matters: it is possible, and neither tested nor discarded."""
    command = commands[index]
    if command.name in _CANNOT_FAIL or "condition" in command.context or "negated" in command.context:
        return False
    at = index
    while commands[at].operator_after in _PIPES and at + 1 < len(commands):
        at = next((n for n in range(at + 1, len(commands)) if commands[n].context == command.context), len(commands))
        if at == len(commands):
            return True
    dropped = commands[at].operator_after == "||" and at + 1 < len(commands) and commands[at + 1].name in ("true", ":")
    return not dropped


def _finding(left: Command, following: Sequence[Command], fix: Fix | None) -> Finding:
    right = next((c for c in following if c.start >= left.end), None)
    name = left.name or left.text.split(" ")[0] or "the command"
    reader = f" | {right.name}" if right is not None and right.operator_before in _PIPES and right.name else " | …"
    end = right.words[0].end if right is not None and right.words else left.end
    return Finding(
        f"if `{name}` fails in `{name}{reader}`, the build continues; use `set -o pipefail`",
        Span(left.start, end),
        fix=fix,
    )


EXAMPLES = (
    Bad(
        'SHELL ["/bin/bash", "-c"]\nRUN «a | b»',
        fixed='SHELL ["/bin/bash", "-c"]\nRUN set -o pipefail && a | b',
    ),
    Good('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b'),
    Bad(
        "RUN «curl -fsSL https://example.com/a | tar» xz",
        message="if `curl` fails in `curl | tar`, the build continues",
    ),
    Bad("RUN a=1 && «wget -qO- https://example.com/a | gpg» --import -"),
    Bad("RUN «cat a | while read» l; do b $l; done"),
    Bad("RUN V=$(«curl -f https://example.com/v | jq» -r .v) && b"),
    Bad("FROM alpine:3.20\nRUN «a | b»", fixed="FROM alpine:3.20\nRUN set -o pipefail && a | b"),
    Bad("RUN a\n# b\nRUN «c | d»", fixed='RUN a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\n# b\nRUN c | d'),
    Good('SHELL ["/bin/ash", "-euxo", "pipefail", "-c"]\nRUN a | b'),
    Good(
        'FROM debian:12 AS base\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nFROM base\nRUN a | b',
        why="SHELL is inherited",
    ),
    Good("RUN set -euxo pipefail; a | b"),
    Good("RUN <<EOF\nset -o pipefail\na | b\nEOF"),
    Good("RUN bash -o pipefail -c 'a | b'"),
    Bad("RUN «echo a:b | chpasswd»", options={"pedantic": True}),
    Good("RUN echo user:password | chpasswd", why="echo does not fail"),
    Good("RUN yes | a", why="pipefail would make `yes` fail"),
    Good("RUN if a | grep -q b; then c; fi", why="a condition"),
    Good("RUN a | b || true"),
    Good('RUN ["echo", "a | b; cd /tmp"]', why="not run by a shell"),
    Good("RUN python3 <<EOF\na | b\nEOF", why="not a shell script"),
    Good("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir | more", why="cmd has no pipefail"),
)
