"""The kinds of semantic tokens, in the order of their numbers."""

from __future__ import annotations

from lsprotocol import types as t

KINDS = ("keyword", "comment", "parameter", "string", "variable", "namespace", "operator", "macro", "function")
LEGEND = t.SemanticTokensLegend(token_types=list(KINDS), token_modifiers=["declaration"])
