"""Exit statuses."""

from __future__ import annotations

CLEAN, FOUND, BROKEN = 0, 1, 2
"""No findings; findings; a file could not be read or written, or an option or the configuration is invalid."""
