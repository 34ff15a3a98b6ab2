"""The types and modifiers of semantic tokens, in the order of their numbers."""

from __future__ import annotations

TOKEN_TYPES = ("keyword", "comment", "parameter", "string", "variable", "namespace", "operator", "macro", "function")
TOKEN_MODIFIERS = ("declaration",)
