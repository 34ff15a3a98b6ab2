"""`--format json`: one object with all findings."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...fixers.edit import Fix
    from ...syntax.source import Source
    from ..diagnostic import Diagnostic, Position

VERSION = "1"
"""Version of the format; it changes when a reader of the old one could break."""


def render(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """The object as text. `files` is how many files were looked at."""
    answer = {"version": VERSION, "files": files, "diagnostics": [_diagnostic(d) for d in diagnostics]}
    return json.dumps(answer, ensure_ascii=True, indent=1) + "\n"


def _diagnostic(d: Diagnostic) -> dict[str, object]:
    return {
        "file": d.file,
        "code": d.code,
        "name": d.name,
        "aliases": [name.partition(":")[2] or name for name in d.aliases],
        "severity": d.severity,
        "message": d.message,
        "start": _position(d.start),
        "end": _position(d.end),
        "instruction_line": d.instruction_line,
        "stage": d.stage,
        "url": None,  # until the pages of docs/rules are published somewhere
        "related": [
            {"start": _position(start), "end": _position(end), "message": note} for start, end, note in d.related
        ],
        "fix": _fix(d.fix, d.source) if d.fix is not None and d.source is not None else None,
    }


def _fix(fix: Fix, source: Source) -> dict[str, object]:
    edits = [
        {
            "start": _position(source.position(edit.start)),
            "end": _position(source.position(edit.end)),
            "text": edit.text,
        }
        for edit in fix.edits
    ]
    return {"title": fix.title, "safety": fix.safety, "edits": edits}


def _position(position: Position) -> dict[str, int]:
    return {"line": position[0], "column": position[1]}
