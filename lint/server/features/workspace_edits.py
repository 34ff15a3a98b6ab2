"""Edits in the protocol's form, made from edits of fixes or from two texts."""

from __future__ import annotations

from difflib import SequenceMatcher

from lsprotocol import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....fixers.edits.edit import Edit
    from ..dlint_server import DlintServer
    from ..documents import Document


def fix_text_edits(document: Document, edits: Iterable[Edit]) -> list[types.TextEdit]:
    """The edits of a fix in the protocol's form."""
    return [types.TextEdit(document.range(edit.start, edit.end), edit.text) for edit in edits]


def text_edits(document: Document, new: str) -> list[types.TextEdit]:
    """The edits that change the document to another text, as few whole lines as possible."""
    old = document.text.text
    if old == new:
        return []
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    return [
        types.TextEdit(document.range(starts[i1], starts[i2]), "".join(after[j1:j2]))
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if tag != "equal"
    ]


def workspace_edit(
    server: DlintServer, document: Document, edits: list[types.TextEdit], title: str = "", *, confirm: bool = False
) -> types.WorkspaceEdit:
    """The edit of one document, with its version and an annotation for the preview if the client supports these."""
    if not server.workbench.versions_edits:
        return types.WorkspaceEdit(changes={document.uri: edits})
    identity = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    if title and server.workbench.previews_edits:
        annotated: list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit] = [
            types.AnnotatedTextEdit("dlint", edit.range, edit.new_text) for edit in edits
        ]
        return types.WorkspaceEdit(
            document_changes=[types.TextDocumentEdit(identity, annotated)],
            change_annotations={"dlint": types.ChangeAnnotation(title, needs_confirmation=confirm)},
        )
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identity, list(edits))])
