"""OPT002."""

from __future__ import annotations

from ...syntax.tree import Run
from ..base import INFO, Bad, Finding, Good, rule
from ..packages.common import Head
from ..text import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages import Call
    from ...syntax.tree import Instruction


@rule("OPT002", level=INFO, since="0.1", onbuild=False)
def repeated_installs(stage: Stage, build: Build) -> Iterator[Finding]:
    """One package manager is called again and again in RUNs that follow each other.

    ## Why
    Each RUN is a layer of its own with its own package lists and database; one call with all packages is faster
    and smaller, and solves versions once.

    ## What is left alone
    Stages that are not shipped, RUNs with anything between them, and installs from a manifest: those are kept apart
    so that the cache works.
    """
    if not build.ships(stage):
        return
    for group in _groups(stage.instructions, build):
        first = Head(group[0][1])
        numbers = [run.start_line for run, _ in group]
        yield Finding(
            f"`{first.text}` is called in {len(group)} RUNs that follow each other ({lines(numbers)}); "
            "one RUN with all packages makes one layer",
            first,
            related=[(Head(call), "again") for _, call in group[1:]],
        )


def _groups(instructions: Sequence[Instruction], build: Build) -> Iterator[list[tuple[Run, Call]]]:
    """Runs of two or more RUNs in a row that each do nothing but install named packages with the same manager."""
    group: list[tuple[Run, Call]] = []
    for instruction in instructions:
        call = _only_install(build, instruction) if isinstance(instruction, Run) else None
        same = call is not None and group and call.manager is group[0][1].manager and _same_flags(instruction, group)
        if not same and len(group) > 1:
            yield group
        if call is None or not isinstance(instruction, Run):
            group = []
        elif same:
            group.append((instruction, call))
        else:
            group = [(instruction, call)]
    if len(group) > 1:
        yield group


def _same_flags(instruction: Instruction, group: list[tuple[Run, Call]]) -> bool:
    return [flag.text for flag in instruction.flags] == [flag.text for flag in group[0][0].flags]


def _only_install(build: Build, run: Run) -> Call | None:
    """The one install of named packages in a RUN that else only refreshes, cleans up or sets variables."""
    found: Call | None = None
    calls = build.calls(run)
    commands = {id(call.command) for call in calls}
    for command in build.commands(run):
        if id(command) not in commands and command.name not in ("rm", "set", "export", "true", ""):
            return None
    for call in calls:
        if call.verb == "install":
            # Wheels of one index for another program, or a file of requirements, are no list to be joined.
            if found is not None or call.requirements or any(p.kind != "name" for p in call.packages):
                return None
            if call.value("-i", "--index-url", "--extra-index-url", "-t", "--target-release", "--target"):
                return None
            found = call
        elif call.verb not in ("update-index", "clean"):
            return None
    return found


EXAMPLES = (
    Bad("RUN «apt-get install» -y a\nRUN apt-get install -y b", message="lines 2 and 3"),
    Bad("FROM python:3.12-slim\nRUN «pip install» a==1\nRUN pip install b==2\nRUN pip install c==3", message="3 RUNs"),
    Good("RUN apt-get install -y a\nCOPY x /x\nRUN apt-get install -y b", why="a COPY stands between"),
    Good("FROM python:3.12-slim\nRUN pip install a==1\nRUN pip install -r requirements.txt", why="a manifest"),
    Good("RUN apt-get install -y curl\nRUN curl -fsSL https://example.com/x | sh\nRUN apt-get install -y b"),
    Good(
        "FROM debian:12-slim AS build\nRUN apt-get install -y a\nRUN apt-get install -y b\nFROM scratch\n"
        "COPY --from=build /a /a",
        why="the stage is not shipped",
    ),
)
