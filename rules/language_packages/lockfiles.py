"""Where an install finds the lock file of the project."""

from __future__ import annotations

import posixpath

from ...model.image_paths import resolve_image_path
from ...syntax.instruction_checks import parse_mount_fields
from ...syntax.tree import CopyOrAdd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ...model.build import Build
    from ...syntax.tree import Instruction, Run


def lockfile_in(build: Build, run: Run, directory: str, names: Collection[str]) -> str:
    """The lock file, one of `names`, that is in `directory` of the image when `run` starts; "" if none is known to be.

    It is copied by name, by a pattern or with its directory (which needs the build context), or mounted.
    """
    for instruction in _before(build, run):
        if isinstance(instruction, CopyOrAdd):
            found = _copied(build, instruction, directory, names)
            if found:
                return found
    for flag in run.flags:
        fields = dict(parse_mount_fields(flag.value or "") or ()) if flag.name == "mount" else {}
        target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
        path = resolve_image_path(build, run, build.state(run).workdir, target)
        if path and posixpath.dirname(path) == directory and posixpath.basename(path) in names:
            return posixpath.basename(path)
    return ""


def _before(build: Build, run: Run) -> Iterator[Instruction]:
    stage = build.stage_of(run)
    if stage is not None:
        for each in reversed(stage.ancestors):
            yield from each.instructions
        yield from stage.instructions[: build.index_of(run)]


def _copied(build: Build, copy: CopyOrAdd, directory: str, names: Collection[str]) -> str:
    """The lock file that COPY or ADD puts into `directory`; "" if it does not or that is unknown."""
    state = build.state(copy)
    target = state.path(copy.destination.text) if copy.destination is not None else None
    if target is None or copy.flag("parents") or copy.flag("exclude"):
        return ""
    many = len(copy.sources) > 1 or (copy.destination is not None and copy.destination.text.endswith(("/", ".")))
    for source in copy.sources:
        value = state.value(source.text)
        name = posixpath.basename(value) if value else ""
        if value is None:
            continue
        if name in names:
            if (target if many else posixpath.dirname(target)) == directory:
                return name
            continue
        context = build.context
        if copy.flag("from") or context is None or not _covers(target, directory):
            continue
        for path in context.match(value):
            if context.is_directory(path):
                inside = posixpath.join(path, posixpath.relpath(directory, target))
                found = [each for each in names if context.includes(posixpath.normpath(posixpath.join(inside, each)))]
            else:
                found = [each for each in names if posixpath.basename(path) == each and target == directory]
            if found:
                return found[0]
    return ""


def _covers(parent: str, path: str) -> bool:
    return path == parent or path.startswith(parent.rstrip("/") + "/")
