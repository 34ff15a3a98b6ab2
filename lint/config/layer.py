"""One source of settings: a file, the environment, or the command line."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ENVIRONMENT_PREFIX = "DLINT_"
"""Of environment variables: `DLINT_FAIL_LEVEL` is the key `fail-level`."""


class ConfigError(ValueError):
    """A configuration that cannot be used; the message says file, line and what to do."""


class ConfigLayer:
    """The keys that one source sets.

    `source` is how messages call it (`api/dlint.toml`, `--select`), `folder` is what its patterns and paths are
    relative to, `lines` the line of each key where it is a file.
    """

    __slots__ = ("folder", "lines", "source", "values")

    def __init__(self, source: str, folder: str, values: dict[str, Any], lines: dict[str, int] | None = None) -> None:
        self.source = source
        self.folder = folder
        self.values = values
        self.lines = lines or {}

    def origin(self, key: str) -> str:
        """Where the layer sets a key, for a reader: `dlint.toml:3`."""
        line = self.lines.get(key)
        return f"{self.source}:{line}" if line else self.source


def display_path(path: str) -> str:
    """A path as messages call it: relative when it is below the current folder."""
    here = os.path.join(os.getcwd(), "")
    return path[len(here) :] if path.startswith(here) else path
