"""The sources of COPY and ADD, and which installs they delay."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from ...model.copy_sources import source_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Argument, CopyOrAdd

_CODE = frozenset(
    ("src", "source", "sources", "app", "client", "server", "frontend", "backend", "public", "static", "assets",
     "views", "routes", "models", "controllers", "components", "templates", "pages", "styles", "test", "tests", "spec",
     "docs", "dist", "www", ".git")
)  # fmt: skip
"""Names of directories with code that is not needed to install dependencies."""
_SYSTEM = frozenset(("/", "/etc", "/usr", "/usr/local"))


class CopySource:
    """A source of COPY or ADD: `path` in the build context ("" is all of it), `target` in the image or None."""

    __slots__ = ("argument", "path", "target", "text")

    def __init__(self, instruction: CopyOrAdd, argument: Argument, path: str, target: str | None) -> None:
        self.argument = argument
        self.path = path
        self.target = target
        destination = instruction.destination
        self.text = f"{instruction.name} {argument.text} {destination.text if destination else ''}".rstrip()

    def to_context_path(self, directory: str | None) -> str | None:
        """The path in the build context of a directory in the image; None if this instruction does not copy it."""
        if posixpath.basename(self.path) == ".git":
            return None  # the history of the project has no manifest
        if directory is None or self.target is None:
            return self.path
        if self.target != "/" and directory != self.target and not directory.startswith(self.target + "/"):
            return None
        return posixpath.normpath(posixpath.join("/", self.path, posixpath.relpath(directory, self.target)))[1:]

    def copies_manifest(self, name: str, directory: str | None) -> bool:
        """Whether this copies only the manifest `name`, into `directory` as far as known."""
        if not self.path or not fnmatchcase(name, posixpath.basename(self.path)):
            return False
        return directory is None or self.target in (None, directory, posixpath.join(directory, name))

    def delays_manifest_install(self, build: Build, directory: str | None) -> bool:
        """Whether an install from a manifest in `directory` waits for code that it does not need."""
        inside = self.to_context_path(directory) is not None
        if not self.path:
            # In a subdirectory of the manifest's directory it may be a plugin that the install reads.
            below = directory is not None and not inside and (self.target or "").startswith(directory.rstrip("/") + "/")
            return not below and not self._only_manifests(build)
        if posixpath.basename(self.path) in _CODE:
            return not self._only_manifests(build)
        known = directory is not None and self.target is not None
        return known and inside and self._is_directory(build) and not self._only_manifests(build)

    def delays_package_install(self, build: Build) -> bool:
        """Whether an install of packages by name waits for code; False if the copied files may be system settings."""
        if self.target is not None and (self.target in _SYSTEM or self.target.startswith("/etc/")):
            return False
        return not self.path or (posixpath.basename(self.path) in _CODE and self._is_directory(build))

    def _is_directory(self, build: Build) -> bool:
        context = build.context
        if context is None or not context.exists(self.path):
            return self.argument.text.endswith("/")
        return any(file.startswith(self.path + "/") for file in context.files())

    def _only_manifests(self, build: Build) -> bool:
        """Whether the build context has only manifests and lock files at the path."""
        context = build.context
        if context is None:
            return False
        from ...model.packages.managers import MANAGERS

        patterns = {name for manager in MANAGERS for name in (*manager.manifests, *manager.locks)}
        if posixpath.basename(self.path) == "requirements":
            patterns |= {"*.txt", "*.in"}
        below = self.path + "/" if self.path else ""
        names = {file.rsplit("/", 1)[-1] for file in context.files() if file.startswith(below)}
        names -= {"Dockerfile", ".dockerignore"}
        return bool(names) and all(any(fnmatchcase(name, pattern) for pattern in patterns) for name in names)


def copy_sources(build: Build, instruction: CopyOrAdd) -> Iterator[CopySource]:
    """The sources from the build context whose values are known."""
    if instruction.flag("from") or instruction.flag("exclude") or instruction.destination is None:
        return
    target = build.state(instruction).path(instruction.destination.text)
    for argument, path in source_paths(build, instruction):
        path = "" if path in ("*", "**") else path
        yield CopySource(instruction, argument, path, target)
