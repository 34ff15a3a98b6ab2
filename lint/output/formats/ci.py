"""What the formats for services have in common: names of files, numbers for findings."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...engine.diagnostic import Diagnostic
    from ..source_texts import SourceCache

TOOL_NAME = "dlint"


def relative_path(d: Diagnostic) -> str:
    """The file's name with slashes, relative to the current folder when it lies below it."""
    name = d.file
    if os.path.isabs(name):
        relative = os.path.relpath(name)
        name = name if relative.startswith("..") else relative
    return os.path.normpath(name).replace(os.sep, "/")


def fingerprints(diagnostics: Iterable[Diagnostic], sources: SourceCache) -> Iterator[tuple[Diagnostic, str]]:
    """Each finding with a number in hexadecimal that stays when lines move: of file, rule and the words found.

    Findings that are alike are counted.
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


def escape_xml(text: str) -> str:
    """Text for an XML file: markup and quotes escaped, and what XML cannot hold as an escape."""
    from ...terminal.streams import printable

    text = "\n".join(printable(line) for line in text.split("\n"))
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;")):
        text = text.replace(char, entity)
    return text
