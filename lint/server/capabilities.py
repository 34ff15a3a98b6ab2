"""The server's capabilities, as plain JSON."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .workbench import Workbench

FIX_ALL = "source.fixAll.dlint"
FIX_ALL_UNSAFE = "source.dlint.fixAllUnsafe"
"""Not a subkind of `source.fixAll`, which editors can apply on save."""
ACTION_KINDS = ("quickfix", "refactor.rewrite", "source.fixAll", FIX_ALL, FIX_ALL_UNSAFE)
SERVER_COMMANDS = tuple(
    f"dlint.server.{name}" for name in ("fixAll", "fixAllUnsafe", "optimize", "explain", "fixed", "rewritten", "act")
)
TOKEN_TYPES = ("keyword", "comment", "parameter", "string", "variable", "namespace", "operator", "macro", "function")
TOKEN_MODIFIERS = ("declaration",)
"""The types and modifiers of semantic tokens, in the order of their numbers."""
_TRIGGERS = ("-", "=", ",", "$", "{", "/", ":", ".", " ")
_INCREMENTAL = 2


def initialize_result(workbench: Workbench) -> dict[str, Any]:
    """The result of `initialize`."""
    found: dict[str, Any] = {
        "positionEncoding": workbench.encoding,
        "textDocumentSync": {"openClose": True, "change": _INCREMENTAL, "save": {"includeText": False}},
        "codeActionProvider": {"codeActionKinds": list(ACTION_KINDS), "resolveProvider": True},
        "hoverProvider": True,
        "definitionProvider": True,
        "referencesProvider": True,
        "documentHighlightProvider": True,
        "renameProvider": {"prepareProvider": True},
        "documentSymbolProvider": True,
        "foldingRangeProvider": True,
        "selectionRangeProvider": True,
        "semanticTokensProvider": {
            "legend": {"tokenTypes": list(TOKEN_TYPES), "tokenModifiers": list(TOKEN_MODIFIERS)},
            "full": True,
        },
        "inlayHintProvider": True,
        "completionProvider": {"triggerCharacters": list(_TRIGGERS)},
        "documentFormattingProvider": True,
        "documentRangeFormattingProvider": True,
        "executeCommandProvider": {"commands": list(SERVER_COMMANDS)},
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
    }
    if workbench.pulls_diagnostics:
        found["diagnosticProvider"] = {
            "identifier": "dlint",
            "interFileDependencies": False,
            "workspaceDiagnostics": False,
        }
    if not workbench.client_capability("textDocument", "rename", "prepareSupport"):
        found["renameProvider"] = True
    return {"capabilities": found, "serverInfo": {"name": "dlint", "version": workbench.version}}
