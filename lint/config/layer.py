"""One source of settings: a file, the environment, or the command line."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ENVIRONMENT_PREFIX = "DLINT_"
"""The prefix of environment variables that set keys: `DLINT_FAIL_LEVEL` sets `fail-level`."""


class ConfigError(ValueError):
    """An invalid configuration; the message gives file and line, what is wrong and how to fix it."""


class ConfigLayer:
    """The keys that one source sets.

    `source`: its name in messages (`api/dlint.toml`, `--select`); `folder`: the directory that its patterns and paths
    are relative to; `lines`: the line of each key, if the source is a file.
    """

    __slots__ = ("folder", "lines", "source", "values")

    def __init__(self, source: str, folder: str, values: dict[str, Any], lines: dict[str, int] | None = None) -> None:
        self.source = source
        self.folder = folder
        self.values = values
        self.lines = lines or {}

    def origin(self, key: str) -> str:
        """Where the layer sets a key, for messages: `dlint.toml:3`."""
        line = self.lines.get(key)
        return f"{self.source}:{line}" if line else self.source


def or_list(choices: Sequence[str]) -> str:
    """Choices for a message: `a, b or c`."""
    return " or ".join(part for part in (", ".join(choices[:-1]), *choices[-1:]) if part)


def display_path(path: str) -> str:
    """A path for messages: relative if it is in the current directory."""
    here = os.path.join(os.getcwd(), "")
    return path[len(here) :] if path.startswith(here) else path
