"""One plain line a finding: `file:line:column: CODE severity: message (name)`."""

from __future__ import annotations

from ...terminal.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...engine.diagnostic import Diagnostic


def render(diagnostics: Iterable[Diagnostic], files: int = 0) -> str:
    """The lines, each with its line feed; control characters of names and messages are made visible."""
    return "".join(
        f"{printable(d.file)}:{d.start[0]}:{d.start[1]}: {d.code} {d.severity}: {printable(d.message)} ({d.name})\n"
        for d in diagnostics
    )
