"""What containers of an image start: CMD and ENTRYPOINT together, and what other files of the project start in it."""

from __future__ import annotations

from typing import cast

from ....syntax.shell import parse_exec, parse_script
from ....syntax.source import MappedText
from ....syntax.tree import Cmd, Entrypoint, Healthcheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ....model.build import Build, Stage
    from ....syntax.command import Command
    from ....syntax.tree import Instruction

CONTAINER_STARTS = "container-starts"
"""The option of a `Build` with the `ContainerStart` values of its image."""


class ContainerStart:
    """How another file starts containers of the image: a compose service, a container of Kubernetes, a Fly app.

    `place`: where, for messages; `entrypoint`, `command`: the words that replace those of the image, None if they do
    not; `others`: further command lines that run in the container, such as probes; `target`: the stage that is built,
    "" for the last one. A variable with an unknown value is in the words as written.
    """

    __slots__ = ("command", "entrypoint", "others", "place", "target")

    def __init__(
        self,
        place: str,
        entrypoint: Sequence[str] | None = None,
        command: Sequence[str] | None = None,
        others: Iterable[Sequence[str]] = (),
        target: str = "",
    ) -> None:
        self.place = place
        self.entrypoint = entrypoint
        self.command = command
        self.others = [other for other in others if other]
        self.target = target

    @property
    def is_empty(self) -> bool:
        """Whether the container runs only what the image says."""
        return self.entrypoint is None and self.command is None and not self.others


class StartedCommand:
    """A command line that a container runs.

    `commands`: its commands, nested ones included; `at`: its instruction, None when `place` names another file.
    """

    __slots__ = ("at", "commands", "place")

    def __init__(self, commands: Sequence[Command], at: Instruction | None, place: str = "") -> None:
        self.commands = commands
        self.at = at
        self.place = place


def started_commands(build: Build, stage: Stage) -> Iterator[StartedCommand]:
    """What containers of the stage run: ENTRYPOINT with the words of CMD, and what other files start in them.

    With an ENTRYPOINT in exec form, CMD is its arguments; one in shell form ignores CMD; without one, CMD is started.
    An ENTRYPOINT discards the CMD of its base image. Source: docs.docker.com/reference/dockerfile, "Understand how CMD
    and ENTRYPOINT interact". A new `entrypoint` discards the CMD in compose and Kubernetes, too.
    """
    entrypoint, cmd, healthcheck = _last_commands(stage)
    yield from _image_commands(build, entrypoint, cmd)
    if healthcheck is not None:
        yield StartedCommand(build.commands(healthcheck), healthcheck)
    for start in container_starts(build, stage):
        if start.entrypoint is not None or start.command is not None:
            first = start.entrypoint if start.entrypoint is not None else _words(build, entrypoint)
            discards = start.entrypoint is not None
            rest = start.command if start.command is not None else [] if discards else _words(build, cmd)
            words = [*first, *(() if _is_shell_form(entrypoint) and not discards else rest)]
            yield StartedCommand(commands_of(words), None, start.place)
        for words in start.others:
            yield StartedCommand(commands_of(words), None, start.place)


def container_starts(build: Build, stage: Stage) -> list[ContainerStart]:
    """How other files start containers of the stage."""
    starts = cast("Sequence[ContainerStart]", build.options.get(CONTAINER_STARTS, ()))
    final = build.final_stage is stage
    return [start for start in starts if (start.target.lower() == stage.name if start.target else final)]


def commands_of(words: Sequence[str]) -> Sequence[Command]:
    """The commands of a command line, given as its words."""
    return parse_exec([(word, MappedText(word, (0,), (0,))) for word in words]).commands if words else ()


def script_commands(text: str) -> Sequence[Command]:
    """The commands of a shell script."""
    return parse_script(MappedText(text, (0,), (0,)), "bash").commands


def _last_commands(stage: Stage) -> tuple[Entrypoint | None, Cmd | None, Healthcheck | None]:
    """The instructions that apply to containers of the stage."""
    entrypoint: Entrypoint | None = None
    cmd: Cmd | None = None
    healthcheck: Healthcheck | None = None
    for each in (*reversed(stage.ancestors), stage):
        own_cmd: Cmd | None = None
        for step in each.instructions:
            if isinstance(step, Entrypoint):
                entrypoint, cmd = step, None
            elif isinstance(step, Cmd):
                own_cmd = step
            elif isinstance(step, Healthcheck):
                healthcheck = step if step.words else None
        cmd = own_cmd or cmd
    return entrypoint, cmd, healthcheck


def _image_commands(build: Build, entrypoint: Entrypoint | None, cmd: Cmd | None) -> Iterator[StartedCommand]:
    if entrypoint is None or cmd is None or _is_shell_form(entrypoint):
        only = entrypoint or cmd
        if only is not None and build.commands(only):
            yield StartedCommand(build.commands(only), only)
        return
    words = [*_words(build, entrypoint), *_words(build, cmd)]
    if words:
        yield StartedCommand(commands_of(words), entrypoint if entrypoint.words else cmd)


def _is_shell_form(instruction: Cmd | Entrypoint | None) -> bool:
    return instruction is not None and not instruction.json


def _words(build: Build, instruction: Cmd | Entrypoint | None) -> list[str]:
    """The words that run in a container for an instruction; in shell form those of the shell and its script."""
    if instruction is None:
        return []
    if instruction.json:
        return [word.text for word in instruction.words]
    text = build.shell_text(instruction)[0].text
    return [*build.state(instruction).shell, text] if text.strip() else []
