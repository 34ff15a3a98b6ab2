"""Code actions: fix a finding, all of a rule or all of a file; suppress a finding; merge RUNs; rewrite the file."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from lsprotocol import types

from ....fixers.edits.edit import DISPLAY, SAFE
from ....fixers.gate import FixRejected, check_text, verify_fixes
from ....syntax.source import Source
from ...commands.fix import fix_source
from ...engine.linter import lint_source
from ...engine.time_limit import TimeLimitExceeded
from ..capabilities import FIX_ALL, FIX_ALL_UNSAFE
from ..diagnostics import lsp_diagnostic
from ..request_plans import SettingsError
from ..settings import as_object
from .merge_runs import merge_runs, selected_runs
from .suppress_actions import REASON_PLACEHOLDER, escape_snippet, suppression_edit
from .workspace_edits import fix_text_edits, text_edits, workspace_edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...engine.diagnostic import Diagnostic
    from ..dlint_server import DlintServer
    from ..documents import Document

ACTION_COMMAND = "dlint.server.act"


def code_actions(server: DlintServer, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """The code actions for a range and for the whole file."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    server.lint(document)
    start, end = document.offset(params.range.start), document.offset(params.range.end)
    only = params.context.only
    found = [action for action in _all(server, document, start, end) if _is_wanted(action.kind or "", only)]
    if server.workbench.shows_disabled:
        found = [
            evolve(action, disabled=types.CodeActionDisabled(document.rejected[action.title]))
            if document.rejected.get(action.title)
            else action
            for action in found
        ]
    if server.workbench.resolves_actions:
        return found
    return [action if action.disabled is not None else _executable(server, action, bool(only)) for action in found]


def _executable(server: DlintServer, action: types.CodeAction, is_filtered: bool) -> types.CodeAction:
    """The action with its edit, or a command that makes it, for a client that does not resolve actions."""
    if action.kind == types.CodeActionKind.QuickFix or (is_filtered and str(action.kind).startswith("source.")):
        action = resolve_action(server, action)
    if action.edit is not None:
        return action
    # The edit is made when the action is chosen: it may take long, or be rejected with a message.
    data = {**as_object(action.data), "title": action.title}
    return evolve(action, command=types.Command(action.title, ACTION_COMMAND, arguments=[data]))


def _is_wanted(kind: str, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    if not only:
        return True
    wanted = [each.value if isinstance(each, types.CodeActionKind) else each for each in only]
    return any(not each or kind == each or kind.startswith(each + ".") for each in wanted)


def _all(server: DlintServer, document: Document, start: int, end: int) -> Iterator[types.CodeAction]:
    diagnostics = document.diagnostics
    here: list[tuple[int, Diagnostic]] = []
    for index, d in enumerate(diagnostics):
        first, last = document.span(d)
        if first <= end and start <= last:
            here.append((index, d))
    unsafe = server.settings(document).unsafe_fixes
    for index, d in here:
        if _is_fixable(d, unsafe):
            yield _fix(server, document, index, d)
    yield from _of_rules(server, document, [d for _, d in here], unsafe)
    for d in _first_of_each([d for _, d in here]):
        if suppression_edit(document, d) is not None:
            title = f"Suppress {d.code} ({d.name}) for this instruction"
            yield _action(document, title, "quickfix", {"do": "suppress", "code": d.code, "line": d.instruction_line})
    runs = selected_runs(document, start, end)
    if runs:
        title = f"Merge {len(runs)} RUN instructions"
        try:
            merge_runs(document, start, end)
        except FixRejected as reason:
            document.rejected[title] = str(reason)
        yield _action(document, title, "refactor.rewrite", {"do": "merge", "start": start, "end": end})
    yield from _of_file(document, unsafe)


def _is_fixable(d: Diagnostic, unsafe: bool) -> bool:
    return d.fix is not None and d.fix.safety != DISPLAY and (d.fix.safety == SAFE or unsafe)


def _first_of_each(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    return list({(d.code, d.instruction_line): d for d in reversed(found)}.values())[::-1]


def _fix(server: DlintServer, document: Document, index: int, d: Diagnostic) -> types.CodeAction:
    assert d.fix is not None
    safe = d.fix.safety == SAFE
    title = d.fix.title if safe else f"{d.fix.title} (unsafe)"
    action = _action(document, title, "quickfix", {"do": "fix", "index": index, "code": d.code})
    return evolve(action, diagnostics=_converted(server, document, [d]), is_preferred=safe)


def _converted(server: DlintServer, document: Document, found: Sequence[Diagnostic]) -> list[types.Diagnostic]:
    plain = [lsp_diagnostic(server.workbench, document, d) for d in found]
    return server.protocol.typed(plain, list[types.Diagnostic])


def _of_rules(
    server: DlintServer, document: Document, here: Sequence[Diagnostic], unsafe: bool
) -> Iterator[types.CodeAction]:
    for code in dict.fromkeys(d.code for d in here if _is_fixable(d, unsafe)):
        same = [d for d in document.diagnostics if d.code == code and _is_fixable(d, unsafe)]
        if len(same) > 1:
            all_safe = all(d.fix is not None and d.fix.safety == SAFE for d in same)
            title = f"Fix all {len(same)} {code} ({same[0].name}) findings" + ("" if all_safe else " (unsafe)")
            action = _action(document, title, "quickfix", {"do": "rule", "code": code, "unsafe": not all_safe})
            yield evolve(action, diagnostics=_converted(server, document, same))


def _of_file(document: Document, unsafe: bool) -> Iterator[types.CodeAction]:
    fixable = [d for d in document.diagnostics if _is_fixable(d, unsafe)]
    if any(d.fix is not None and d.fix.safety == SAFE for d in fixable):
        yield _action(document, "Fix All (Safe)", FIX_ALL, {"do": "all", "unsafe": False})
    if any(d.fix is not None and d.fix.safety != SAFE for d in fixable):
        yield _action(document, "Fix All, Including Unsafe Fixes", FIX_ALL_UNSAFE, {"do": "all", "unsafe": True})
    from .rewrite_actions import offered_rewrites

    for title, names in offered_rewrites(document):
        yield _action(document, title, "refactor.rewrite", {"do": "rewrite", "names": list(names)})


def _action(document: Document, title: str, kind: str, data: dict[str, Any]) -> types.CodeAction:
    return types.CodeAction(title, kind=kind, data={"uri": document.uri, "version": document.version, **data})


# Resolving ----------------------------------------------------------------------------------------------------------


def resolve_action(server: DlintServer, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit. If the text has changed or the edit is rejected, it has none and a message is shown."""
    data = as_object(action.data)
    document = server.document(str(data.get("uri", "")))
    if document is None or document.version != data.get("version"):
        server.workbench.show_message("the document has changed; try again")
        return action
    server.lint(document)
    server.protocol.check_cancelled()
    try:
        return evolve(action, edit=_edit(server, document, data, action.title))
    except (SettingsError, FixRejected) as error:
        document.rejected[action.title] = str(error)
        server.workbench.show_message(str(error))
    except (KeyError, TypeError, ValueError):
        server.workbench.show_message("invalid code action")
    return action


def _edit(server: DlintServer, document: Document, data: dict[str, Any], title: str) -> types.WorkspaceEdit | None:
    """The edit of an action with this data; None if there is nothing to do.

    Raises SettingsError, FixRejected, and KeyError, TypeError or ValueError for invalid data.
    """
    match data.get("do"):
        case "fix":
            return _fix_edit(server, document, int(data["index"]), str(data["code"]))
        case "suppress":
            return _suppress_edit(server, document, str(data["code"]), int(data["line"]))
        case "rule":
            return fix_all_edit(server, document, bool(data["unsafe"]), [str(data["code"])])
        case "all":
            return fix_all_edit(server, document, bool(data["unsafe"]))
        case "merge":
            edits = merge_runs(document, int(data["start"]), int(data["end"]))
            return workspace_edit(server, document, edits, title, confirm=True)
        case "rewrite":
            from .rewrite_actions import rewrite_edit

            return rewrite_edit(server, document, [str(name) for name in data["names"]], title)
        case _:
            return None


def _fix_edit(server: DlintServer, document: Document, index: int, code: str) -> types.WorkspaceEdit | None:
    diagnostics = document.diagnostics
    d = diagnostics[index] if 0 <= index < len(diagnostics) else None
    if d is None or d.code != code or d.fix is None:
        server.workbench.show_message("the finding no longer exists; try again")
        return None
    plan = server.workbench.plan(document)

    def find(text: str) -> list[Diagnostic]:
        server.protocol.check_cancelled()
        return lint_source(Source(text, document.name), plan, document.find_context).diagnostics

    try:
        verify_fixes(check_text(document.text.text, find), [d], find)
    except FixRejected as reason:
        server.workbench.show_message(f"the fix for {code} was skipped: {reason}")
        return None
    safe = d.fix.safety == SAFE
    return workspace_edit(
        server, document, fix_text_edits(document, d.fix.edits), "" if safe else f"{code}: unsafe fix", confirm=not safe
    )


def _suppress_edit(server: DlintServer, document: Document, code: str, line: int) -> types.WorkspaceEdit | None:
    """The edit that adds a suppression comment; its reason is a snippet if the client supports that."""
    d = next((d for d in document.diagnostics if (d.code, d.instruction_line) == (code, line)), None)
    edit = suppression_edit(document, d) if d is not None else None
    if edit is None:
        return None
    before, reason, after = edit.new_text.partition(REASON_PLACEHOLDER)
    if not reason or not server.workbench.takes_snippets:
        return workspace_edit(server, document, [edit])
    snippet = types.StringValue(f"{escape_snippet(before)}${{1:{REASON_PLACEHOLDER}}}{escape_snippet(after)}")
    identity = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    change = types.TextDocumentEdit(identity, [types.SnippetTextEdit(edit.range, snippet)])
    return types.WorkspaceEdit(document_changes=[change])


def fix_all_edit(
    server: DlintServer, document: Document, unsafe: bool, codes: Sequence[str] = ()
) -> types.WorkspaceEdit | None:
    """The edit that applies all fixes, or those of `codes`; rejected fixes are logged. Raises SettingsError."""
    text, rejected = fixed_text(server, document, codes, unsafe=unsafe)
    for reason in rejected:
        server.workbench.log(f"{document.name}: {reason}")
    edits = text_edits(document, text)
    title = "dlint: unsafe fixes" if unsafe else ""
    return workspace_edit(server, document, edits, title, confirm=unsafe) if edits else None


def fixed_text(
    server: DlintServer, document: Document, codes: Sequence[str] = (), *, unsafe: bool
) -> tuple[str, list[str]]:
    """The text after the fixes, and messages on the fixes that were not applied. Raises SettingsError."""
    request = server.workbench.plans.fix_request(document.path, server.settings(document), codes, unsafe=unsafe)
    source = Source(document.text.text, document.name)
    try:
        report, repaired = fix_source(source, server.workbench.plan(document), document.find_context, request)
    except TimeLimitExceeded as error:
        raise SettingsError(f"not fixed: {error}") from None
    rejected = [f"the fix for {code} on line {line} was skipped: {why}" for code, line, why in report.rejected]
    return repaired.text, rejected
