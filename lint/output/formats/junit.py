"""JUnit XML: one suite per file, one failed case per finding.

There is no standard; the attributes are those of the schema of Jenkins' xUnit plugin (junit-10.xsd).
"""

from __future__ import annotations

from itertools import groupby

from .ci import TOOL_NAME, escape_xml, relative_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...engine.diagnostic import Diagnostic


def render(diagnostics: Sequence[Diagnostic], files: int) -> str:
    """The report as XML; without findings it has one passed case, because many readers reject an empty report."""
    count = len(diagnostics)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="{TOOL_NAME}" tests="{count or 1}" failures="{count}" errors="0">')
    for name, found in groupby(diagnostics, key=relative_path):
        rows = list(found)
        counts = f'tests="{len(rows)}" failures="{len(rows)}" errors="0"'
        lines.append(f'  <testsuite name="{escape_xml(name)}" file="{escape_xml(name)}" {counts}>')
        for d in rows:
            place = f"{name}:{d.start[0]}:{d.start[1]}"
            case = f"{d.code} {d.name} ({d.start[0]}:{d.start[1]})"
            lines.append(f'    <testcase name="{escape_xml(case)}" classname="{escape_xml(name)}">')
            message = escape_xml(d.message)
            lines.append(
                f'      <failure type="{d.severity}" message="{message}">{escape_xml(place)}: {message}</failure>'
            )
            lines.append("    </testcase>")
        lines.append("  </testsuite>")
    if not count:
        lines.append(f'  <testsuite name="{TOOL_NAME}" tests="1" failures="0" errors="0">')
        lines.append(f'    <testcase name="{files} files" classname="{TOOL_NAME}"/>')
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])
