"""reviewdog's diagnostic format, with suggestions. Source: its proto/rdf; columns are UTF-8 bytes, from 1."""

from __future__ import annotations

from ..source_texts import SourceCache
from .ci import TOOL_NAME, relative_path
from .json import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....syntax.source import Source
    from ...engine.diagnostic import Diagnostic, Position

_LEVELS = {"error": "ERROR", "warning": "WARNING", "info": "INFO", "style": "INFO"}


def render(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """The object as JSON."""
    sources = SourceCache()
    return dumps({"source": {"name": TOOL_NAME}, "diagnostics": [_diagnostic(d, sources.of(d)) for d in diagnostics]})


def _diagnostic(d: Diagnostic, source: Source | None) -> dict[str, object]:
    lines = source.text.split("\n") if source is not None else []
    found: dict[str, object] = {
        "message": d.message,
        "location": {"path": relative_path(d), "range": _range(lines, d.start, d.end)},
        "severity": _LEVELS[d.severity],
        "code": {"value": d.code, "url": d.url} if d.url else {"value": d.code},
    }
    if d.fix is not None and source is not None and len(d.fix.edits) == 1 and d.fix.safety == "safe":
        edit = d.fix.edits[0]
        place = _range(lines, source.position(edit.start), source.position(edit.end))
        found["suggestions"] = [{"range": place, "text": edit.text}]
    return found


def _range(lines: list[str], start: Position, end: Position) -> dict[str, dict[str, int]]:
    return {"start": _position(lines, start), "end": _position(lines, end)}


def _position(lines: list[str], position: Position) -> dict[str, int]:
    line, column = position
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    return {"line": line, "column": len(before.encode("utf-8", "surrogateescape")) + 1 if lines else column}
