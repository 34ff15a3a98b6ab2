"""The findings of each file under its name."""

from __future__ import annotations

from itertools import groupby

from ...terminal.colors import plain
from ...terminal.streams import printable
from ..summary import SEVERITY_COLORS, fix_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...engine.diagnostic import Diagnostic


def render(diagnostics: Iterable[Diagnostic], files: int, paint: Callable[[str, str], str] = plain) -> str:
    """The lines; positions are padded to the widest of the file."""
    parts: list[str] = []
    for name, found in groupby(diagnostics, key=lambda d: d.file):
        rows = [(f"{d.start[0]}:{d.start[1]}", d) for d in found]
        width = max(len(place) for place, _ in rows)
        lines = [
            f"  {place:>{width}}  {paint(f'{d.code} {d.severity}', SEVERITY_COLORS[d.severity])}: "
            f"{fix_mark(d, paint)}{printable(d.message)} ({d.name})\n"
            for place, d in rows
        ]
        parts.append(f"{paint(printable(name), 'bold')}:\n{''.join(lines)}")
    return "\n".join(parts)
