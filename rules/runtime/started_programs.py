"""The commands that a container starts, also those in scripts of package.json and in the entrypoint script."""

from __future__ import annotations

import re

from ...syntax.source import MappedText, Span
from ...syntax.tree import Cmd, Entrypoint
from .started_scripts import copied_source, started_scripts, starting_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ...model.build import Build, Stage
    from ...syntax.command import Command
    from ..base import Spanned

MANAGERS = ("npm", "yarn", "pnpm", "bun")
"""The package managers that run scripts of package.json."""
_MOST_NESTED = 3
_SHELL = re.compile(r"#!.*\b(?:ba|da|a|z|k)?sh\b")


class StartedProgram:
    """A command that a container starts.

    `where`: its place in the file; `via`: the call or the file that leads to it, empty if the file itself has it.
    """

    __slots__ = ("command", "via", "where")

    def __init__(self, command: Command, where: Spanned, via: str = "") -> None:
        self.command = command
        self.where = where
        self.via = via


def started_programs(build: Build, chain: Sequence[Stage]) -> list[StartedProgram]:
    """What a container of the stage starts; `chain` is the stage and its ancestors, the nearest first.

    Includes the command of a script in package.json after the call that runs it, and the commands of an entrypoint
    script that run in any case.
    """
    return build.cached(("started programs", chain[0].index), lambda: list(_programs(build, chain)))


def _programs(build: Build, chain: Sequence[Stage]) -> Iterator[StartedProgram]:
    for command, where in _image_commands(build, starting_instructions(chain)):
        yield StartedProgram(command, where)
        yield from _package_scripts(build, chain, command, where)
    for script in started_scripts(build, chain):
        if script.text is None or not _SHELL.match(script.text):
            continue
        where = Span(script.word.start, script.word.end)
        for command in _parsed(script.text):
            if not command.context:
                yield StartedProgram(command, where, script.name or "")
                yield from _package_scripts(build, chain, command, where)


def _image_commands(build: Build, starters: Sequence[Cmd | Entrypoint]) -> Iterator[tuple[Command, Spanned]]:
    """The commands of CMD and ENTRYPOINT: of exec forms both as one, and those of CMD, which a script may run."""
    entrypoint = next((step for step in starters if isinstance(step, Entrypoint)), None)
    cmd = next((step for step in starters if isinstance(step, Cmd)), None)
    if entrypoint is not None and cmd is not None and entrypoint.json and cmd.json:
        from ...syntax.shell import parse_exec

        words = [(word.text, step.mapped(word)) for step in (entrypoint, cmd) for word in step.words]
        where = next(iter(build.commands(cmd)), entrypoint)
        yield from ((command, where) for command in parse_exec(words).commands[:1])
        yield from ((command, command) for command in build.commands(cmd))
    else:
        yield from ((command, command) for step in starters for command in build.commands(step))


def _package_scripts(
    build: Build, chain: Sequence[Stage], command: Command, where: Spanned, via: str = "", depth: int = _MOST_NESTED
) -> Iterator[StartedProgram]:
    """The commands of the script in package.json that a command runs, nested ones included."""
    call = script_call(command)
    text = package_script(build, chain, call[1]) if call is not None and depth else None
    if call is None or text is None:
        return
    for inner in _parsed(text):
        yield StartedProgram(inner, where, via or call[0])
        yield from _package_scripts(build, chain, inner, where, via or call[0], depth - 1)


def _parsed(text: str) -> Sequence[Command]:
    from ...syntax.shell import parse_script

    return parse_script(MappedText(text, (0,), (0,))).commands


def script_call(command: Command) -> tuple[str, str] | None:
    """The call of a script of package.json, for messages, and the name of the script; None for another command."""
    if command.name not in MANAGERS or command.has("-C", "--prefix", "--cwd", "--dir", "-w", "--workspace", "--filter"):
        return None
    arguments = [word.value for word in command.args if not word.value.startswith("-")]
    runs = arguments[:1] in (["run"], ["run-script"])
    count = 2 if runs else 1
    if len(arguments) < count or (command.name == "npm" and not runs and arguments[0] not in ("start", "test")):
        return None
    return " ".join((command.name, *arguments[:count])), arguments[count - 1]


def package_script(build: Build, chain: Sequence[Stage], script: str) -> str | None:
    """The text of a script of the package.json in the working directory of the image; None if it is not known."""
    return _scripts(build, chain).get(script)


def _scripts(build: Build, chain: Sequence[Stage]) -> Mapping[str, str]:
    return build.cached(("scripts of package.json", chain[0].index), lambda: _read_scripts(build, chain))


def _read_scripts(build: Build, chain: Sequence[Stage]) -> Mapping[str, str]:
    """The scripts of the package.json that is copied to the working directory, or of the only one in the context."""
    import json

    context = build.context
    if context is None:
        return {}
    name = copied_source(build, chain, chain[0].state(len(chain[0].instructions)).path("package.json"))
    if name is None:
        found = context.find_by_name(("package.json",))
        name = "package.json" if len(found) == 1 else None
    content = context.read(name) if name is not None else None
    try:
        manifest: Any = json.loads(content or b"{}")
        return {name: text for name, text in manifest["scripts"].items() if isinstance(text, str)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # the file may hold anything
        return {}
