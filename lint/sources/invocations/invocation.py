"""One `docker build` that another file describes."""

from __future__ import annotations

import os


class BuildInvocation:
    """One build that another file describes.

    `file`, `line`: the place of the description; `name`: its name there; `context`: a directory, None if it is remote;
    `dockerfile`: a path, empty for an inline Dockerfile; `target`: a stage, empty for the last one; `args`: the build
    arguments with known values; `contexts`: the named contexts; `inline`: an inline Dockerfile.
    """

    __slots__ = ("args", "context", "contexts", "dockerfile", "file", "inline", "line", "name", "target")

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

    def without_context(self) -> BuildInvocation:
        """This build with an unknown context."""
        return BuildInvocation(
            self.file, self.line, self.name, None, self.dockerfile, self.target, self.args, self.contexts, self.inline
        )

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
