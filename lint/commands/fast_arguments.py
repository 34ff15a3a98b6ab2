"""Parses common command lines of `dlint check` without argparse, whose import takes longer than linting a file."""

from __future__ import annotations

from ...rules.base import CONFIDENCES
from ..config.arguments import OUTPUT_FORMATS, CheckArguments
from ..terminal.colors import COLOR_CHOICES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

_LISTS = ("select", "extend_select", "ignore", "exclude", "config", "fixable", "unfixable", "output")
_SWITCHES = (
    "preview",
    "isolated",
    "no_cache",
    "fix",
    "diff",
    "fix_only",
    "unsafe_fixes",
    "exit_zero",
    "add_ignore",
    "statistics",
    "force_exclude",
    "quiet",
    "verbose",
    "show_files",
    "show_fixes",
)
_SHORT_SWITCHES = {"-q": "quiet", "-v": "verbose"}
_TEXTS = ("baseline", "changed_since")
_CHOICES = {"format": OUTPUT_FORMATS, "color": COLOR_CHOICES, "confidence": CONFIDENCES}


def parse_plain_arguments(words: Sequence[str]) -> CheckArguments | None:
    """The options in `words`; None for what argparse has to parse: help, mistakes, and rarely used options."""
    found = CheckArguments()
    rest = iter(words)
    for word in rest:
        if word[:1] != "-" or word == "-":
            found.paths.append(word)
        elif not _parse_option(word, rest, found):
            return None
    return None if found.quiet and found.verbose else found


def _parse_option(word: str, rest: Iterator[str], found: Any) -> bool:
    """Set an option, with its value from `rest` if it needs one; False if that is left to argparse."""
    name, equals, value = word.partition("=")
    option = _SHORT_SWITCHES.get(word) or name[2:].replace("-", "_")
    if word not in _SHORT_SWITCHES and (name[:2] != "--" or "_" in name):
        return False
    if option in _SWITCHES and not equals:
        setattr(found, option, True)
        return True
    value = value if equals else next(rest, "")
    if not value or value[:1] == "-":
        return False
    if option in _LISTS:
        getattr(found, option).append(value)
        return True
    if option in _TEXTS or value in _CHOICES.get(option, ()):
        setattr(found, option, value)
        return True
    return False
