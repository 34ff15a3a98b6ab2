"""`--format json`: one object with all findings."""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring

from ...terminal.streams import CONTROL, LOG_COMMAND
from ..source_texts import SourceCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ...engine.diagnostic import Diagnostic, Position

FORMAT_VERSION = "1"
"""Version of the format; changes when readers of the old one could break."""
_encode = json.JSONEncoder(ensure_ascii=False).encode


def render(diagnostics: Iterable[Diagnostic], files: int) -> Iterator[str]:
    """The object as JSON; `files` is the number of linted files."""
    sources = SourceCache()
    head: dict[str, object] = {"version": FORMAT_VERSION, "files": files, "diagnostics": []}
    return dumps_items(head, (diagnostic_json(d, sources) for d in diagnostics))


def dumps(answer: Any) -> str:
    """JSON text with line breaks; otherwise as `dumps_line`."""
    return _safe(_indented(answer, "\n")) + "\n"


def dumps_items(answer: Any, items: Iterable[Any]) -> Iterator[str]:
    """`dumps(answer)` in parts, with these items in its empty list, which must be the last of its values.

    There may be a great many items: they are read one by one.
    """
    before, _, after = _indented(answer, "\n").rpartition("[]")
    line = before.rpartition("\n")[2]
    outer = "\n" + " " * (len(line) - len(line.lstrip()))
    end = "[]"
    for item in items:
        yield _safe(f"{before}{'[' if end == '[]' else ','}{outer} {_indented(item, f'{outer} ')}")
        before, end = "", f"{outer}]"
    yield _safe(f"{before}{end}{after}\n")


def _indented(value: dict[str, Any] | list[Any] | str | float | None, newline: str) -> str:
    """`json.dumps(value, ensure_ascii=False, indent=1)`, whose nested generators take several times as long."""
    if isinstance(value, str):
        return encode_basestring(value)
    if type(value) is int:
        return str(value)
    if value is None:
        return "null"
    inner = f"{newline} "
    if isinstance(value, dict) and value:
        parts = [f"{encode_basestring(key)}: {_indented(each, inner)}" for key, each in value.items()]
        return f"{{{inner}{f',{inner}'.join(parts)}{newline}}}"
    if isinstance(value, list) and value:
        parts = [_indented(each, inner) for each in value]
        return f"[{inner}{f',{inner}'.join(parts)}{newline}]"
    return _encode(value)


def dumps_line(answer: object) -> str:
    """JSON text on one line, in which nothing controls a terminal or a log.

    Invalid UTF-8 becomes U+FFFD, because many parsers reject lone surrogates.
    """
    return _safe(_encode(answer)) + "\n"


def _safe(text: str) -> str:
    # What controls, and half of a surrogate pair, is never printable.
    if not text.replace("\n", "").isprintable():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = re.sub(CONTROL, lambda found: f"\\u{ord(found[0]):04x}", text)
    return re.sub(LOG_COMMAND, "\\\\u0023", text) if "##" in text else text


def diagnostic_json(d: Diagnostic, sources: SourceCache) -> dict[str, object]:
    """A finding in the JSON format."""
    return {
        "file": d.file,
        "code": d.code,
        "name": d.name,
        "aliases": [name.partition(":")[2] or name for name in d.aliases],
        "severity": d.severity,
        "confidence": d.confidence,
        "message": d.message,
        "start": _position(d.start),
        "end": _position(d.end),
        "instruction_line": d.instruction_line,
        "stage": d.stage,
        "url": d.url or None,
        "fix": _fix(d, sources),
    }


def _fix(d: Diagnostic, sources: SourceCache) -> dict[str, object] | None:
    source = sources.of(d)
    if d.fix is None or source is None:
        return None
    edits = [
        {
            "start": _position(source.position(edit.start)),
            "end": _position(source.position(edit.end)),
            "text": edit.text,
        }
        for edit in d.fix.edits
    ]
    return {"title": d.fix.title, "safety": d.fix.safety, "edits": edits}


def _position(position: Position) -> dict[str, int]:
    return {"line": position[0], "column": position[1]}
