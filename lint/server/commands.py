"""Commands for editors that offer them by name: fix all, safe or not, optimize, explain a rule."""

from __future__ import annotations

from lsprotocol import types

from .actions import fix_all
from .pages import page_of
from .rewrites import TITLES, rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .app import App


def run(ls: App, command: str, arguments: tuple[Any, ...]) -> Any:
    """Run a command. The first argument is the URI of a document, for `dlint.explain` the code of a rule."""
    first = str(arguments[0]) if arguments else ""
    if command == "dlint.explain":
        return page_of(first.upper()) or None
    document = ls.document(first)
    if document is None:
        return {"applied": False, "reason": "the document is not open, or no Dockerfile"}
    ls.lint(document)
    if command == "dlint.optimize":
        names = [str(name) for name in arguments[1]] if len(arguments) > 1 and arguments[1] else list(TITLES)
        edit = rewrite(ls, document, names, "dlint optimize")
    else:
        edit = fix_all(ls, document, command == "dlint.fixAllUnsafe")
    if edit is None:
        return {"applied": False, "reason": "there is nothing to do"}
    ls.workspace_apply_edit(types.ApplyWorkspaceEditParams(edit, label=command))
    return {"applied": True}
