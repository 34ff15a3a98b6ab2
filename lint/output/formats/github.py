"""Workflow commands of GitHub Actions, which become annotations.

Source: docs.github.com/actions/reference/workflow-commands-for-github-actions.
"""

from __future__ import annotations

from .ci import TOOL_NAME, printable_lines, relative_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...engine.diagnostic import Diagnostic

_LEVELS = {"error": "error", "warning": "warning", "info": "notice", "style": "notice"}


def render(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """One command per line."""
    return "".join(_command(d) for d in diagnostics)


def _command(d: Diagnostic) -> str:
    # GitHub ignores columns unless start and end are on the same line.
    columns = f",col={d.start[1]},endColumn={d.end[1]}" if d.start[0] == d.end[0] else ""
    place = f"file={_property(relative_path(d))},line={d.start[0]},endLine={d.end[0]}{columns}"
    title = _property(f"{TOOL_NAME} {d.code} ({d.name})")
    text = _escaped(f"{d.file}:{d.start[0]}:{d.start[1]}: {d.code} {d.message}")
    return f"::{_LEVELS[d.severity]} {place},title={title}::{text}\n"


def _escaped(text: str) -> str:
    return printable_lines(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
