"""Colors on standard output."""

from __future__ import annotations

import os
import sys

COLOR_CHOICES = ("auto", "always", "never")
_NO_COLOR_TERMINALS = ("dumb", "unknown")
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def set_color(choice: str) -> None:
    """Apply `--color`: `always` and `never` override NO_COLOR and FORCE_COLOR, also for rich."""
    if choice == "auto":
        return
    os.environ.pop("FORCE_COLOR" if choice == "never" else "NO_COLOR", None)
    os.environ["NO_COLOR" if choice == "never" else "FORCE_COLOR"] = "1"


def stdout_has_colors() -> bool:
    """Whether standard output gets colors: not with NO_COLOR, always with FORCE_COLOR, else on a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    capable = os.environ.get("TERM") not in _NO_COLOR_TERMINALS
    return capable and (bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty())


def paint(text: str, style: str) -> str:
    """The text with the escape codes of a style such as `bold red`."""
    return f"\x1b[{';'.join(_CODES[word] for word in style.split())}m{text}\x1b[0m"


def plain(text: str, style: str) -> str:
    """The text as it is, for callers that paint on a terminal only."""
    return text
