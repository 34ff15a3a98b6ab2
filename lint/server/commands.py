"""Commands for editors that offer them by name. The first argument is the URI of an open document.

`dlint.server.fixAll`, `fixAllUnsafe` and `optimize` (second argument: names of rewrites) have the editor apply an edit;
`fixed` (second argument: also unsafe) and `rewritten` answer with the text that would come out, for a preview;
`explain` takes the code of a rule and answers with its page. `act` takes the data of a code action.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from ...fixers.gate import Refused
from ..links import page_of
from .actions import fix_all, fixed_text, resolve
from .plans import BadSettings
from .rewrites import USUAL, rewrite, rewritten
from .settings import as_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .app import App


def run(ls: App, command: str, arguments: tuple[Any, ...]) -> Any:
    """Run a command and answer it."""
    first: Any = arguments[0] if arguments else None
    second: Any = arguments[1] if len(arguments) > 1 else None
    name = command.rpartition(".")[2]
    if name == "explain":
        return page_of(str(first).upper()) or None
    if name == "act":
        data = as_object(first)
        return _apply(ls, resolve(ls, types.CodeAction(str(data.get("title", "")), data=data)).edit, command)
    document = ls.document(str(first))
    if document is None:
        return {"applied": False, "reason": "the document is not open, or no Dockerfile"}
    ls.lint(document)
    names = _names(second) or list(USUAL)
    try:
        if name == "fixed":
            text, refused = fixed_text(ls, document, unsafe=bool(second))
            return {"text": text, "changed": text != document.text.text, "refused": refused, "ignore": None}
        if name == "rewritten":
            text, proposal, refused = rewritten(ls, document, names)
            changed = proposal is not None and proposal.new != proposal.old
            ignore = {"path": proposal.path, "text": proposal.new} if proposal is not None and changed else None
            return {"text": text, "changed": text != document.text.text, "refused": refused, "ignore": ignore}
        if name == "optimize":
            edit = rewrite(ls, document, names, "dlint optimize")
        else:
            edit = fix_all(ls, document, name == "fixAllUnsafe")
    except (BadSettings, Refused) as error:
        return {"applied": False, "reason": str(error)}
    return _apply(ls, edit, command)


def _apply(ls: App, edit: types.WorkspaceEdit | None, label: str) -> dict[str, Any]:
    """Have the client make an edit."""
    if edit is None:
        return {"applied": False, "reason": "there is nothing to do"}
    ls.workspace_apply_edit(types.ApplyWorkspaceEditParams(edit, label=label))
    return {"applied": True}


def _names(value: Any) -> list[str]:
    if not isinstance(value, list):
        return []
    return [str(each) for each in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
