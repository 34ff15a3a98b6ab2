"""Reads the plain command lines of `dlint check` without argparse, which takes longer than linting a file."""

from __future__ import annotations

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
FORMATS = (
    "full", "concise", "grouped", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson",
    "azure", "teamcity", "hadolint",
)  # fmt: skip
_CHOICES = {"format": FORMATS}


class Arguments:
    """The options of `dlint check`, as argparse would give them."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.select: list[str] = []
        self.extend_select: list[str] = []
        self.ignore: list[str] = []
        self.exclude: list[str] = []
        self.config: list[str] = []
        self.fixable: list[str] = []
        self.unfixable: list[str] = []
        self.output: list[str] = []
        self.profile: str | None = None
        self.format: str | None = None
        self.stdin_filename: str | None = None
        self.fail_level: str | None = None
        self.baseline: str | None = None
        self.changed_since: str | None = None
        self.add_ignore = self.statistics = self.force_exclude = False
        self.isolated = self.no_cache = self.exit_zero = False
        self.fix = self.diff = self.fix_only = self.unsafe_fixes = False


def quick(words: Sequence[str]) -> Arguments | None:
    """The options in `words`; None when argparse is to look at them: help, mistakes, and what is rarely used."""
    found: Any = Arguments()
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
