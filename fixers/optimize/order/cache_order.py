"""Copy manifests first, then install, then copy the source: a source change does not reinstall dependencies."""

from __future__ import annotations

import posixpath
import re

from ....model.layers import named_package_installs
from ....syntax.tree import CopyOrAdd, Run, Workdir
from ..base.blocks import WIDTH, instruction_with_comments, join_blocks, line_of, lines_with_comments, run_instruction
from ..base.copies import context_copies, context_path, copies_application_only
from ..base.rewrite import NothingToDo, Preconditions, RewriteOutcome, RewriteRejected, Step, run_rewrite
from ..base.run_steps import FILES_AND_USERS, SYSTEM_PACKAGES, split_run
from ..manifests.manifests import install_inputs
from .install_split import find_splittable_run, split_off_fetch
from .source_copies import SourceCopies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context

NAME = "order"
_PARENTS, _PARENTS_LABS = 20, 7
"""The minor versions of docker/dockerfile that have `COPY --parents`. Source: its release notes."""


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Copy the manifests of the first install that follows a copy of the source before it, the source after it."""
    return run_rewrite(NAME, lambda checks: _rewritten(build, stage, context, checks))


def _rewritten(build: Build, stage: Stage, context: Context, checks: Preconditions) -> tuple[str, list[Step]]:
    found = _install_after_source(build, stage, context)
    copies = found.copies
    checks.require(
        "nothing between the copy and the install needs the source",
        not copies.blocked(stage),
        "a RUN between the copy and the install may need the source; move it after the install",
        copies.run,
    )
    copies.require_movable(build, stage, context)
    checks.require("the copies of the source can follow the install", ok=True)
    left = copies.left(build.state(copies.run).path(".") or "/")
    lines = _manifest_lines(build, stage, context, left, copies.run)
    shown = ", ".join(f"`{name}`" for name, _ in left) or ", ".join(f"`{name}`" for name in copies.names)
    if found.fetch:
        new = _moved(build, copies, lines, found.fetch, found.rest)
        title = f"Copy {shown} and download the dependencies before copying the source"
        return new, [Step(title, "a source change no longer downloads all dependencies again")]
    new = _moved(build, copies, lines)
    title = f"Copy {shown} before the install, the source after it"
    return new, [Step(title, "a source change no longer reinstalls all dependencies")]


def _manifest_lines(
    build: Build, stage: Stage, context: Context, left: list[tuple[str, CopyOrAdd]], run: Run
) -> list[str]:
    """COPY lines for manifests, with the options of the copies that bring them now."""
    if _has_parents(build) and len({posixpath.dirname(name) for name, _ in left}) > 1:
        line = _with_parents(build, stage, context, left, run)
        if line:
            return [line]
    lines: list[str] = []
    for flags in dict.fromkeys(_flags(copy) for _, copy in left):
        names = [name for name, copy in left if _flags(copy) == flags]
        new = copy_instructions(build, stage, context, names, run)
        lines += [line.replace("COPY ", f"COPY {flags}", 1) for line in new]
    return lines


def _has_parents(build: Build) -> bool:
    """Whether the syntax of the file surely has `COPY --parents`, since docker/dockerfile 1.20 and 1.7-labs."""
    syntax = next((each.value for each in build.dockerfile.directives if each.name.lower() == "syntax"), "")
    match = re.fullmatch(
        r"(?:docker\.io/)?docker/dockerfile:(1|labs|1-labs|1\.(\d+)(?:\.\d+)?(-labs)?)", syntax.strip()
    )
    return match is not None and (match[2] is None or int(match[2]) >= (_PARENTS_LABS if match[3] else _PARENTS))


def _with_parents(build: Build, stage: Stage, context: Context, left: list[tuple[str, CopyOrAdd]], run: Run) -> str:
    """One COPY that keeps the directories of the manifests; empty where they are copied to other directories."""
    workdir = build.state(run).path(".") or "/"
    flags = {_flags(copy) for _, copy in left}
    same = all(image_path(build, stage, context, name) == posixpath.join(workdir, name) for name, _ in left)
    if not same or len(flags) > 1:
        return ""
    names = sorted((name for name, _ in left), key=lambda name: "/" in name and name in context.files())
    line = ""
    lines: list[str] = []
    for word in (f"COPY {flags.pop()}--parents", *names, "./"):
        if line and len(line) + len(word) > WIDTH - 15:
            lines.append(line)
            line = "   "
        line = f"{line} {word}" if line else word
    return " \\\n".join([*lines, line])


def _flags(copy: CopyOrAdd) -> str:
    return "".join(f"{flag.text} " for flag in copy.flags if flag.name != "exclude")


def _moved(build: Build, copies: SourceCopies, early: list[str], fetch: str = "", rest: str = "") -> str:
    """The file with the copies of the source after the install, or after `fetch` and before the install.

    `rest` is what the RUN itself becomes after `fetch`; "" for the present one.
    """
    text = build.dockerfile.source.text
    run = copies.run
    spans = [lines_with_comments(text, copy) for copy in copies.moved]
    start = spans[0][0]
    above = lines_with_comments(text, run)[0]
    run_end = line_of(text, run)[1]
    between = "".join(
        text[end:until] for (_, end), until in zip(spans, [*(start for start, _ in spans[1:]), above], strict=True)
    )
    split = [_without_manifests(build, copy, copies.names) for copy in copies.moved]
    moved = "\n".join(line for _, line in split)
    early = [*(comment for comment, _ in split if comment), *early]
    manifests = "".join(f"{line}\n" for line in early)
    workdir = any(
        isinstance(step, Workdir) and start < step.start < run.start for step in build.dockerfile.instructions
    )
    # The manifests are copied to where the install runs: after a WORKDIR.
    first = text[:start] + (between + manifests if workdir else manifests + between)
    blank = "\n" if text[:start].endswith("\n\n") else ""
    if fetch:
        after = text[above : run.start] + (rest or text[run.start : run.end]) + text[run.end :]
        return join_blocks([f"{first}{fetch}\n{blank}{moved}\n{after}"])
    install, others = _split_after_install(build, run)
    if others:
        first += text[above : run.start] + install
        moved = f"{moved}\n{others}"
    else:
        first += text[above:run_end]
    return join_blocks([f"{first.rstrip(chr(10))}\n{blank}{moved}\n{text[run_end:]}"])


def _without_manifests(build: Build, copy: CopyOrAdd, names: list[str]) -> tuple[str, str]:
    """The comments above a copy that names manifests, and its lines without those; else no comments, and its lines."""
    text = build.dockerfile.source.text
    start, end = lines_with_comments(text, copy)
    left = [word for word in copy.sources if posixpath.normpath(word.text) not in names]
    if copy.json or not left or len(left) == len(copy.sources):
        return "", text[start:end].rstrip("\n")
    assert copy.destination is not None
    words = " ".join(word.text for word in (*left, copy.destination))
    flags = "".join(f"{flag.text} " for flag in copy.flags)
    return text[start : copy.start].rstrip("\n"), f"{copy.name} {flags}{words}"


class _Found:
    """An install, the copies of the source before it, and for one that needs the source, the RUN that downloads."""

    __slots__ = ("copies", "fetch", "rest")

    def __init__(self, copies: SourceCopies, fetch: str = "", rest: str = "") -> None:
        self.copies = copies
        self.fetch = fetch
        self.rest = rest


def _install_after_source(build: Build, stage: Stage, context: Context) -> _Found:
    """The first install from a manifest after a copy of the source, or the first build that can download before it."""
    early: set[str] = set()  # the install after the copy is for the project itself
    for step in stage.instructions:
        if not isinstance(step, Run) or not _installs_dependencies(build, step):
            continue
        managers = _managers(build, step)
        if early and managers <= early:
            continue
        early |= _managers(build, step, "--no-install-project", "--no-root", "--no-self")
        found = _of_install(build, stage, context, step)
        if found is not None:
            return found
    broad = _broad_copy(build, stage, context)
    run = find_splittable_run(build, stage, broad) if broad is not None else None
    if run is not None:
        found = _fetching(build, stage, context, run)
        if found.copies.moved or found.copies.blocked(stage):
            return found
    raise NothingToDo("no dependency install follows a copy of the source")


def _of_install(build: Build, stage: Stage, context: Context, run: Run) -> _Found | None:
    """The copies of the source before an install; None without any. Raises RewriteRejected when it may need them."""
    try:
        names = install_inputs(build, stage, context, run)
    except RewriteRejected:
        broad = _broad_copy(build, stage, context)
        if broad is None or broad.start > run.start:
            return None
        if find_splittable_run(build, stage, broad) is run:
            try:
                return _fetching(build, stage, context, run)
            except RewriteRejected:
                pass  # the reason why the install itself needs the source says more
        raise
    copies = SourceCopies(build, stage, context, run, names)
    return _Found(copies) if copies.moved or copies.blocked(stage) else None


def _fetching(build: Build, stage: Stage, context: Context, run: Run) -> _Found:
    names, fetch, rest = split_off_fetch(build, stage, context, run)
    return _Found(SourceCopies(build, stage, context, run, names), fetch, rest)


def _broad_copy(build: Build, stage: Stage, context: Context) -> CopyOrAdd | None:
    """The first copy of a directory of the context to a directory of the application."""
    for place in context_copies(build, stage, context):
        if place.folder and (not place.source or copies_application_only(build, stage, context, place.instruction)):
            return place.instruction
    return None


def _managers(build: Build, run: Run, *options: str) -> set[str]:
    """The package managers that a RUN installs with, by calls that have one of the options, if any are given."""
    calls = [call for call in build.package_calls(run) if call.verb in ("install", "restore")]
    return {call.manager.name for call in calls if not options or call.has(*options)}


def _installs_dependencies(build: Build, run: Run) -> bool:
    """Whether a RUN installs dependencies from a manifest."""
    calls = [call for call in build.package_calls(run) if call.verb in ("install", "restore")]
    return any(call.manager.ecosystem != "os" for call in calls) and not named_package_installs(build, run)


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


def _same_folder(build: Build, copy: CopyOrAdd, run: Run) -> None:
    if build.state(copy).workdir != build.state(run).workdir:
        raise RewriteRejected("WORKDIR changes between a copy and the install; set it once before both", run)


def _is_absolute(copy: CopyOrAdd) -> bool:
    return copy.destination is not None and copy.destination.text.startswith("/")


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
        path = image_path(build, stage, context, name)
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


def image_path(build: Build, stage: Stage, context: Context, name: str) -> str | None:
    """Where the copies of a stage put a file of the context; None when they do not copy it."""
    for place in context_copies(build, stage, context):
        if not place.folder and place.source == name:
            return place.target
        if place.folder and (not place.source or name.startswith(place.source + "/")):
            path = posixpath.join(place.target, posixpath.relpath(name, place.source or "."))
            if context_path(build, stage, context, path) == name:
                return path
    return None
