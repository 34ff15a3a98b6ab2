"""SARIF 2.1.0 for code scanning, with fixes. Source: docs.oasis-open.org/sarif/sarif/v2.1.0."""

from __future__ import annotations

from ..source_texts import SourceCache
from .ci import TOOL_NAME, fingerprints, relative_path
from .json import dumps_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....syntax.source import Source
    from ...engine.diagnostic import Diagnostic, Position

_LEVELS = {"error": "error", "warning": "warning", "info": "note", "style": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(diagnostics: Sequence[Diagnostic], files: int) -> Iterator[str]:
    """The log as JSON."""
    from importlib.metadata import version

    sources = SourceCache()
    codes = sorted({d.code: d for d in diagnostics}.items())
    index = {code: number for number, (code, _) in enumerate(codes)}
    run: dict[str, object] = {
        "tool": {
            "driver": {"name": TOOL_NAME, "version": version("dockerfile-dlint"), "rules": [_rule(d) for _, d in codes]}
        },
        "columnKind": "unicodeCodePoints",
        "results": [],
    }
    results = (_result(d, number, index, sources.of(d)) for d, number in fingerprints(diagnostics, sources))
    return dumps_items({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, results)


def _rule(d: Diagnostic) -> dict[str, object]:
    from ....rules import RULES

    rule = next((rule for rule in RULES if rule.code == d.code), None)
    found: dict[str, object] = {
        "id": d.code,
        "name": "".join(word.capitalize() for word in d.name.split("-")),
        "defaultConfiguration": {"level": _LEVELS[rule.level if rule is not None else d.severity]},
    }
    if rule is not None:
        # GitHub filters by it (its documentation, "SARIF support for code scanning").
        found["properties"] = {"precision": rule.confidence}
    if d.url:
        found["helpUri"] = d.url
    if rule is not None:
        found["shortDescription"] = {"text": rule.summary}
        found["help"] = {"text": f"dlint explain {d.code}"}
    return found


def _result(d: Diagnostic, number: str, index: dict[str, int], source: Source | None) -> dict[str, object]:
    place = {"artifactLocation": {"uri": _uri(d)}, "region": _region(d.start, d.end)}
    found: dict[str, object] = {
        "ruleId": d.code,
        "ruleIndex": index[d.code],
        "level": _LEVELS[d.severity],
        "message": {"text": d.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"dlint/v1": number},
        "properties": {"confidence": d.confidence},
    }
    if d.related:
        found["relatedLocations"] = [
            {
                "physicalLocation": {"artifactLocation": {"uri": _uri(d)}, "region": _region(start, end)},
                "message": {"text": text},
            }
            for start, end, text in d.related
        ]
    if d.fix is not None and d.fix.edits and source is not None:
        replacements = [
            {
                "deletedRegion": _region(source.position(edit.start), source.position(edit.end)),
                "insertedContent": {"text": edit.text},
            }
            for edit in d.fix.edits
        ]
        change = {"artifactLocation": {"uri": _uri(d)}, "replacements": replacements}
        title = d.fix.title if d.fix.safety == "safe" else f"{d.fix.title} ({d.fix.safety})"
        found["fixes"] = [{"description": {"text": title}, "artifactChanges": [change]}]
    return found


def _uri(d: Diagnostic) -> str:
    from urllib.parse import quote

    return quote(relative_path(d), errors="surrogateescape")


def _region(start: Position, end: Position) -> dict[str, int]:
    return {"startLine": start[0], "startColumn": start[1], "endLine": end[0], "endColumn": end[1]}
