"""Where an install finds the lock file of the project."""

from __future__ import annotations

import posixpath

from ...model.image_paths import resolve_image_path
from ...syntax.instruction_checks import parse_mount_fields
from ...syntax.tree import CopyOrAdd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from ...model.build import Build, Stage
    from ...syntax.tree import Run


def lockfile_in(build: Build, run: Run, directory: str, names: Collection[str]) -> str:
    """The lock file, one of `names`, that is in `directory` of the image when `run` starts; "" if none is known to be.

    It is copied by name, by a pattern or with its directory (which needs the build context), or mounted.
    """
    found = _copied_before(build, run, directory, names)
    if found:
        return found
    for flag in run.flags:
        fields = dict(parse_mount_fields(flag.value or "") or ()) if flag.name == "mount" else {}
        target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
        path = resolve_image_path(build, run, build.state(run).workdir, target)
        if path and posixpath.dirname(path) == directory and posixpath.basename(path) in names:
            return posixpath.basename(path)
    return ""


def _copied_before(build: Build, run: Run, directory: str, names: Collection[str]) -> str:
    """The lock file that an instruction before `run`, in its stage or an ancestor, copies into `directory`, or ""."""
    stage = build.stage_of(run)
    if stage is None:
        return ""
    key = ("lock file", directory, tuple(names))

    def first_in(each: Stage) -> tuple[str, int]:
        """The first lock file and the index of its instruction."""
        copies = build.cached(
            ("copies", each.index), lambda: [i for i in each.instructions if isinstance(i, CopyOrAdd)]
        )
        found = ((_copied(build, copy, directory, names), copy) for copy in copies)
        return next(((name, build.index_of(copy)) for name, copy in found if name), ("", 0))

    def inherit(each: Stage, inherited: str | None) -> str:
        return inherited or first_in(each)[0]

    inherited = stage.parent.inherit(key, inherit) if stage.parent is not None else ""
    name, index = build.cached((key, stage.index), lambda: first_in(stage))
    return inherited or (name if index < build.index_of(run) else "")


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
