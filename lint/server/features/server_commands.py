"""The server's commands. Their first argument is the URI of an open document.

`dlint.server.fixAll`, `fixAllUnsafe` and `optimize` (second argument: names of rewrites) let the client apply an edit.
`fixed` (second argument: whether to apply unsafe fixes) and `rewritten` return the resulting text, for a preview.
`explain` takes the code of a rule and returns its page. `act` takes the data of a code action and applies its edit.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from ....fixers.gate import FixRejected
from ...output.links import rule_page_markdown
from ..request_plans import SettingsError
from ..settings import as_object
from .code_actions import fix_all_edit, fixed_text, resolve_action
from .rewrite_actions import EDITOR_REWRITES, rewrite_edit, rewritten_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..dlint_server import DlintServer


def execute_command(server: DlintServer, command: str, arguments: tuple[Any, ...]) -> Any:
    """Run a command and return its result."""
    first: Any = arguments[0] if arguments else None
    second: Any = arguments[1] if len(arguments) > 1 else None
    name = command.rpartition(".")[2]
    if name == "explain":
        return rule_page_markdown(str(first).upper()) or None
    if name == "act":
        data = as_object(first)
        return _apply(
            server, resolve_action(server, types.CodeAction(str(data.get("title", "")), data=data)).edit, command
        )
    document = server.document(str(first))
    if document is None:
        return {"applied": False, "reason": "not an open Dockerfile"}
    server.lint(document)
    names = _names(second) or list(EDITOR_REWRITES)
    try:
        if name == "fixed":
            text, rejected = fixed_text(server, document, unsafe=bool(second))
            return {"text": text, "changed": text != document.text.text, "refused": rejected, "ignore": None}
        if name == "rewritten":
            text, proposal, rejected = rewritten_text(server, document, names)
            changed = proposal is not None and proposal.new != proposal.old
            ignore = {"path": proposal.path, "text": proposal.new} if proposal is not None and changed else None
            return {"text": text, "changed": text != document.text.text, "refused": rejected, "ignore": ignore}
        if name == "optimize":
            edit = rewrite_edit(server, document, names, "dlint optimize")
        else:
            edit = fix_all_edit(server, document, name == "fixAllUnsafe")
    except (SettingsError, FixRejected) as error:
        return {"applied": False, "reason": str(error)}
    return _apply(server, edit, command)


def _apply(server: DlintServer, edit: types.WorkspaceEdit | None, label: str) -> dict[str, Any]:
    """Let the client apply an edit."""
    if edit is None:
        return {"applied": False, "reason": "nothing to do"}
    server.workspace_apply_edit(types.ApplyWorkspaceEditParams(edit, label=label))
    return {"applied": True}


def _names(value: Any) -> list[str]:
    if not isinstance(value, list):
        return []
    return [str(each) for each in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
