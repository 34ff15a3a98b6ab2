"""Whether a build reads the git history, which requires `.git` in the context."""

from __future__ import annotations

import os

from ..syntax.tree import Run
from .disk import read_file, read_found, repository_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..syntax.command import Command
    from .build import Build
    from .context import Context

_READING = frozenset(
    ("describe", "rev-parse", "log", "status", "submodule", "show", "rev-list", "ls-files", "diff", "branch", "tag")
)
_REPOSITORY_COMMANDS = frozenset(
    ("archive", "checkout", "reset", "fetch", "pull", "lfs", "name-rev", "for-each-ref", "shortlog", "remote", "clean",
     "symbolic-ref", "cat-file", "ls-tree", "merge-base", "worktree", "restore", "switch", "stash")
)  # fmt: skip
"""Commands that need a repository: that of the context, unless the RUN clones or initializes another."""
_GIT_VALUES = frozenset(("-C", "-c", "--git-dir", "--work-tree"))
_MANIFESTS = (
    "pyproject.toml", "setup.py", "setup.cfg", "package.json", "pom.xml", "build.gradle", "build.gradle.kts",
    "gradle.properties", "build.sbt", "project/plugins.sbt", "build.rs", "Cargo.toml", "mix.exs",
    "Directory.Build.props", "GitVersion.yml", "CMakeLists.txt", "meson.build",
)  # fmt: skip
_MAKEFILES = (
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
    "Taskfile.yml",
    "Taskfile.yaml",
    "magefile.go",
)
_MAX_INDEX_BYTES = 50_000_000
_LENGTH_BITS = 0xFFF
"""The bits of an entry of the index with the length of its path, all set for a longer one."""
MAX_TEXT_BYTES = 300_000
"""Larger files are considered data and are not searched."""
_BUILD_TOOLS = frozenset(("make", "gmake", "just", "task", "mage"))
_VERSION_TOOLS = (
    "setuptools_scm", "setuptools-scm", "hatch-vcs", "versioneer", "versioningit", "dynamic-versioning", "pbr>=",
    '"pbr', "'pbr", "git-commit-id", "gitversion", "nerdbank.gitversioning", "minver", "vergen", "shadow-rs",
    "git-properties", "axion-release", "jgitver", "sbt-dynver", "sbt-git", "git-revision-webpack-plugin",
    "microsoft.sourcelink", '"scm"', "'scm'", "flit_scm", "flit-scm", "git-versioning", "git-version", "git_version",
    "dunamai", "buildnumber-maven", "grgit", "org.ajoberstar.reckon", "nebula.release", "git-rev", "git-describe",
    "git-last-commit", "vite-plugin-git", "goreleaser",
)  # fmt: skip
"""Tools that derive a version from the history."""


def reads_git_history(build: Build, context: Context) -> bool:
    """Whether a RUN, or a build file with a usual name that it may use, runs git commands that need the history."""
    scripts: set[str] = set()
    files: set[str] = set(_MANIFESTS)
    runs = (run for stage in build.stages for run in stage.instructions if isinstance(run, Run))
    for commands in map(build.commands, runs):
        if _runs_git(commands):
            return True
        for command in commands:
            if command.name in _BUILD_TOOLS:
                files.update(_MAKEFILES)
            words = (command.name, *(word.value for word in command.args))
            scripts.update(word.rpartition("/")[2] for word in words if word.endswith(".sh"))
    if scripts:
        files.update(path for path in context.files() if path.rpartition("/")[2] in scripts)
    return any(_mentions_git(read_small_file(os.path.join(context.root, name))) for name in files)


def tracked_files(folder: str, paths: Sequence[str]) -> set[str]:
    """Those of `paths`, relative to `folder`, that git tracks; empty if there is no repository or no readable index.

    An entry of the index has the length of its path in the low bits of 16 bits, the path, and a null byte.
    Source: git-scm.com/docs/index-format, versions 2 and 3
    """
    root, index = _read_index(folder)
    found: set[str] = set()
    for path in paths:
        name = _index_name(root, folder, path)
        if len(name).to_bytes(2, "big") + name + b"\0" in index:
            found.add(path)
    return found


def tracked_directories(folder: str, paths: Sequence[str]) -> set[str]:
    """Those of the directories `paths`, relative to `folder`, in which git tracks a file; see `tracked_files`."""
    root, index = _read_index(folder)
    found: set[str] = set()
    for path in paths:
        name = _index_name(root, folder, path) + b"/"
        at = index.find(name)
        while at > 0:
            length = index.find(b"\0", at) - at
            if int.from_bytes(index[at - 2 : at], "big") & _LENGTH_BITS == min(length, _LENGTH_BITS):
                found.add(path)
                break
            at = index.find(name, at + 1)
    return found


def _read_index(folder: str) -> tuple[str, bytes]:
    """The root of the repository of a directory, and its index; empty without one."""
    root = repository_root(os.path.realpath(folder)) or ""
    try:
        return root, read_file(os.path.join(root, ".git", "index"), _MAX_INDEX_BYTES) if root else b""
    except OSError:
        return root, b""


def _index_name(root: str, folder: str, path: str) -> bytes:
    return os.fsencode(os.path.relpath(os.path.join(os.path.realpath(folder), path), root).replace(os.sep, "/"))


def _runs_git(commands: Sequence[Command]) -> bool:
    has_own_repository = False
    for command in commands:
        if command.name == "goreleaser":
            return True
        verb = next((word.value for word in command.operands(_GIT_VALUES)), "") if command.name == "git" else ""
        has_own_repository = has_own_repository or verb in ("clone", "init")
        if verb in _READING or (verb in _REPOSITORY_COMMANDS and not has_own_repository):
            return True
    return False


def read_small_file(path: str) -> str:
    """The text of a file; empty if it is larger than MAX_TEXT_BYTES, cannot be read, or leads out of the repository."""
    try:
        return read_found(path, MAX_TEXT_BYTES).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""


def _mentions_git(text: str) -> bool:
    import re

    lower = text.lower()
    return any(tool in lower for tool in _VERSION_TOOLS) or any(
        match[1] in _READING for match in re.finditer(r"\bgit\b['\", ]+([a-z-]+)", lower)
    )
