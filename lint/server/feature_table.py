"""The requests and notifications of the protocol, with the module and function of their handlers."""

from __future__ import annotations

FEATURES = (
    ("initialized", "features.session", "initialized"),
    ("workspace/didChangeConfiguration", "features.session", "configuration_changed"),
    ("workspace/didChangeWatchedFiles", "features.session", "files_changed"),
    ("textDocument/didSave", "features.session", "document_saved"),
    ("textDocument/diagnostic", "features.pull_diagnostics", "pull_diagnostics"),
    ("textDocument/codeAction", "features.code_actions", "code_actions"),
    ("codeAction/resolve", "features.code_actions", "resolve_action"),
    ("textDocument/hover", "features.hover", "hover"),
    ("textDocument/definition", "features.rename", "definition"),
    ("textDocument/references", "features.rename", "references"),
    ("textDocument/documentHighlight", "features.rename", "document_highlights"),
    ("textDocument/prepareRename", "features.rename", "prepare_rename"),
    ("textDocument/rename", "features.rename", "rename"),
    ("textDocument/documentSymbol", "features.symbols", "document_symbols"),
    ("textDocument/foldingRange", "features.symbols", "folding_ranges"),
    ("textDocument/selectionRange", "features.symbols", "selection_ranges"),
    ("textDocument/semanticTokens/full", "features.semantic_tokens", "semantic_tokens"),
    ("textDocument/inlayHint", "features.inlay_hints", "inlay_hints"),
    ("textDocument/completion", "features.completion", "completion"),
    ("textDocument/formatting", "features.formatting", "format_document"),
    ("textDocument/rangeFormatting", "features.formatting", "format_range"),
)
"""message_handlers.py has the handlers of messages that pygls handles itself; capabilities.py describes all."""
