"""The list of features: the method of the protocol, the module and function that answer, and the options."""

from __future__ import annotations

from lsprotocol import types as t

from .legend import LEGEND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ACTION_KINDS = (
    t.CodeActionKind.QuickFix,
    t.CodeActionKind.RefactorRewrite,
    t.CodeActionKind.SourceFixAll,
    "source.fixAll.dlint",
)
COMMANDS = tuple(
    f"dlint.server.{name}" for name in ("fixAll", "fixAllUnsafe", "optimize", "explain", "fixed", "rewritten")
)

ALL: tuple[tuple[str, str, str, Any], ...] = (
    (t.INITIALIZE, "session", "initialize", None),
    (t.INITIALIZED, "session", "initialized", None),
    (t.WORKSPACE_DID_CHANGE_CONFIGURATION, "session", "configuration_changed", None),
    (t.WORKSPACE_DID_CHANGE_WATCHED_FILES, "session", "files_changed", None),
    (t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, "session", "folders_changed", None),
    (t.TEXT_DOCUMENT_DID_SAVE, "session", "saved", t.SaveOptions(include_text=False)),
    (t.TEXT_DOCUMENT_DIAGNOSTIC, "diagnostics", "pull", t.DiagnosticOptions(False, False, identifier="dlint")),
    (
        t.TEXT_DOCUMENT_CODE_ACTION,
        "actions",
        "actions",
        t.CodeActionOptions(code_action_kinds=list(ACTION_KINDS), resolve_provider=True),
    ),
    (t.CODE_ACTION_RESOLVE, "actions", "resolve", None),
    (t.TEXT_DOCUMENT_HOVER, "hover", "hover", None),
    (t.TEXT_DOCUMENT_DEFINITION, "names", "definition", None),
    (t.TEXT_DOCUMENT_REFERENCES, "names", "references", None),
    (t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, "names", "highlights", None),
    (t.TEXT_DOCUMENT_PREPARE_RENAME, "names", "prepare_rename", None),
    (t.TEXT_DOCUMENT_RENAME, "names", "rename", t.RenameOptions(prepare_provider=True)),
    (t.TEXT_DOCUMENT_DOCUMENT_SYMBOL, "symbols", "symbols", None),
    (t.TEXT_DOCUMENT_FOLDING_RANGE, "symbols", "foldings", None),
    (t.TEXT_DOCUMENT_SELECTION_RANGE, "symbols", "selections", None),
    (t.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, "tokens", "tokens", LEGEND),
    (t.TEXT_DOCUMENT_INLAY_HINT, "hints", "hints", None),
    (
        t.TEXT_DOCUMENT_COMPLETION,
        "completion",
        "completion",
        t.CompletionOptions(trigger_characters=["-", "=", ",", "$", "{", "/", ":", ".", " "]),
    ),
    (t.TEXT_DOCUMENT_FORMATTING, "formatting", "whole", None),
    (t.TEXT_DOCUMENT_RANGE_FORMATTING, "formatting", "some", None),
)
