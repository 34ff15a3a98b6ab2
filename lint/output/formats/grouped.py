"""The findings of each file below its name."""

from __future__ import annotations

from itertools import groupby

from ...terminal.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...engine.diagnostic import Diagnostic


def render(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """The lines; positions are as wide as the widest of the file."""
    parts: list[str] = []
    for name, found in groupby(diagnostics, key=lambda d: d.file):
        rows = [(f"{d.start[0]}:{d.start[1]}", d) for d in found]
        width = max(len(place) for place, _ in rows)
        lines = [f"  {place:>{width}}  {d.code} {d.severity}: {printable(d.message)} ({d.name})\n" for place, d in rows]
        parts.append(f"{printable(name)}:\n{''.join(lines)}")
    return "\n".join(parts)
