"""The list of features: the method of the protocol, and the module and function that answer."""

from __future__ import annotations

ALL = (
    ("initialized", "session", "initialized"),
    ("workspace/didChangeConfiguration", "session", "configuration_changed"),
    ("workspace/didChangeWatchedFiles", "session", "files_changed"),
    ("textDocument/didSave", "session", "saved"),
    ("textDocument/diagnostic", "features.pull_diagnostics", "pull"),
    ("textDocument/codeAction", "features.code_actions", "actions"),
    ("codeAction/resolve", "features.code_actions", "resolve"),
    ("textDocument/hover", "features.hover", "hover"),
    ("textDocument/definition", "features.rename", "definition"),
    ("textDocument/references", "features.rename", "references"),
    ("textDocument/documentHighlight", "features.rename", "highlights"),
    ("textDocument/prepareRename", "features.rename", "prepare_rename"),
    ("textDocument/rename", "features.rename", "rename"),
    ("textDocument/documentSymbol", "features.symbols", "symbols"),
    ("textDocument/foldingRange", "features.symbols", "foldings"),
    ("textDocument/selectionRange", "features.symbols", "selections"),
    ("textDocument/semanticTokens/full", "features.semantic_tokens", "tokens"),
    ("textDocument/inlayHint", "features.inlay_hints", "hints"),
    ("textDocument/completion", "features.completion", "completion"),
    ("textDocument/formatting", "features.formatting", "whole"),
    ("textDocument/rangeFormatting", "features.formatting", "some"),
)
"""What pygls handles itself is in protocol.py; `capabilities.py` tells the client."""
