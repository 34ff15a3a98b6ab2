"""What a COPY brings that changes with every edit of the code."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from ...model.layers import is_remote_source

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
"""Folders that hold code by their name; an install of dependencies needs none of them."""
_SYSTEM = frozenset(("/", "/etc", "/usr", "/usr/local"))


class CopySource:
    """A source of COPY or ADD: `path` in the context ("" is all of it), `target` in the image when it is known."""

    __slots__ = ("argument", "path", "target", "text")

    def __init__(self, instruction: CopyOrAdd, argument: Argument, path: str, target: str | None) -> None:
        self.argument = argument
        self.path = path
        self.target = target
        destination = instruction.destination
        self.text = f"{instruction.name} {argument.text} {destination.text if destination else ''}".rstrip()

    def to_context_path(self, folder: str | None) -> str | None:
        """The path in the context of a folder in the image; None when that does not come from this copy."""
        if folder is None or self.target is None:
            return self.path
        if self.target != "/" and folder != self.target and not folder.startswith(self.target + "/"):
            return None
        return posixpath.normpath(posixpath.join("/", self.path, posixpath.relpath(folder, self.target)))[1:]

    def copies_manifest(self, name: str, folder: str | None) -> bool:
        """Whether this is a copy of the manifest `name` alone into `folder`, as far as can be told."""
        if not self.path or not fnmatchcase(name, posixpath.basename(self.path)):
            return False
        return folder is None or self.target in (None, folder, posixpath.join(folder, name))

    def delays_manifest_install(self, build: Build, folder: str | None) -> bool:
        """Whether the install of a manifest in `folder` waits for code that it does not need."""
        inside = self.to_context_path(folder) is not None
        if not self.path:
            # Copied into a folder below the manifest's it may be a plugin that the install looks into.
            below = folder is not None and not inside and (self.target or "").startswith(folder.rstrip("/") + "/")
            return not below and not self._only_manifests(build)
        if posixpath.basename(self.path) in _CODE:
            return not self._only_manifests(build)
        known = folder is not None and self.target is not None
        return known and inside and self._is_folder(build) and not self._only_manifests(build)

    def delays_package_install(self, build: Build) -> bool:
        """Whether the install of packages by name waits for code; not when the copy may change the system."""
        if self.target is not None and (self.target in _SYSTEM or self.target.startswith("/etc/")):
            return False
        return not self.path or (posixpath.basename(self.path) in _CODE and self._is_folder(build))

    def _is_folder(self, build: Build) -> bool:
        context = build.context
        if context is None or not context.exists(self.path):
            return self.argument.text.endswith("/")
        return any(file.startswith(self.path + "/") for file in context.files())

    def _only_manifests(self, build: Build) -> bool:
        """Whether the context has nothing but manifests and lock files there, so that copying it is copying them."""
        context = build.context
        if context is None:
            return False
        from ...model.packages.managers import MANAGERS

        patterns = {name for manager in MANAGERS for name in (*manager.manifests, *manager.locks)}
        below = self.path + "/" if self.path else ""
        names = {file.rsplit("/", 1)[-1] for file in context.files() if file.startswith(below)}
        names -= {"Dockerfile", ".dockerignore"}
        return bool(names) and all(any(fnmatchcase(name, pattern) for pattern in patterns) for name in names)


def copy_sources(build: Build, instruction: CopyOrAdd) -> Iterator[CopySource]:
    """The known sources in the build context."""
    if instruction.flag("from") or instruction.flag("exclude") or instruction.destination is None:
        return
    state = build.state(instruction)
    for argument in instruction.sources:
        value = None if argument.text.startswith("<<") else state.value(argument.text)
        if value is None or is_remote_source(value):
            continue
        path = posixpath.normpath("/" + value).lstrip("/")
        path = "" if path in ("*", "**") else path
        yield CopySource(instruction, argument, path, state.path(instruction.destination.text))
