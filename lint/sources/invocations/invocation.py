"""One `docker build` as another file describes it."""

from __future__ import annotations

import os


class BuildInvocation:
    """One build as another file describes it.

    `dockerfile` is a path, empty for an inline one. `context` is a folder, None when it is none on this disk. `args`
    are the build arguments whose values are known, `contexts` the named contexts. `file` and `line` tell where it is
    said, `name` what the file calls it. `inline` is the text of an inline Dockerfile.
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

    def __repr__(self) -> str:
        return f"Invocation({self.file}:{self.line}, {self.name!r}, {self.context!r}, {self.dockerfile!r})"


class InlineDockerfile:
    """The text of an inline Dockerfile and where it stands: the line and the indentation of its first line.

    Without `exact` its characters are not those of the file (a quoted or folded text), and only its beginning is known.
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
    """Whether a context is none on this disk: a repository, an archive behind a URL, standard input."""
    return (
        "://" in context or context in ("", "-") or context.startswith(("git@", "github.com/", "target:", "service:"))
    )


def resolve_path(folder: str, path: str) -> str:
    """A path of a description, which counts from a folder, as one that can be opened.

    Where there is none of that name, the case does not count, as on the disks of macOS and Windows.
    """
    full = os.path.normpath(os.path.join(folder, os.path.expanduser(path)))
    if os.path.lexists(full) or not full.startswith(os.path.join(folder, "")):
        return full
    here = folder
    for part in full[len(folder) :].strip(os.sep).split(os.sep):
        there = os.path.join(here, part)
        if not os.path.lexists(there):
            alike = [name for name in directory_entries(here) if name.lower() == part.lower()]
            if len(alike) != 1:
                return full
            there = os.path.join(here, alike[0])
        here = there
    return here


def directory_entries(folder: str) -> list[str]:
    """The names in a directory; none when it cannot be read."""
    try:
        return os.listdir(folder)
    except OSError:
        return []
