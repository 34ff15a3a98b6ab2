"""`--statistics`: the number of findings per rule."""

from __future__ import annotations

from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...engine.diagnostic import Diagnostic


def render_statistics(diagnostics: Sequence[Diagnostic], files: int, form: str) -> str:
    """One row per code, the most frequent first; as JSON if `form` is `json`, else as lines."""
    counts = Counter((d.code, d.name) for d in diagnostics)
    fixable = Counter(d.code for d in diagnostics if d.fix is not None and d.fix.safety in ("safe", "unsafe"))
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if form == "json":
        import json

        listed = [
            {"code": code, "name": name, "count": count, "fixable": fixable[code]} for (code, name), count in rows
        ]
        return json.dumps({"version": "1", "files": files, "statistics": listed}, indent=1) + "\n"
    width = max((len(str(count)) for _, count in rows), default=0)
    codes = max((len(code) for (code, _), _ in rows), default=0)
    return "".join(
        f"{count:>{width}}  {code:<{codes}}  {name}" + (f" ({fixable[code]} fixable)" if fixable[code] else "") + "\n"
        for (code, name), count in rows
    )
