"""The last lines of the text formats: how many findings there are, and how many of them can be fixed."""

from __future__ import annotations

from ..terminal.colors import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..engine.diagnostic import Diagnostic

TEXT_FORMATS = ("full", "concise", "grouped")
"""Formats for people, which end with a summary."""
SEVERITY_COLORS = {"error": "red", "warning": "yellow", "info": "cyan", "style": "blue"}
_SEVERITY_NOUNS = {"error": "error", "warning": "warning", "info": "info", "style": "style issue"}


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def is_fixable(d: Diagnostic) -> bool:
    """Whether `--fix` fixes the finding without `--unsafe-fixes`."""
    return d.fix is not None and d.fix.safety == "safe"


def fix_mark(d: Diagnostic, paint: Callable[[str, str], str] = plain) -> str:
    """`[*] ` for a finding that `--fix` fixes, else empty."""
    return f"{paint('[*]', 'cyan')} " if is_fixable(d) else ""


def summary_lines(
    diagnostics: Sequence[Diagnostic],
    files: int,
    fixed: int | None = None,
    paint: Callable[[str, str], str] = plain,
) -> list[str]:
    """The summary of findings in `files` files; empty if there is nothing to say.

    `fixed` is the number of findings that `--fix` fixed, None without `--fix`.
    """
    lines: list[str] = []
    if fixed is not None and (fixed or diagnostics):
        remaining = len(diagnostics)
        lines.append(f"Found {counted(fixed + remaining, 'finding')} ({fixed} fixed, {remaining} remaining).")
    elif diagnostics:
        lines.append(f"Found {_severity_counts(diagnostics, paint)} in {counted(files, 'file')}.")
    fixable = fixable_summary(diagnostics, paint)
    return [*lines, fixable] if fixable else lines


def _severity_counts(diagnostics: Sequence[Diagnostic], paint: Callable[[str, str], str]) -> str:
    """`4 errors, 13 warnings and 4 infos`."""
    severities = [d.severity for d in diagnostics]
    parts = [
        paint(counted(severities.count(level), noun), SEVERITY_COLORS[level])
        for level, noun in _SEVERITY_NOUNS.items()
        if level in severities
    ]
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def fixable_summary(diagnostics: Sequence[Diagnostic], paint: Callable[[str, str], str] = plain) -> str:
    """How many findings can be fixed, and with which options; empty if there are none."""
    safeties = [d.fix.safety for d in diagnostics if d.fix is not None]
    safe, unsafe = safeties.count("safe"), safeties.count("unsafe")
    if safe:
        more = f" ({unsafe} more with `--unsafe-fixes`)" if unsafe else ""
        return f"{paint('[*]', 'cyan')} {safe} fixable with `dlint --fix`{more}."
    return f"{unsafe} fixable with `dlint --fix --unsafe-fixes`." if unsafe else ""
