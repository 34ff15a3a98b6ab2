"""The rewrites of `dlint optimize` as refactorings, and its .dockerignore."""

from __future__ import annotations

import os

from lsprotocol import types

from .edits import text_edits
from .uris import uri_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...fixers.rewrites.dockerignore import Proposal
    from .app import App
    from .documents import Document

TITLES = {
    "layers": "Merge RUNs and drop what caches leave behind",
    "multi-stage": "Convert to a multi-stage build",
    "slim-base": "Take a slimmer base image",
    "order": "Order the steps for the build cache",
    "dockerignore": "Write a .dockerignore for this build",
    "cache-mounts": "Keep what package managers download in cache mounts",
}
USUAL = tuple(name for name in TITLES if name != "cache-mounts")
"""What `dlint optimize` does without being asked for more."""


def offered(document: Document) -> Iterator[tuple[str, Sequence[str]]]:
    """Titles and names of the rewrites for a document; whether they can be made is told when one is chosen."""
    if document.dockerfile.errors or not document.build.stages:
        return
    for name, title in TITLES.items():
        if document.path or name in ("layers", "slim-base", "cache-mounts"):
            yield title, (name,)
    if document.path:
        yield "Optimize: what `dlint optimize` does", USUAL


def rewrite(ls: App, document: Document, names: Sequence[str], title: str) -> types.WorkspaceEdit | None:
    """The edit that makes these rewrites, to be confirmed; None, and the reasons told, when none can be made."""
    text, proposal, reasons = rewritten(ls, document, names)
    if text == document.text.text and (proposal is None or proposal.new == proposal.old):
        told = "; ".join(reasons) or "there is nothing to do"
        ls.workbench.tell(told)
        return None
    for reason in reasons:
        ls.workbench.log(f"refused: {reason}")
    return _edit(ls, document, text, proposal, title)


def rewritten(ls: App, document: Document, names: Sequence[str]) -> tuple[str, Proposal | None, list[str]]:
    """The text that comes out, the ignore file beside it, and what was refused and why."""
    from ...fixers.rewrites.optimize import optimize
    from ..optimize import layers

    context = document.build.context
    text = document.text.text
    result = optimize(text, document.name, context, lambda now, last: layers(now, document.name, last=last), names)
    reasons = [f"{TITLES[each.name]}: {each.refusal}" for each in result.outcomes if each.refusal is not None]
    proposal = _proposal(ls, document, reasons) if "dockerignore" in names else None
    return result.text, proposal, reasons


def _proposal(ls: App, document: Document, reasons: list[str]) -> Proposal | None:
    """What `dlint dockerignore` proposes; None when it can propose nothing, with the reason added to `reasons`."""
    from ...model.ignore import IgnoreError
    from ..dockerignore import proposed, refused

    context = document.build.context
    if context is None:
        reasons.append(f"{TITLES['dockerignore']}: which folder is the build context cannot be told")
        return None
    try:
        return proposed(document.build, context, ls.workbench.roots(document))
    except IgnoreError as error:
        reasons.append(refused(context, error))
        return None


def _edit(ls: App, document: Document, text: str, proposal: Proposal | None, title: str) -> types.WorkspaceEdit | None:
    edits = text_edits(document, text)
    changes: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    annotated, versions = ls.workbench.previews, ls.workbench.versions_edits
    if edits:
        identity = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
        changes.append(types.TextDocumentEdit(identity, _annotated(edits, annotated)))
    if proposal is not None and proposal.new != proposal.old:
        if versions:
            changes += _ignore_changes(ls, proposal, annotated)
        else:
            ls.workbench.warn("this editor cannot write a second file; run `dlint dockerignore --write`")
            if not edits:
                return None
    if not versions:
        return types.WorkspaceEdit(changes={document.uri: edits})
    annotations = {"dlint": types.ChangeAnnotation(title, needs_confirmation=True)} if annotated else None
    return types.WorkspaceEdit(document_changes=changes, change_annotations=annotations)


def _annotated(
    edits: list[types.TextEdit], annotated: bool
) -> list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]:
    if not annotated:
        return list(edits)
    return [types.AnnotatedTextEdit("dlint", edit.range, edit.new_text) for edit in edits]


def _ignore_changes(
    ls: App, proposal: Proposal, annotated: bool
) -> Iterator[types.TextDocumentEdit | types.CreateFile]:
    path = os.path.abspath(proposal.path)
    uri = next((each.uri for each in ls.workbench.documents.values() if each.path == path), uri_of(path))
    start = types.Position(0, 0)
    end = types.Position(0, 0)
    version = None
    open_one = ls.workbench.documents.get(uri)
    if open_one is not None:
        end, version = open_one.position(len(open_one.text.text)), open_one.version
    elif proposal.old:
        end = types.Position(proposal.old.count("\n") + 1, 0)
    if not os.path.exists(proposal.path):
        yield types.CreateFile(uri, options=types.CreateFileOptions(ignore_if_exists=True))
    edit = types.TextEdit(types.Range(start, end), proposal.new)
    yield types.TextDocumentEdit(
        types.OptionalVersionedTextDocumentIdentifier(uri, version), _annotated([edit], annotated)
    )
