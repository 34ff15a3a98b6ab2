"""Copy manifests first, then install, then copy the source: a source change does not reinstall dependencies."""

from __future__ import annotations

import posixpath

from ....model.layers import named_package_installs
from ....syntax.tree import CopyOrAdd, Run, Workdir
from ..base.blocks import instruction_with_comments, join_blocks, run_instruction
from ..base.copies import context_copies, context_path
from ..base.rewrite import NothingToDo, Preconditions, RewriteOutcome, RewriteRejected, Step, run_rewrite
from ..base.run_steps import FILES_AND_USERS, SYSTEM_PACKAGES, split_run
from ..manifests.manifests import install_inputs
from .install_split import find_splittable_run, split_off_fetch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction

NAME = "order"


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Copy the manifests of the first install that follows a copy of the source before it, the source after it."""
    return run_rewrite(NAME, lambda checks: _rewritten(build, stage, context, checks))


def _rewritten(build: Build, stage: Stage, context: Context, checks: Preconditions) -> tuple[str, list[Step]]:
    copy, run, whole = _install_after_source(build, stage, context)
    if whole:
        return _split(build, stage, context, copy, run)
    between = _between(stage, copy, run)
    checks.require(
        "nothing between the copy and the install needs the source",
        all(_needs_no_source(build, stage, context, copy, step) for step in between if isinstance(step, Run)),
        "a RUN between the copy and the install may need the source; move it after the install",
        run,
    )
    elsewhere = any(isinstance(step, Workdir) for step in between)
    checks.require(
        "the destination of the copy does not depend on WORKDIR",
        not elsewhere or _is_absolute(copy),
        "WORKDIR changes between this copy and the install; use an absolute destination",
        copy,
    )
    names = install_inputs(build, stage, context, run)
    left = [name for name in names if not _there_before(build, stage, context, copy, name)]
    flags = "".join(f"{flag.text} " for flag in copy.flags)
    lines = [line.replace("COPY ", f"COPY {flags}", 1) for line in copy_instructions(build, stage, context, left, run)]
    early = "".join(f"{line}\n" for line in lines)
    text = build.dockerfile.source.text
    start, end = lines_with_comments(text, copy)
    moved = text[start:end].rstrip("\n")
    run_start, run_end = _line(text, run)
    install, rest = _split_after_install(build, run)
    if rest:
        moved, install = f"{moved}\n{rest}", text[run_start : run.start] + install
    else:
        install = text[run_start:run_end]
    if elsewhere:
        # The manifests are copied to where the install runs: after the WORKDIR.
        above = lines_with_comments(text, run)[0]
        first = text[:start] + text[end:above] + early + text[above:run_start] + install
    else:
        first = text[:start] + early + text[end:run_start] + install
    blank = "\n" if text[:start].endswith("\n\n") else ""
    new = f"{first.rstrip(chr(10))}\n{blank}{moved}\n{text[run_end:]}"
    manifests = ", ".join(f"`{name}`" for name in names)
    step = Step(
        f"Copy {manifests} before the install, the source after it",
        "a source change no longer reinstalls all dependencies",
    )
    return join_blocks([new]), [step]


def _split(build: Build, stage: Stage, context: Context, copy: CopyOrAdd, run: Run) -> tuple[str, list[Step]]:
    """Download dependencies before the source is copied; the install or build itself stays after it."""
    names, fetching, rest = split_off_fetch(build, stage, context, copy, run)
    flags = "".join(f"{flag.text} " for flag in copy.flags)
    lines = [line.replace("COPY ", f"COPY {flags}", 1) for line in copy_instructions(build, stage, context, names, run)]
    text = build.dockerfile.source.text
    start = lines_with_comments(text, copy)[0]
    early = "".join(f"{line}\n" for line in (*lines, fetching))
    following = text[copy.start : run.start] + (rest or text[run.start : run.end]) + text[run.end :]
    manifests = ", ".join(f"`{name}`" for name in names)
    step = Step(
        f"Copy {manifests} and download the dependencies before copying the source",
        "a source change no longer downloads all dependencies again",
    )
    return join_blocks([text[:start] + early + text[start : copy.start] + following]), [step]


def _needs_no_source(build: Build, stage: Stage, context: Context, copy: CopyOrAdd, run: Run) -> bool:
    """Whether a RUN only changes settings, or creates a virtual environment where the copy puts nothing."""
    if run.heredocs:
        return False
    commands = build.commands(run)
    if _only_sets(build, run) or all(command.name == "export" and not command.context for command in commands):
        return True
    path = _created_venv(build, run)
    if path is None:
        return False
    mine = [place for place in context_copies(build, stage, context) if place.instruction is copy]
    files = [name for place in mine if (name := place.source_of(path)) is not None]
    return bool(mine) and not any(context.exists(name) for name in files)


def _created_venv(build: Build, run: Run) -> str | None:
    """The path in the image of the virtual environment that a RUN creates, if it does nothing else."""
    commands = build.commands(run)
    words = [word.value for word in commands[0].words] if len(commands) == 1 and not commands[0].context else []
    if len(words) != 4 or words[0] not in ("python", "python3") or words[1:3] != ["-m", "venv"]:
        return None
    return build.state(run).path(words[3])


def _only_sets(build: Build, run: Run) -> bool:
    """Whether a RUN only changes user settings of package managers, in no file of the project."""
    try:
        found = split_run(build, run)
    except RewriteRejected:
        return False
    return all(
        piece.call is not None
        and piece.call.verb == "config"
        and not piece.call.has("--local")
        and "project" not in piece.text
        and (piece.call.manager.name != "bundle" or piece.call.has("--global"))
        for piece in found
    )


def _install_after_source(build: Build, stage: Stage, context: Context) -> tuple[CopyOrAdd, Run, bool]:
    """The copy of the whole source, the first install from a manifest after it, and whether that needs the source."""
    broad: CopyOrAdd | None = None
    whole = {
        id(place.instruction) for place in context_copies(build, stage, context) if place.folder and not place.source
    }
    early: set[str] = set()  # the install after the copy is for the project itself
    for step in stage.instructions:
        if isinstance(step, CopyOrAdd) and id(step) in whole:
            broad = step
        if not isinstance(step, Run) or not _installs_dependencies(build, step):
            continue
        if broad is None:
            early |= _managers(build, step, "--no-install-project", "--no-root", "--no-self")
        elif not _managers(build, step) <= early:
            return broad, step, _needs_source(build, stage, context, broad, step)
    run = find_splittable_run(build, stage, broad) if broad is not None else None
    if broad is not None and run is not None:
        return broad, run, True
    raise NothingToDo("no dependency install follows a copy of the whole source")


def _managers(build: Build, run: Run, *options: str) -> set[str]:
    """The package managers that a RUN installs with, by calls that have one of the options, if any are given."""
    calls = [call for call in build.package_calls(run) if call.verb in ("install", "restore")]
    return {call.manager.name for call in calls if not options or call.has(*options)}


def _installs_dependencies(build: Build, run: Run) -> bool:
    """Whether a RUN installs dependencies from a manifest."""
    calls = [call for call in build.package_calls(run) if call.verb in ("install", "restore")]
    return any(call.manager.ecosystem != "os" for call in calls) and not named_package_installs(build, run)


def _needs_source(build: Build, stage: Stage, context: Context, broad: CopyOrAdd, run: Run) -> bool:
    """Whether an install reads the source too, but can download before it."""
    if find_splittable_run(build, stage, broad) is not run:
        return False
    try:
        install_inputs(build, stage, context, run)
    except RewriteRejected:
        try:
            split_off_fetch(build, stage, context, broad, run)
        except RewriteRejected:
            return False
        return True
    return False


def _split_after_install(build: Build, run: Run) -> tuple[str, str]:
    """The RUN up to its last install, and a RUN with the commands after it.

    Both are empty where only cleanup follows.
    """
    last = [call.command for call in build.package_calls(run) if call.verb in ("install", "restore", "clean")][-1:]
    commands = list(build.commands(run))
    if not last or last[0] is commands[-1]:
        return "", ""
    found = split_run(build, run)
    at = next(number for number, piece in enumerate(found, 1) if piece.command is last[0])
    if all(piece.kind in (FILES_AND_USERS, SYSTEM_PACKAGES) and piece.command.name == "rm" for piece in found[at:]):
        return "", ""
    return run_instruction([piece.text for piece in found[:at]]), run_instruction([piece.text for piece in found[at:]])


def _between(stage: Stage, first: Instruction, last: Instruction) -> list[Instruction]:
    return [step for step in stage.instructions if first.start < step.start < last.start]


def _there_before(build: Build, stage: Stage, context: Context, copy: CopyOrAdd, name: str) -> bool:
    """Whether an earlier copy puts the file where `copy` puts it too."""
    everything = [place for place in context_copies(build, stage, context) if place.instruction.start <= copy.start]
    return any(
        one.instruction is not copy
        and one.source == name
        and not one.folder
        and any(other.instruction is copy and other.source_of(one.target) == name for other in everything)
        for one in everything
    )


def _same_folder(build: Build, copy: CopyOrAdd, run: Run) -> None:
    if build.state(copy).workdir != build.state(run).workdir:
        raise RewriteRejected("WORKDIR changes between a copy and the install; set it once before both", run)


def _is_absolute(copy: CopyOrAdd) -> bool:
    return copy.destination is not None and copy.destination.text.startswith("/")


def lines_with_comments(text: str, instruction: Instruction) -> tuple[int, int]:
    """The start and end offsets of the lines of an instruction, with the comments directly above it."""
    start, end = _line(text, instruction)
    for comment in reversed([each for each in instruction.comments if each.start < instruction.start]):
        if text.find("\n", comment.start) + 1 != start:
            break
        start = text.rfind("\n", 0, comment.start) + 1
    return start, end


def _line(text: str, instruction: Instruction) -> tuple[int, int]:
    start = text.rfind("\n", 0, instruction.start) + 1
    end = text.find("\n", instruction.end)
    return start, len(text) if end < 0 else end + 1


def manifest_copies(
    build: Build, stage: Stage, context: Context, names: list[str], run: Run, last: Run | None = None
) -> tuple[list[str], list[CopyOrAdd]]:
    """COPY lines for the manifests `names` before `run`, and the existing copies among them.

    Existing copies before `last` (default: `run`) that copy only manifests are used; the rest gets new ones.
    """
    left = list(names)
    lines: list[str] = []
    used: list[CopyOrAdd] = []
    everything = list(context_copies(build, stage, context))
    for step in stage.instructions:
        if isinstance(step, CopyOrAdd) and step.start < run.start and not _is_absolute(step):
            _same_folder(build, step, run)
        if not isinstance(step, CopyOrAdd) or step.start > (last or run).start or step.flags:
            continue
        if build.state(step).workdir != build.state(run).workdir:
            continue
        mine = [place for place in everything if place.instruction is step]
        if mine and all(not place.folder and place.source in names for place in mine):
            lines.append(instruction_with_comments(build, step))
            used.append(step)
            left = [name for name in left if all(place.source != name for place in mine)]
    return [*lines, *copy_instructions(build, stage, context, left, run)], used


def copy_instructions(build: Build, stage: Stage, context: Context, names: list[str], run: Run) -> list[str]:
    """COPY lines before `run` that put files of the context where the copies of the stage put them."""
    targets: dict[str, list[str]] = {}
    folders: list[str] = []
    workdir = build.state(run).path(".") or "/"
    for name in names:
        path = _target(build, stage, context, name)
        if path is None or posixpath.basename(path) != posixpath.basename(name):
            raise RewriteRejected(
                f"cannot determine where `{name}` is copied to; use an absolute path as the destination", run
            )
        folder = posixpath.dirname(path)
        if name not in context.files():
            folders.append(f"COPY {name} {relative_to_workdir(path, workdir)}/")
            continue
        targets.setdefault(relative_to_workdir(folder, workdir).rstrip("/") + "/", []).append(name)
    return [*(f"COPY {' '.join(names)} {target}" for target, names in targets.items()), *folders]


def relative_to_workdir(path: str, workdir: str) -> str:
    """A path of the image relative to a WORKDIR; absolute in the root, where a relative one is DL3045."""
    if workdir == "/" or not (path + "/").startswith(workdir.rstrip("/") + "/"):
        return path
    return posixpath.relpath(path, workdir)


def _target(build: Build, stage: Stage, context: Context, name: str) -> str | None:
    for place in context_copies(build, stage, context):
        if not place.folder and place.source == name:
            return place.target
        if place.folder and (not place.source or name.startswith(place.source + "/")):
            path = posixpath.join(place.target, posixpath.relpath(name, place.source or "."))
            if context_path(build, stage, context, path) == name:
                return path
    return None
