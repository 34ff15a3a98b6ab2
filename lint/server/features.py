"""The list of features: the method of the protocol, and the module and function that answer."""

from __future__ import annotations

ALL = (
    ("initialized", "session", "initialized"),
    ("workspace/didChangeConfiguration", "session", "configuration_changed"),
    ("workspace/didChangeWatchedFiles", "session", "files_changed"),
    ("textDocument/didSave", "session", "saved"),
    ("textDocument/diagnostic", "diagnostics", "pull"),
    ("textDocument/codeAction", "actions", "actions"),
    ("codeAction/resolve", "actions", "resolve"),
    ("textDocument/hover", "hover", "hover"),
    ("textDocument/definition", "names", "definition"),
    ("textDocument/references", "names", "references"),
    ("textDocument/documentHighlight", "names", "highlights"),
    ("textDocument/prepareRename", "names", "prepare_rename"),
    ("textDocument/rename", "names", "rename"),
    ("textDocument/documentSymbol", "symbols", "symbols"),
    ("textDocument/foldingRange", "symbols", "foldings"),
    ("textDocument/selectionRange", "symbols", "selections"),
    ("textDocument/semanticTokens/full", "tokens", "tokens"),
    ("textDocument/inlayHint", "hints", "hints"),
    ("textDocument/completion", "completion", "completion"),
    ("textDocument/formatting", "formatting", "whole"),
    ("textDocument/rangeFormatting", "formatting", "some"),
)
"""What pygls handles itself is in protocol.py; `capabilities.py` tells the client."""
