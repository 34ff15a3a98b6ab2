"""Which files of the build context an install of dependencies reads, for the message that asks to copy only them."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from ..text import join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.context import Context
    from ...model.packages.calls import PackageCall

_MOST = 8
"""So many files a message names."""


def describe_read_files(build: Build, call: PackageCall, manifest: str) -> str:
    """The files that the install reads, for a message.

    `manifest`: the path of its manifest in the build context. What else it reads is only known with a build context.
    """
    context, manager = build.context, call.manager
    if "*" in manifest:
        return "the project files"
    if context is None or not context.exists(manifest):
        also = ""
        if manager.locks and not call.requirements:
            settings = manager.ecosystem == "node"
            also = f", its lock file and the settings of {manager.name}" if settings else " and its lock file"
        return f"`{manifest}`{also}"
    if manager.ecosystem == "python" and call.requirements:
        names = _requirements(context, manifest)
        return f"`{manifest}` and the files it names" if names is None else join_quoted(names, _MOST)
    names = [manifest, *_others(context, call, posixpath.dirname(manifest), posixpath.basename(manifest))]
    members = _workspace_manifests(context, manifest, names)
    if members:
        shown = f"{', '.join(f'`{name}`' for name in names[:_MOST])} and the `{posixpath.basename(manifest)}` of "
        return f"{shown}{members} workspace package{'s' if members > 1 else ''}"
    return join_quoted(names, _MOST)


def _others(context: Context, call: PackageCall, directory: str, manifest: str) -> Iterator[str]:
    """The lock files and settings of the package manager that are in the directory of the manifest."""
    manager = call.manager
    wanted = [*manager.locks, *manager.manifests, *(("patches",) if manager.ecosystem == "node" else ())]
    if manager.ecosystem == "python":
        # Requirements files are read if the call names them, and only those.
        wanted = [pattern for pattern in wanted if "*" not in pattern and not pattern.endswith(".txt")]
    below = f"{directory}/" if directory else ""
    there = dict.fromkeys(
        name.removeprefix(below).partition("/")[0] for name in context.files() if name.startswith(below)
    )
    for pattern in wanted:
        top = pattern.removesuffix("/**").partition("/")[0]
        for name in there:
            if name != manifest and fnmatchcase(name, top):
                yield below + name


def _requirements(context: Context, name: str) -> list[str] | None:
    """A requirements file and those that it includes; None if they cannot be determined."""
    from ...fixers.optimize.base.rewrite import RewriteRejected
    from ...fixers.optimize.manifests.requirements import Requirements, read_requirements

    found = Requirements()
    try:
        read_requirements(context, name, found)
    except RewriteRejected:
        return None
    return found.files


def _workspace_manifests(context: Context, manifest: str, names: list[str]) -> int:
    """How many packages the workspace of the manifest has besides it, whose manifests the install reads too."""
    markers = {"pnpm-workspace.yaml": b"packages:", "pyproject.toml": b"[tool.uv.workspace]"}
    texts = ((context.read(name) or b"", markers.get(posixpath.basename(name))) for name in names)
    if not any(marker is not None and marker in text for text, marker in texts):
        return 0
    below, own = posixpath.dirname(manifest), posixpath.basename(manifest)
    return (
        sum(
            posixpath.basename(file) == own and file.startswith(below) and "node_modules/" not in file
            for file in context.files()
        )
        - 1
    )
