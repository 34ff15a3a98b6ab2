"""The kinds of semantic tokens, in the order of their numbers."""

from __future__ import annotations

KINDS = ("keyword", "comment", "parameter", "string", "variable", "namespace", "operator", "macro", "function")
MODIFIERS = ("declaration",)
