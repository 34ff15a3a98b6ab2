"""The text behind a finding, for formats that show it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...syntax.source import Source
    from ..engine.diagnostic import Diagnostic


class SourceCache:
    """The text of the file of a finding; read once more for one that comes from another process."""

    __slots__ = ("_read",)

    def __init__(self) -> None:
        self._read: dict[str, Source | None] = {}

    def of(self, diagnostic: Diagnostic) -> Source | None:
        """The text, or None when the file cannot be read (any more)."""
        if diagnostic.source is not None:
            return diagnostic.source
        path = diagnostic.file
        if path not in self._read:
            from ...syntax.source import SourceError
            from ..engine.linter import read_source

            try:
                self._read[path] = read_source(path)
            except SourceError:
                self._read[path] = None
        return self._read[path]
