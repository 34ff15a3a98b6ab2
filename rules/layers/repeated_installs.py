"""OPT002."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE, Fix
from ...fixers.edits.join_runs import join_runs
from ...model.layers import sole_package_install
from ...syntax.tree import Run
from ..base import INFO, Bad, Finding, Good, rule
from ..packages.common import CallPrefix
from ..text import format_line_numbers, join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Instruction

    Group = list[tuple[Run, PackageCall]]

_ORDERED = frozenset(("python", "go"))
"""Ecosystems in which an install may need the one before it, or one call does not take what two do."""


@rule("OPT002", level=INFO, since="0.1", onbuild=False, fix=SAFE)
def repeated_installs(stage: Stage, build: Build) -> Iterator[Finding]:
    """One package manager is called again and again in RUNs that follow each other.

    ## Why
    Each RUN is a layer of its own with its own package lists and database. One RUN is smaller, and where one call can
    take all packages it is faster too and solves versions once.

    ## What is left alone
    Stages that are not shipped, RUNs with anything between them, and installs from a manifest: those are kept apart
    so that the cache works.

    ## Fix safety
    Safe for the managers of the operating system: the RUNs are joined with `&&`, each call as it is. Unsafe for those
    of languages: what is large may stand apart so that the cache keeps it. No fix where a manager upgrades itself.
    """
    if not build.is_shipped(stage):
        return
    for group in _groups(stage.instructions, build):
        first = CallPrefix(group[0][1])
        heads = list(dict.fromkeys(_short(call) for _, call in group))
        numbers = format_line_numbers([run.start_line for run, _ in group])
        advice = (
            "one call with all packages makes one layer"
            if _fit_one_call(group)
            else "joined with `&&` they make one layer"
        )
        yield Finding(
            f"{join_quoted(heads)} {'are' if len(heads) > 1 else 'is'} called in {len(group)} RUNs that follow each other "
            f"({numbers}); {advice}",
            first,
            related=[(CallPrefix(call), "again") for _, call in group[1:]],
            fix=_fix(build, group),
        )


def _fix(build: Build, group: Group) -> Fix | None:
    change = join_runs(build, [run for run, _ in group])
    return change and Fix("Join the RUNs", SAFE if group[0][1].manager.ecosystem == "os" else UNSAFE, *change)


def _groups(instructions: Sequence[Instruction], build: Build) -> Iterator[Group]:
    """Two or more RUNs in a row that each do nothing but install named packages with the same manager."""
    group: Group = []
    for instruction in instructions:
        call = sole_package_install(build, instruction) if isinstance(instruction, Run) else None
        if call is not None and isinstance(instruction, Run) and group and _alike(group[0], instruction, call):
            group.append((instruction, call))
            continue
        if len(group) > 1:
            yield group
        group = [(instruction, call)] if call is not None and isinstance(instruction, Run) else []
    if len(group) > 1:
        yield group


def _alike(first: tuple[Run, PackageCall], run: Run, call: PackageCall) -> bool:
    same_flags = [flag.text for flag in run.flags] == [flag.text for flag in first[0].flags]
    return same_flags and call.manager is first[1].manager


def _short(call: PackageCall) -> str:
    """The words of a call without flags: `apt-get install`; those of `python -m pip install` as they stand."""
    program = call.command.words[0]
    return f"{program.text} {call.path}".rstrip() if program.base_name() == call.program else CallPrefix(call).text


def _fit_one_call(group: Group) -> bool:
    """Whether the calls differ in their packages alone, and none of them brings a newer manager for the next."""
    calls = [call for _, call in group]
    manager = calls[0].manager
    kinds = {
        (call.program, *sorted(f"{f}={v}" for f, v, _ in call.options if f not in manager.flags.yes)) for call in calls
    }
    own = any(package.name in manager.programs for call in calls for package in call.packages)
    return len(kinds) == 1 and not own and manager.ecosystem not in _ORDERED


EXAMPLES = (
    Bad(
        "RUN «apt-get install» -y a\nRUN apt-get install -y b",
        message="lines 2 and 3); one call",
        fixed="RUN apt-get install -y a && \\\n    apt-get install -y b",
    ),
    Bad(
        "FROM node:22\nRUN «npm install» -g a@1\nRUN npm install -g b@1 && rm -rf /x\n",
        fixed="FROM node:22\nRUN npm install -g a@1 && \\\n    npm install -g b@1 && rm -rf /x\n",
    ),
    Bad("FROM python:3.12\nRUN «pip install» -U pip\nRUN pip install a==1\nRUN pip install b==2", message="with `&&`"),
    Bad("FROM node:22\nRUN «npm install» -g npm@11\nRUN npm install -g yarn@1", message="joined with `&&`"),
    Good("RUN apt-get install -y a\nCOPY x /x\nRUN apt-get install -y b", why="a COPY stands between"),
    Good("FROM python:3.12-slim\nRUN pip install a==1\nRUN pip install -r requirements.txt", why="a manifest"),
    Good("RUN apt-get install -y curl\nRUN curl -fsSL https://example.com/x | sh\nRUN apt-get install -y b"),
    Good("FROM debian:12 AS a\nRUN apt-get install -y a\nRUN apt-get install -y b\nFROM scratch", why="not shipped"),
)
