"""hadolint's JSON, for tools that read it, with hadolint's code for a finding if it has one."""

from __future__ import annotations

from .json import dumps_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...engine.diagnostic import Diagnostic


def render(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """The list on one line, as in hadolint."""
    found = [
        {
            "code": _code(d),
            "column": d.start[1],
            "file": d.file,
            "level": d.severity,
            "line": d.start[0],
            "message": d.message,
        }
        for d in diagnostics
    ]
    return dumps_line(found)


def _code(d: Diagnostic) -> str:
    """DL1000 for parse errors, else hadolint's code among the names of the finding."""
    if d.code in ("SYN001", "SYN003"):
        return "DL1000"
    names = [name.partition(":")[2] or name for name in d.aliases]
    return (
        d.code if d.code.startswith(("DL", "SC")) else next((name for name in names if name.startswith("DL")), d.code)
    )
