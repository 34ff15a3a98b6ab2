"""Logging commands of Azure Pipelines. Source: learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands."""

from __future__ import annotations

from .ci import printable_lines, relative_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...engine.diagnostic import Diagnostic

_LEVELS = {"error": "error", "warning": "warning", "info": "warning", "style": "warning"}


def render(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """One command per line; Azure has only errors and warnings."""
    return "".join(
        f"##vso[task.logissue type={_LEVELS[d.severity]};sourcepath={_property(relative_path(d))};"
        f"linenumber={d.start[0]};columnnumber={d.start[1]};code={d.code};]{_escaped(d.message)}\n"
        for d in diagnostics
    )


def _escaped(text: str) -> str:
    return printable_lines(text).replace("%", "%AZP25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(";", "%3B").replace("]", "%5D")
