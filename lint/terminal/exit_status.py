"""Exit statuses."""

from __future__ import annotations

CLEAN, FOUND, BROKEN = 0, 1, 2
"""Nothing found; findings; something could not be read, or an option is wrong."""
