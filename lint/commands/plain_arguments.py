"""Parses common command lines of `dlint check` without argparse, whose import takes longer than linting a file."""

from __future__ import annotations

from ..config.arguments import OUTPUT_FORMATS, CheckArguments
from ..terminal.colors import COLOR_CHOICES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_LISTS = ("select", "extend_select", "ignore", "exclude", "config", "fixable", "unfixable", "output")
_SWITCHES = (
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
_CHOICES = {"format": OUTPUT_FORMATS, "color": COLOR_CHOICES}


def parse_plain_arguments(words: Sequence[str]) -> CheckArguments | None:
    """The options in `words`; None for what argparse has to parse: help, mistakes, and rarely used options."""
    found: Any = CheckArguments()
    rest = iter(words)
    for word in rest:
        if word[:1] != "-" or word == "-":
            found.paths.append(word)
            continue
        if word in _SHORT_SWITCHES:
            setattr(found, _SHORT_SWITCHES[word], True)
            continue
        name, equals, value = word.partition("=")
        option = name[2:].replace("-", "_")
        if name[:2] != "--" or "_" in name:
            return None
        if option in _SWITCHES and not equals:
            setattr(found, option, True)
            continue
        value = value if equals else next(rest, "")
        if not value or value[:1] == "-":
            return None
        if option in _LISTS:
            getattr(found, option).append(value)
        elif option in _TEXTS or value in _CHOICES.get(option, ()):
            setattr(found, option, value)
        else:
            return None
    return None if found.quiet and found.verbose else found
