"""One `docker build` that another file describes."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_DEVELOPMENT = frozenset(("dev", "development", "test", "tests", "e2e", "ci", "local", "lint"))
"""Words in the name of a compose file or service."""


class BuildInvocation:
    """One build that another file describes.

    `file`, `line`: the place of the description; `name`: its name there; `context`: a directory, None if it is remote;
    `dockerfile`: a path, empty for an inline Dockerfile; `target`: a stage, empty for the last one; `args`: the build
    arguments with known values; `contexts`: the named contexts; `inline`: an inline Dockerfile; `given`: the names of
    all build arguments that are passed, also of those with unknown values; `images`: the names of the image that is
    built, as written; `platforms`: the platforms that it is built for, where they are known; `needs_root`: whether it
    runs with privileges that only root has; `code_mounts`: the directories of the image over which it mounts the source
    code, that is a directory with the whole build context or Dockerfile.
    """

    __slots__ = (
        "args", "code_mounts", "context", "contexts", "dockerfile", "file", "given", "images", "inline", "line", "name",
        "needs_root", "platforms", "target",
    )  # fmt: skip

    def __init__(
        self,
        file: str,
        line: int,
        name: str,
        context: str | None,
        dockerfile: str,
        target: str = "",
        args: dict[str, str] | None = None,
        contexts: dict[str, str] | None = None,
        inline: InlineDockerfile | None = None,
        *,
        given: Iterable[str] = (),
        images: Iterable[str | None] = (),
        platforms: Iterable[str] = (),
        needs_root: bool = False,
        code_mounts: Iterable[str] = (),
    ) -> None:
        self.file = file
        self.line = line
        self.name = name
        self.context = context
        self.dockerfile = dockerfile
        self.target = target
        self.args = args or {}
        self.contexts = contexts or {}
        self.inline = inline
        self.given = frozenset((*given, *self.args))
        self.images = tuple(image for image in images if image)
        self.platforms = tuple(dict.fromkeys(platforms))
        self.needs_root = needs_root
        self.code_mounts = tuple(code_mounts)

    def without_context(self) -> BuildInvocation:
        """This build with an unknown context."""
        return BuildInvocation(
            self.file, self.line, self.name, None, self.dockerfile, self.target, self.args, self.contexts, self.inline,
            given=self.given, images=self.images, platforms=self.platforms, needs_root=self.needs_root,
            code_mounts=self.code_mounts,
        )  # fmt: skip

    @property
    def is_for_development(self) -> bool:
        """Whether only developers or tests build this: a dev container, Tilt, or a compose service of that name.

        A file that is just called Dockerfile may be the one that is deployed, by a service that reads no file.
        """
        if os.path.basename(self.dockerfile).lower() in ("dockerfile", "containerfile"):
            return False
        file = os.path.basename(self.file).lower()
        if file in ("devcontainer.json", ".devcontainer.json") or file.endswith("tiltfile"):
            return True
        if not file.startswith(("compose", "docker-compose")):
            return False
        return not _DEVELOPMENT.isdisjoint(re.split(r"[-_.]", file) + re.split(r"[-_.]", self.name.lower()))

    def __repr__(self) -> str:
        return f"BuildInvocation({self.file}:{self.line}, {self.name!r}, {self.context!r}, {self.dockerfile!r})"


class InlineDockerfile:
    """The text of an inline Dockerfile and its position: the line and indentation of its first line.

    `exact`: positions in the text map to positions in the file. For a quoted or folded text only its start is known.
    """

    __slots__ = ("exact", "indent", "line", "text")

    def __init__(self, text: str, line: int, indent: int, *, exact: bool) -> None:
        self.text = text
        self.line = line
        self.indent = indent
        self.exact = exact

    def position(self, at: tuple[int, int]) -> tuple[int, int]:
        """Line and column in the file of a position in the text."""
        return (self.line + at[0] - 1, self.indent + at[1]) if self.exact else (self.line, self.indent + 1)


def is_remote_context(context: str) -> bool:
    """Whether a context is not a local directory: a repository, a URL, standard input, another target."""
    return (
        "://" in context or context in ("", "-") or context.startswith(("git@", "github.com/", "target:", "service:"))
    )


def resolve_path(directory: str, path: str) -> str:
    """The absolute path for a path relative to a directory.

    If it does not exist, a path that differs only in case is used, as on file systems of macOS and Windows.
    """
    full = os.path.normpath(os.path.join(directory, os.path.expanduser(path)))
    if os.path.lexists(full) or not full.startswith(os.path.join(directory, "")):
        return full
    here = directory
    for part in full[len(directory) :].strip(os.sep).split(os.sep):
        there = os.path.join(here, part)
        if not os.path.lexists(there):
            alike = [name for name in directory_entries(here) if name.lower() == part.lower()]
            if len(alike) != 1:
                return full
            there = os.path.join(here, alike[0])
        here = there
    return here


def directory_entries(directory: str) -> list[str]:
    """The names in a directory; none if it cannot be read."""
    try:
        return os.listdir(directory)
    except OSError:
        return []


def repository_top(directory: str) -> str:
    """The root of the repository that contains a directory; the directory itself outside of a repository."""
    here = directory
    while not os.path.lexists(os.path.join(here, ".git")):
        parent = os.path.dirname(here)
        if parent == here:
            return directory
        here = parent
    return here


def run_directories(file: str, top: str) -> list[str]:
    """The directories that a file may be run in: its own, and the parents of that up to the repository root."""
    found = [os.path.dirname(file)]
    while found[-1] != top and found[-1] != os.path.dirname(found[-1]):
        found.append(os.path.dirname(found[-1]))
    return found if found[-1] == top else found[:1]


def as_mapping(value: Any) -> dict[str, Any]:
    """A parsed value if it is a mapping, otherwise an empty one."""
    found: Any = value
    is_mapping: bool = isinstance(value, dict)
    return found if is_mapping else {}
