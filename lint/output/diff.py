"""The diff between two texts of a file, as `git apply` and `patch` accept it."""

from __future__ import annotations

import os
from difflib import unified_diff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def file_diff(path: str, old: str, new: str) -> str:
    """The unified diff of the file at `path`, whose name is relative to the current directory if possible."""
    name = os.path.relpath(path) if os.path.isabs(path) else os.path.normpath(path)
    name = name.replace(os.sep, "/")
    if name.startswith("../"):
        name = os.path.abspath(path).replace(os.sep, "/").lstrip("/")
    before = _quoted(f"a/{name}") if old or os.path.lexists(path) else "/dev/null"
    lines = unified_diff(_lines(old), _lines(new), before, _quoted(f"b/{name}"), lineterm="\n")
    return "".join(_closed(lines))


def _lines(text: str) -> list[str]:
    """The lines with their line feeds; nothing else ends a line."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _closed(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _quoted(name: str) -> str:
    """A file name as git writes it: quoted if it has special characters."""
    if name.isprintable() and '"' not in name and "\\" not in name:
        return name + "\t" if " " in name else name
    escaped = "".join(
        char if " " <= char <= "~" and char not in '"\\' else _octal(char)
        for char in name.encode("utf-8", "surrogateescape").decode("latin-1")
    )
    return f'"{escaped}"'


def _octal(char: str) -> str:
    return f"\\{char}" if char in '"\\' else f"\\{ord(char):03o}"


def colored_diff(diff: str) -> str:
    """The diff with colors."""
    from rich.console import Console
    from rich.text import Text

    from ..terminal.streams import printable

    console = Console(highlight=False, soft_wrap=True)
    with console.capture() as capture:
        for line in diff.split("\n")[:-1]:
            style = "bold" if line.startswith(("+++ ", "--- ")) else _COLORS.get(line[:1], "")
            console.print(Text(printable(line.expandtabs()), style))
    return capture.get()
