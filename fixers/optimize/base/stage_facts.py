"""What the stacks have in common: facts about a stage, and pieces of the text of the two stages."""

from __future__ import annotations

import posixpath

from ....model.images.catalog import is_known_tag
from ....model.images.reference import parse_reference
from ....syntax.tree import CopyOrAdd, Run, Workdir
from .copies import context_copies
from .rewrite import RewriteRejected
from .run_steps import SYSTEM_PACKAGES, split_run_groups
from .system import read_apt_install

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from .copies import CopiedPath
    from .rewrite import Preconditions
    from .run_steps import RunCommand, RunGroup
    from .system import AptInstall

NAME = "multi-stage"
"""The name of the rewrite, which is the same for every stack."""
ROOT = (None, "root", "0")
"""Users of a stage who are root; None is the base image's, which is root in official images."""
_SETTING = frozenset(("cd", "export", "unset", "source", ".", "eval", "alias", "umask", "trap", "exec"))
"""Commands of the shell that set the directory, variables or more for those after them."""


def base_text(stage: Stage) -> str:
    """The base image of a stage as the file names it."""
    return stage.from_.base.text if stage.from_.base is not None else ""


def quoted(names: Iterable[str]) -> str:
    """The names in backticks, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def require_plain_base(stage: Stage, checks: Preconditions) -> None:
    """Raise RewriteRejected when the name of the base image contains a variable."""
    base = base_text(stage)
    checks.require(
        "the base image is written without variables",
        base and "$" not in base,
        f"the base image `{base}` contains a variable; write its name and tag out",
        stage.from_,
    )


def require_workdir(stage: Stage, before: Run, checks: Preconditions, at: Instruction | None, reason: str = "") -> None:
    """Raise RewriteRejected at `at` when no WORKDIR is set before the RUN; `reason` replaces the usual one."""
    checks.require(
        "WORKDIR is set before the build",
        any(isinstance(step, Workdir) and step.start < before.start for step in stage.instructions),
        reason or "no WORKDIR is set before the build; set one",
        at,
    )


def require_root(build: Build, install: Run, checks: Preconditions) -> None:
    """Raise RewriteRejected when a RUN does not install as root."""
    user = build.state(install).user
    checks.require("the dependencies are installed as root", user in ROOT, installed_as(user), install)


def installed_as(user: str | None) -> str:
    """The reason to reject an install by a user who is not root."""
    return f"the dependencies are installed as `{user}`, not as root"


def reject_instruction(instruction: Instruction, classes: tuple[type[Instruction], ...]) -> None:
    """Raise RewriteRejected for an instruction of one of the classes."""
    if isinstance(instruction, classes):
        raise RewriteRejected(f"a stage with {instruction.name} cannot be split", instruction)


def take_system_packages(
    build: Build, run: Run, apt_installs: dict[int, AptInstall], *, compound: bool = False
) -> list[RunGroup]:
    """Split a RUN: record what apt installs in `apt_installs` by the id of the RUN, and return the other commands.

    Raises RewriteRejected when apt does more than install packages, and when the RUN is not a plain list of commands,
    with cache mounts or without; with `compound`, other commands may be in `if`, in a subshell, or in `a || b`.
    """
    found = split_run_groups(build, run)
    groups = [group for group in found.groups if group.kind != SYSTEM_PACKAGES]
    system = [group for group in found.groups if group.kind == SYSTEM_PACKAGES]
    plain = all(group.is_plain for group in (system if compound else found.groups))
    # What the shell sets is not part of the state of the RUN.
    sets = any(not command.name or command.name in _SETTING for command in build.commands(run))
    if not plain or found.is_whole or (sets and not all(group.is_plain for group in found.groups)):
        raise RewriteRejected(found.reason, run)
    if system:
        apt_installs[id(run)] = read_apt_install([command for group in system for command in group.commands], run)
    return groups


def take_packages(
    run: Run, commands: Sequence[RunCommand], installs: dict[int, AptInstall], families: Collection[str] = ("apt",)
) -> list[RunCommand]:
    """Record what managers of the families install among the commands of a RUN, and return the other commands.

    Raises RewriteRejected when the managers do more than install packages.
    """
    system = [command for command in commands if command.kind == SYSTEM_PACKAGES]
    if system:
        installs[id(run)] = read_apt_install(system, run, families)
    return [command for command in commands if command.kind != SYSTEM_PACKAGES]


def is_from_context(instruction: Instruction) -> bool:
    """Whether an instruction copies from the build context."""
    return isinstance(instruction, CopyOrAdd) and instruction.flag("from") is None


def places_of(build: Build, stage: Stage, context: Context, copy: Instruction) -> list[CopiedPath]:
    """What one COPY or ADD copies from the build context."""
    return [place for place in context_copies(build, stage, context) if place.instruction is copy]


def is_copied_again(build: Build, stage: Stage, context: Context, copy: Instruction) -> bool:
    """Whether later COPYs of directories copy the same files to the same places."""
    everything = list(context_copies(build, stage, context))
    mine = [place for place in everything if place.instruction is copy]
    later = [place for place in everything if place.instruction.start > copy.start and place.folder]
    return bool(mine) and all(
        not place.folder and any(other.source_of(place.target) == place.source for other in later) for place in mine
    )


def overwritten_path(build: Build, stage: Stage, context: Context, directory: str) -> str:
    """The path in the build context of files that a COPY puts into `directory` of the image; "" for none."""
    for place in context_copies(build, stage, context):
        relative = posixpath.relpath(directory, place.target)
        source = posixpath.normpath(posixpath.join(place.source, relative))
        if (
            place.folder
            and not relative.startswith("..")
            and any(name.startswith(source + "/") for name in context.files())
        ):
            return source
    return ""


def reject_ownership(copy: Instruction) -> None:
    """Raise RewriteRejected for a COPY with an owner or mode, which `COPY --from=build` of a directory would lose."""
    if copy.flag("chown") or copy.flag("chmod"):
        raise RewriteRejected("the source is copied with a different owner or mode, which the split would lose", copy)


def with_release(base: str, tag: str, release: str) -> str:
    """The base image with the Debian release in its tag.

    Without it, builder and final stage would differ once the tag moves to another release.
    """
    if release in tag:
        return base
    return f"{base.partition(':')[0]}:{release if tag == 'latest' else f'{tag}-{release}'}"


def named_release(stage: Stage) -> tuple[str, str] | None:
    """The base image with its Debian release in the tag, and the release; None unless such a tag exists."""
    ref, facts = stage.base_ref, stage.base_facts
    if ref is None or facts is None or not facts.suite:
        return None
    text = with_release(base_text(stage), ref.tag or "latest", facts.suite)
    named = parse_reference(text)
    return (text, facts.suite) if is_known_tag(named) else None


def is_within(path: str, directory: str) -> bool:
    """Whether a path of the image is a directory or in it."""
    return (path.rstrip("/") + "/").startswith(directory.rstrip("/") + "/")
