"""reviewdog's diagnostic format, with suggestions. Source: its proto/rdf; columns are UTF-8 bytes, from 1."""

from __future__ import annotations

from itertools import accumulate

from ..source_texts import SourceCache
from .ci import TOOL_NAME, relative_path
from .json import dumps_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ....syntax.source import Source
    from ...engine.diagnostic import Diagnostic, Position

_LEVELS = {"error": "ERROR", "warning": "WARNING", "info": "INFO", "style": "INFO"}


def render(diagnostics: Iterable[Diagnostic], files: int) -> Iterator[str]:
    """The object as JSON."""
    sources = SourceCache()
    columns = _ByteColumns()
    head: dict[str, object] = {"source": {"name": TOOL_NAME}, "diagnostics": []}
    return dumps_items(head, (_diagnostic(d, sources.of(d), columns) for d in diagnostics))


def _diagnostic(d: Diagnostic, source: Source | None, columns: _ByteColumns) -> dict[str, object]:
    def span(start: Position, end: Position) -> dict[str, dict[str, int]]:
        return {
            "start": {"line": start[0], "column": columns.of(source, start)},
            "end": {"line": end[0], "column": columns.of(source, end)},
        }

    found: dict[str, object] = {
        "message": d.message,
        "location": {"path": relative_path(d), "range": span(d.start, d.end)},
        "severity": _LEVELS[d.severity],
        "code": {"value": d.code, "url": d.url} if d.url else {"value": d.code},
    }
    if d.fix is not None and source is not None and len(d.fix.edits) == 1 and d.fix.safety == "safe":
        edit = d.fix.edits[0]
        place = span(source.position(edit.start), source.position(edit.end))
        found["suggestions"] = [{"range": place, "text": edit.text}]
    return found


class _ByteColumns:
    """Columns in UTF-8 bytes; a line is read once, as there may be thousands of findings in it."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], list[int]] = {}

    def of(self, source: Source | None, position: Position) -> int:
        """The column of a position, from 1; without the source, that in code points."""
        line, column = position
        if source is None or source.text.isascii():
            return column
        if (source.name, line) not in self._lines:
            sizes = (len(char.encode("utf-8", "surrogateescape")) for char in source.line_text(line))
            self._lines[source.name, line] = list(accumulate(sizes, initial=1))
        columns = self._lines[source.name, line]
        return columns[min(column, len(columns)) - 1]
