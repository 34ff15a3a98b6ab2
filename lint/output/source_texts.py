"""The source text of a finding, for formats that show it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...syntax.source import Source
    from ..engine.diagnostic import Diagnostic


class SourceCache:
    """The source text of a finding's file, read again for findings that come from a worker process."""

    __slots__ = ("_read",)

    def __init__(self) -> None:
        self._read: dict[str, Source | None] = {}

    def of(self, diagnostic: Diagnostic) -> Source | None:
        """The text, or None if the file cannot be read."""
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
