"""Shared by the formats for CI services: file names, fingerprints, XML."""

from __future__ import annotations

import os

from ...terminal.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...engine.diagnostic import Diagnostic
    from ..source_texts import SourceCache

TOOL_NAME = "dlint"


def relative_path(d: Diagnostic) -> str:
    """The file name with slashes, relative to the current directory if the file is in it."""
    name = d.file
    if os.path.isabs(name):
        relative = os.path.relpath(name)
        name = name if relative.startswith("..") else relative
    return os.path.normpath(name).replace(os.sep, "/")


def fingerprints(diagnostics: Iterable[Diagnostic], sources: SourceCache) -> Iterator[tuple[Diagnostic, str]]:
    """Each finding with a SHA-256 of file, rule, source line and message, which does not change when lines move.

    Identical findings are numbered.
    """
    from hashlib import sha256

    seen: dict[str, int] = {}
    for d in diagnostics:
        source = sources.of(d)
        lines = source.text.split("\n") if source is not None else []
        line = lines[d.start[0] - 1].strip() if d.start[0] <= len(lines) else ""
        key = "\0".join((relative_path(d), d.code, line, d.message))
        seen[key] = seen.get(key, 0) + 1
        yield d, sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogateescape")).hexdigest()


def printable_lines(text: str) -> str:
    """The text with everything but line feeds as `printable` escapes it; a format has its own way to write those."""
    return "\n".join(map(printable, text.split("\n")))


def escape_xml(text: str) -> str:
    """The text with markup, quotes and characters that XML does not allow escaped."""
    text = printable_lines(text)
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;")):
        text = text.replace(char, entity)
    return text
