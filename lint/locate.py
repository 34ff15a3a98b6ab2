"""Which folder is the build context of a Dockerfile, told from what it copies."""

from __future__ import annotations

import os

from ..model.context import Context
from ..model.layers import local_sources
from ..syntax.tree import Transfer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model.build import Build

_TOOL_FOLDERS = frozenset(
    ("docker", ".docker", "dockerfiles", "build", "deploy", "ci", ".ci", "container", "containers")
)
"""Folders that hold Dockerfiles for a context elsewhere."""


def locate(path: str, build: Build, roots: Sequence[str]) -> Context | None:
    """The context of the Dockerfile at `path`; None when no folder can be told to be it.

    Candidates are the Dockerfile's folder and the folders above it, up to the repository's root or the folder named
    on the command line. The first that holds all copied sources is taken, else the one that holds most of them.
    """
    folder = os.path.dirname(path) or "."
    named = list(named_sources(build))
    if not named:
        alone = os.path.basename(os.path.abspath(folder)).lower() in _TOOL_FOLDERS
        return Context(folder, path) if not alone and _holds_something(folder) else None
    best, best_count = None, 0
    for candidate in _candidates(folder, roots):
        count = sum(os.path.lexists(os.path.join(candidate, name)) for name in named)
        if count > best_count:
            best, best_count = candidate, count
        if count == len(named):
            break
    return Context(best, path) if best is not None else None


def named_sources(build: Build) -> Iterator[str]:
    """The paths that COPY and ADD take from the context by name: no wildcards, no whole context, nothing unknown."""
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, Transfer):
                for source in local_sources(build, instruction):
                    if source and not any(char in source for char in "*?["):
                        yield source


def _candidates(folder: str, roots: Sequence[str]) -> list[str]:
    """The folder, and those above it up to a named folder or the top of a repository; without either only itself."""
    tops = {os.path.abspath(root) for root in roots if os.path.isdir(root)}
    found = [folder]
    here = os.path.abspath(folder)
    while here not in tops and not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return [folder]
        here = above
        found.append(os.path.relpath(here))
    return found


def _holds_something(folder: str) -> bool:
    """Whether the folder has more in it than Dockerfiles and their ignore files."""
    from .discover import is_dockerfile_name

    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return any(
        not is_dockerfile_name(name)
        and not name.endswith(".dockerignore")
        and name.lower() not in ("readme.md", ".git")
        for name in names
    )
