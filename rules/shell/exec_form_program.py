"""COR010."""

from __future__ import annotations

from ...syntax.tree import Cmd, Entrypoint
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.tree import CommandLine, Healthcheck, Run, Shell


@rule("COR010", level=ERROR, since="0.1", onbuild=False)
def exec_form_program(instruction: Run | Cmd | Entrypoint | Healthcheck | Shell, build: Build) -> Iterator[Finding]:
    """The first string of an exec form is a whole command line.

    ## Why
    The first string is the name of the program. `["npm start"]` looks for a program that is called `npm start`, which
    does not exist.

    ## What to do
    Write each argument as a string of its own, `["npm", "start"]`, or use the shell form.

    ## Exceptions
    - CMD of an image with an ENTRYPOINT, which passes it as an argument.
    - Paths that may contain a space, such as `/opt/My App/run`.
    """
    words = instruction.words
    stage = build.stage_of(instruction)
    if not instruction.json or not words or stage is None or stage.is_windows:
        return
    parts = words[0].text.split()
    if len(parts) < 2 or "\\" in parts[0] or (parts[0].startswith("/") and parts[1][0] not in "-/$"):
        return
    confidence = ""
    if isinstance(instruction, Cmd):
        entrypoint = _entrypoint(instruction, build)
        if entrypoint:
            return
        confidence = "" if entrypoint is not None else "medium"
    shown = ", ".join(f'"{part}"' for part in parts)
    simple = not any(char in words[0].text for char in "\"'$&|;<>`\\")
    remedy = (
        f"write `[{shown}]`" if simple and len(words) == 1 else "write one string per argument, or use the shell form"
    )
    yield Finding(
        f"`{words[0].text}` is taken for the name of a program; {remedy}",
        words[0],
        confidence=confidence,
    )


def _entrypoint(instruction: CommandLine, build: Build) -> bool | None:
    """Whether the image has an ENTRYPOINT; None if only the base image knows."""
    stage = build.stage_of(instruction)
    if stage is None:
        return None

    def last(each: Stage, inherited: Sequence[Entrypoint] | None) -> Sequence[Entrypoint]:
        own = [step for step in each.instructions if isinstance(step, Entrypoint)]
        return own[-1:] or inherited or ()

    entrypoint = stage.inherit("last ENTRYPOINT", last)
    if entrypoint:
        return bool(entrypoint[0].words)
    facts = stage.base_facts
    if facts is None or not facts.recorded_on:
        return True if stage.root.image == "scratch" else None
    # The entrypoints of official images run the program that CMD names.
    return False


EXAMPLES = (
    Bad('FROM node:24\nCMD ["«npm start»"]', message='write `["npm", "start"]`'),
    Good('FROM node:24\nCMD ["npm", "start"]'),
    Bad('ENTRYPOINT ["«java -jar app.jar»"]'),
    Bad('ENTRYPOINT ["«java -jar», "app.jar"]'.replace("-jar»,", '-jar»",')),
    Bad('ENTRYPOINT ["«/app --port $PORT»"]', message="or use the shell form"),
    Bad('HEALTHCHECK CMD ["«curl -f http://localhost»"]'),
    Bad('RUN ["«apt-get update»"]'),
    Bad('SHELL ["«/bin/bash -c»"]'),
    Good('ENTRYPOINT ["sh", "-c"]\nCMD ["npm start"]', why="an argument of the ENTRYPOINT"),
    Good('FROM debian:12 AS a\nENTRYPOINT ["/run"]\nFROM a\nCMD ["a b"]', why="the ENTRYPOINT is inherited"),
    Good('CMD ["/opt/My App/run"]', why="a path with a space"),
    Good('CMD ["sh", "-c", "npm start"]'),
    Good("CMD npm start"),
    Good('FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD ["my app.exe"]'),
)
