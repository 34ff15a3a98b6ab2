"""Shared by the formats for CI services: file names, fingerprints, XML."""

from __future__ import annotations

import os

from ...terminal.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...engine.diagnostic import Diagnostic
    from ...engine.known_findings import Digest
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

    Identical findings are numbered. A line is hashed once for each rule: it may have thousands of findings.
    """
    from hashlib import sha256

    digests: dict[tuple[str, int, str], Digest] = {}
    seen: dict[tuple[str, str], int] = {}
    for d in diagnostics:
        place = d.file, d.start[0], d.code
        if place not in digests:
            source = sources.of(d)
            has_line = source is not None and d.start[0] <= len(source.line_starts)
            line = source.line_text(d.start[0]).strip() if source is not None and has_line else ""
            digests[place] = sha256(_encoded(f"{relative_path(d)}\0{d.code}\0{line}\0"))
        digest = digests[place].copy()
        key = digest.hexdigest(), d.message
        seen[key] = seen.get(key, 0) + 1
        digest.update(_encoded(f"{d.message}\0{seen[key]}"))
        yield d, digest.hexdigest()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def printable_lines(text: str) -> str:
    """The text with everything but line feeds as `printable` escapes it; a format has its own way to write those."""
    return "\n".join(map(printable, text.split("\n")))


def escape_xml(text: str) -> str:
    """The text with markup, quotes and characters that XML does not allow escaped."""
    text = printable_lines(text)
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;")):
        text = text.replace(char, entity)
    return text
