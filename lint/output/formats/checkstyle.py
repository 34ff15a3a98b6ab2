"""Checkstyle's XML, with the attributes that hadolint writes."""

from __future__ import annotations

from itertools import groupby

from .ci import escape_xml, relative_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...engine.diagnostic import Diagnostic

_LEVELS = {"error": "error", "warning": "warning", "info": "info", "style": "info"}


def render(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """The report as XML."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">']
    for name, found in groupby(diagnostics, key=relative_path):
        lines.append(f'  <file name="{escape_xml(name)}">')
        lines += [
            f'    <error line="{d.start[0]}" column="{d.start[1]}" severity="{_LEVELS[d.severity]}"'
            f' message="{escape_xml(d.message)}" source="{d.code}"/>'
            for d in found
        ]
        lines.append("  </file>")
    return "\n".join([*lines, "</checkstyle>", ""])
