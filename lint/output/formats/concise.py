"""One line per finding: `file:line:column: CODE severity: message (name)`; `[*]` marks what `--fix` fixes."""

from __future__ import annotations

from ...terminal.colors import plain
from ...terminal.streams import printable
from ..summary import SEVERITY_COLORS, fix_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...engine.diagnostic import Diagnostic


def render(diagnostics: Iterable[Diagnostic], files: int = 0, paint: Callable[[str, str], str] = plain) -> str:
    """The lines. Control characters in file names and messages are escaped."""
    return "".join(
        f"{paint(printable(d.file), 'bold')}:{d.start[0]}:{d.start[1]}: "
        f"{paint(f'{d.code} {d.severity}', SEVERITY_COLORS[d.severity])}: "
        f"{fix_mark(d, paint)}{printable(d.message)} ({d.name})\n"
        for d in diagnostics
    )
