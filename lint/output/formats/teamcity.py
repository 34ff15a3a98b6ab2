"""TeamCity service messages for inspections. Source: jetbrains.com/help/teamcity/service-messages.html."""

from __future__ import annotations

from .ci import TOOL_NAME, printable_lines, relative_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...engine.diagnostic import Diagnostic

_LEVELS = {"error": "ERROR", "warning": "WARNING", "info": "WEAK WARNING", "style": "INFO"}
_ESCAPES = {"|": "||", "'": "|'", "\n": "|n", "[": "|[", "]": "|]"}


def render(diagnostics: Sequence[Diagnostic], files: int) -> str:
    """The inspection types, then one message per finding."""
    kinds = sorted({(d.code, d.name) for d in diagnostics})
    lines = [
        f"##teamcity[inspectionType id='{code}' name='{_escaped(name)}' category='{TOOL_NAME}'"
        f" description='dlint explain {code}']"
        for code, name in kinds
    ]
    lines += [
        f"##teamcity[inspection typeId='{d.code}' message='{_escaped(d.message)}' file='{_escaped(relative_path(d))}'"
        f" line='{d.start[0]}' SEVERITY='{_LEVELS[d.severity]}']"
        for d in diagnostics
    ]
    return "".join(line + "\n" for line in lines)


def _escaped(text: str) -> str:
    return "".join(
        _ESCAPES.get(char, char) if char.isascii() else f"|0x{ord(char) & 0xFFFF:04x}" if ord(char) < 0x10000 else "?"
        for char in printable_lines(text)
    )
