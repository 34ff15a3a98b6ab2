"""The source text of a finding, for formats that show it."""

from __future__ import annotations

from ...syntax.instruction_checks import KEYWORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...syntax.source import Source
    from ..engine.diagnostic import Diagnostic


class SourceCache:
    """The source text of a finding's file, read again for findings that come from a worker process."""

    __slots__ = ("_checked", "_read")

    def __init__(self) -> None:
        self._read: dict[str, Source | None] = {}
        self._checked: dict[str, bool] = {}

    def of(self, diagnostic: Diagnostic) -> Source | None:
        """The text, or None if the file cannot be read.

        Also None for a syntax error in a file without any instruction: it is not a Dockerfile, and may hold secrets.
        """
        source = self._text(diagnostic)
        if source is not None and diagnostic.code == "SYN003" and not self._is_dockerfile(source):
            return None
        return source

    def _is_dockerfile(self, source: Source) -> bool:
        """Whether any line of a text begins with a keyword."""
        found = self._checked.get(source.name)
        if found is None:
            words = (line.split(None, 1)[:1] for line in source.text.split("\n"))
            found = self._checked[source.name] = any(word and word[0].upper() in KEYWORDS for word in words)
        return found

    def _text(self, diagnostic: Diagnostic) -> Source | None:
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


class LineCache:
    """The texts of lines; the last one is kept, as there may be thousands of findings in a long line."""

    __slots__ = ("_last", "_text")

    def __init__(self) -> None:
        self._last: tuple[Source, int] | None = None
        self._text = ""

    def of(self, source: Source, line: int) -> str:
        """The text of a line, counted from 1, without its line ending."""
        if self._last is None or self._last[0] is not source or self._last[1] != line:
            self._last, self._text = (source, line), source.line_text(line)
        return self._text
