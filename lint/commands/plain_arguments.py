"""Reads the plain command lines of `dlint check` without argparse, which takes longer than linting a file."""

from __future__ import annotations

from ..config.arguments import OUTPUT_FORMATS, CheckArguments

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
)
_TEXTS = ("baseline", "changed_since")
_CHOICES = {"format": OUTPUT_FORMATS}


def parse_plain_arguments(words: Sequence[str]) -> CheckArguments | None:
    """The options in `words`; None when argparse is to look at them: help, mistakes, and what is rarely used."""
    found: Any = CheckArguments()
    rest = iter(words)
    for word in rest:
        if word[:1] != "-" or word == "-":
            found.paths.append(word)
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
    return found
