"""OPT002."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE, Edit, Fix
from ...fixers.edits.join_runs import join_runs
from ...model.layers import sole_package_install
from ...syntax.tree import Run
from ..base import INFO, SHIPPED, Bad, Finding, Good, rule
from ..packages.package_findings import CallPrefix
from ..stages.development import ships
from ..text import format_line_numbers, join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Instruction

    Group = list[tuple[Run, PackageCall]]

_ORDERED = frozenset(("python", "go"))
"""Ecosystems in which an install may depend on an earlier one, or one call cannot replace two."""


@rule("OPT002", level=INFO, since="0.1", onbuild=False, fix=SAFE, scope=SHIPPED)
def repeated_installs(stage: Stage, build: Build) -> Iterator[Finding]:
    """Consecutive RUN instructions call the same package manager.

    ## Why
    Each RUN creates a layer with its own package lists and database. One RUN is smaller; one call with all packages is
    also faster and resolves versions once.

    ## Fix safety
    Safe for operating system packages: if the later RUNs only install, their packages are added to the first call;
    otherwise the RUNs are combined with `&&`, and the calls do not change. Unsafe for language packages: large installs
    may be in separate RUNs to be cached separately. There is no fix if a manager upgrades itself.

    ## Exceptions
    - Stages that are not part of the final image, and images for development, tests and CI.
    - RUNs with other instructions between them.
    - Installs from a manifest, which are separate for the build cache.
    """
    if not ships(build, stage):
        return
    for group in _groups(stage.instructions, build):
        first = CallPrefix(group[0][1])
        heads = list(dict.fromkeys(_short(call) for _, call in group))
        numbers = format_line_numbers([run.start_line for run, _ in group])
        advice = "install all packages in one call" if _fit_one_call(group) else "combine them with `&&`"
        yield Finding(
            f"{join_quoted(heads)} {'run' if len(heads) > 1 else 'runs'} in {len(group)} consecutive RUN instructions "
            f"({numbers}); {advice}",
            first,
            related=[(CallPrefix(call), "again here") for _, call in group[1:]],
            fix=_fix(build, group),
        )


def _fix(build: Build, group: Group) -> Fix | None:
    safety = SAFE if group[0][1].manager.ecosystem == "os" else UNSAFE
    change = join_runs(build, [run for run, _ in group])
    if change is None:
        return None
    edit = _one_call(build, group) if _fit_one_call(group) else None
    if edit is not None:
        return Fix("Install all packages in one call", safety, [edit], declare_edits=True)
    return Fix("Combine the RUN instructions", safety, *change)


def _one_call(build: Build, group: Group) -> Edit | None:
    """The edit that adds the packages of the later RUNs to the first call and removes those RUNs.

    None unless the first RUN ends with its packages, and the others only install and have no comments.
    """
    (run, call), rest = group[0], group[1:]
    text, last = build.dockerfile.source.text, group[-1][0]
    end = run.start + len(text[run.start : run.end].rstrip())
    if not call.packages or call.packages[-1].word.end != end:
        return None
    if any(len(build.commands(other)) > 1 or not _same_prefix(call, each) for other, each in rest):
        return None
    if any(end <= comment.start < last.end for comment in build.dockerfile.comments):
        return None
    added = [package.word.text for _, other in rest for package in other.packages]
    return Edit(end, last.start + len(text[last.start : last.end].rstrip()), f" {' '.join(added)}")


def _same_prefix(first: PackageCall, second: PackageCall) -> bool:
    """Whether two calls run in the same environment: variables, `sudo`, no redirections."""
    one, other = first.command, second.command
    return first.environment == second.environment and one.wrappers == other.wrappers and not other.redirects


def _groups(instructions: Sequence[Instruction], build: Build) -> Iterator[Group]:
    """Groups of two or more consecutive RUNs that only install named packages with the same manager."""
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
    """The call without options: `apt-get install`; unchanged for `python -m pip install`."""
    program = call.command.words[0]
    return f"{program.text} {call.path}".rstrip() if program.base_name() == call.program else CallPrefix(call).text


def _fit_one_call(group: Group) -> bool:
    """Whether the calls differ only in their packages, and none of them upgrades the manager for the next."""
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
        message="lines 2 and 3); install all packages in one call",
        fixed="RUN apt-get install -y a b",
    ),
    Bad(
        "RUN apt-get update && «apt-get install» -y a\nRUN apt-get install -y b \\\n    c\nRUN make",
        fixed="RUN apt-get update && apt-get install -y a b c\nRUN make",
    ),
    Bad(
        "RUN «apt-get install» -y a\nRUN A=1 apt-get install -y b",
        fixed="RUN apt-get install -y a && \\\n    A=1 apt-get install -y b",
    ),
    Bad(
        "RUN «apt-get install» -y a\n# why\nRUN apt-get install -y b",
        fixed="RUN apt-get install -y a && \\\n    # why\n    apt-get install -y b",
    ),
    Good("RUN apt-get install -y a\nCOPY x /x\nRUN apt-get install -y b", why="not consecutive"),
    Bad(
        "FROM node:22\nRUN «npm install» -g a@1\nRUN npm install -g b@1 && rm -rf /x\n",
        fixed="FROM node:22\nRUN npm install -g a@1 && \\\n    npm install -g b@1 && rm -rf /x\n",
    ),
    Bad("FROM python:3.12\nRUN «pip install» -U pip\nRUN pip install a==1\nRUN pip install b==2", message="with `&&`"),
    Bad("FROM node:22\nRUN «npm install» -g npm@11\nRUN npm install -g yarn@1", message="combine them with `&&`"),
    Good(
        "FROM python:3.12-slim\nRUN pip install a==1\nRUN pip install -r requirements.txt",
        why="installs from a manifest",
    ),
    Good("RUN apt-get install -y curl\nRUN curl -fsSL https://example.com/x | sh\nRUN apt-get install -y b"),
    Good(
        "FROM debian:12 AS a\nRUN apt-get install -y a\nRUN apt-get install -y b\nFROM scratch",
        why="not in the final image",
    ),
)
