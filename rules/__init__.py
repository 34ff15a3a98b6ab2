"""All rules: one file each, listed in table.py, which tools/make_docs.py generates."""

from __future__ import annotations

from .base import Rule
from .table import ROWS

RULES: tuple[Rule, ...] = tuple([Rule(*row) for row in ROWS])
"""All rules in the order of the table. The module of a rule is imported when it first runs."""
