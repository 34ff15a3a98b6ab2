"""All rules, by theme: one file each, listed in the table that tools/make_docs.py writes."""

from __future__ import annotations

from .base import Rule
from .table import ROWS

RULES: tuple[Rule, ...] = tuple([Rule(*row) for row in ROWS])
"""Every rule. Its module is imported when it runs for the first time."""
