"""Where COPY and ADD put the files of the build context in the image."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from ....model.context import MAX_FILE_BYTES
from ....model.copy_sources import source_paths
from ....syntax.tree import CopyOrAdd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction

_SYSTEM = "bin boot dev etc lib lib32 lib64 libexec libx32 proc root run sbin sys tmp usr var home opt".split()
_OF_USR = frozenset(("bin", "games", "include", "lib", "lib32", "lib64", "libexec", "libx32", "local", "sbin", "share"))
_OF_LOCAL = frozenset(("bin", "etc", "games", "include", "lib", "man", "sbin", "share"))


class CopiedPath:
    """A file or directory of the context (`source`, "" for all of it) and its path in the image (`target`)."""

    __slots__ = ("folder", "instruction", "source", "target")

    def __init__(self, instruction: CopyOrAdd, source: str, target: str, folder: bool) -> None:
        self.instruction = instruction
        self.source = source
        self.target = target
        self.folder = folder

    def source_of(self, path: str) -> str | None:
        """The path in the context of the image path `path`; None when this copy does not provide it."""
        if not self.folder:
            return self.source if path == self.target else None
        if path == self.target:
            return self.source
        prefix = self.target.rstrip("/") + "/"
        return posixpath.join(self.source, path[len(prefix) :]) if path.startswith(prefix) else None


def context_copies(build: Build, stage: Stage, context: Context) -> Iterator[CopiedPath]:
    """What the COPYs and ADDs of a stage copy from the context, in order; unknown paths are omitted."""
    for instruction in stage.instructions:
        if not isinstance(instruction, CopyOrAdd) or instruction.flag("from") is not None:
            continue
        target = build.state(instruction).path(instruction.destination.text) if instruction.destination else None
        if target is None or instruction.destination is None:
            continue
        into = instruction.destination.text.endswith(("/", "/.")) or instruction.destination.text == "."
        names = list(_names(build, instruction, context))
        for name in names:
            folder = not name or _is_folder(context, name)
            inside = into or len(names) > 1 or len(instruction.sources) > 1
            yield CopiedPath(
                instruction,
                name,
                posixpath.join(target, posixpath.basename(name)) if inside and not folder else target,
                folder,
            )


def copied_files(build: Build, stage: Stage, context: Context) -> dict[str, str]:
    """The files of the context in a stage, also those from other stages: path in the image to path in the context.

    Files that a RUN copies, moves or overwrites are where COPY put them.
    """
    needed = {stage.index}
    for each in reversed(build.stages[: stage.index + 1]):
        if each.index in needed:
            sources = (each.parent, *(_copied_stage(build, each, step) for step in each.instructions))
            needed.update(source.index for source in sources if source is not None)
    found: dict[int, dict[str, str]] = {}
    for index in sorted(needed):
        each = build.stages[index]
        files = found[index] = dict(found[each.parent.index]) if each.parent is not None else {}
        for step in each.instructions:
            source = _copied_stage(build, each, step)
            if source is not None and isinstance(step, CopyOrAdd):
                files.update(_files_between(build, step, found[source.index]))
        for place in context_copies(build, each, context):
            files.update(_files_at(place, context))
    return found[stage.index]


def _copied_stage(build: Build, stage: Stage, copy: Instruction) -> Stage | None:
    """The stage that an instruction copies from; None for any other."""
    flag = copy.flag("from") if isinstance(copy, CopyOrAdd) else None
    return build.source_stage(flag.value, stage) if flag is not None and flag.value is not None else None


def _files_between(build: Build, copy: CopyOrAdd, files: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The `files` that a COPY brings from another stage."""
    target = build.state(copy).path(copy.destination.text) if copy.destination is not None else None
    if target is None or copy.destination is None:
        return
    into = copy.destination.text.endswith(("/", "/.")) or copy.destination.text == "." or len(copy.sources) > 1
    for argument in copy.sources:
        source = posixpath.normpath(f"/{argument.text.lstrip('/')}")
        prefix = source.rstrip("/") + "/"
        for path, name in files.items():
            if path.startswith(prefix):
                yield posixpath.join(target, path[len(prefix) :]), name
            elif path == source or fnmatchcase(path, source):
                yield posixpath.join(target, posixpath.basename(path)) if into else target, name


def _files_at(place: CopiedPath, context: Context) -> Iterator[tuple[str, str]]:
    """The files of the context that are copied to one place."""
    if not place.folder:
        if context.includes(place.source):
            yield place.target, place.source
        return
    prefix = place.source + "/" if place.source else ""
    for name in context.files():
        if name.startswith(prefix):
            yield posixpath.join(place.target, name[len(prefix) :]), name


def _names(build: Build, instruction: CopyOrAdd, context: Context) -> Iterator[str]:
    for _, path in source_paths(build, instruction):
        if any(char in path for char in "*?["):
            yield from context.match(path)
        elif not path or context.exists(path):
            yield path


def _is_folder(context: Context, name: str) -> bool:
    prefix = name + "/"
    return name not in context.files() and any(file.startswith(prefix) for file in context.files())


def context_path(build: Build, stage: Stage, context: Context, path: str) -> str | None:
    """The path in the context of the image path `path`, from the last copy that provides it."""
    found: str | None = None
    for place in context_copies(build, stage, context):
        name = place.source_of(path)
        if name is not None and context.includes(name):
            found = name
    return found


def read_context_file(context: Context, name: str) -> str | None:
    """The text of a file of the context; None when it cannot be read, is binary or larger than 1 MB."""
    data = context.read(name, MAX_FILE_BYTES + 1)
    if data is None or len(data) > MAX_FILE_BYTES or b"\0" in data:
        return None
    return data.decode("utf-8", "replace")


def copies_application_only(build: Build, stage: Stage, context: Context, copy: CopyOrAdd) -> bool:
    """Whether a copy only writes to directories that no package manager reads or writes."""
    target = build.state(copy).path(copy.destination.text) if copy.destination is not None else None
    if target is None or copy.heredocs:
        return False
    if target != "/":
        return is_application_directory(target)
    mine = [place for place in context_copies(build, stage, context) if place.instruction is copy]
    if not mine or len(mine) < len(copy.sources):
        return False
    names = {
        name.removeprefix(place.source).strip("/").partition("/")[0] if place.folder else place.target.strip("/")
        for place in mine
        for name in context.files()
        if not place.folder or not place.source or name.startswith(place.source + "/")
    }
    return not names & {*_SYSTEM, ".npmrc", "pip.conf"}


def is_application_directory(target: str) -> bool:
    """Whether a directory is one of an application: `/app`, `/srv/x`, `/usr/src/app`, `/home/node/app`."""
    parts = target.strip("/").split("/")
    if parts[0] == "usr":
        if len(parts) > 2 and parts[1] == "local":
            return parts[2] not in _OF_LOCAL
        return len(parts) > 1 and parts[1] not in _OF_USR
    if parts[0] in ("root", "home"):
        inside = parts[1 if parts[0] == "root" else 2 :]
        return bool(inside) and not inside[0].startswith(".")
    return parts[0] == "opt" or parts[0] not in _SYSTEM
