"""The rewrites of `dlint optimize`, including its .dockerignore, as code actions."""

from __future__ import annotations

import os

from lsprotocol import types

from ....fixers.gate import FixRejected
from ....syntax.tree import CopyOrAdd, Run
from ..uris import path_to_uri
from .workspace_edits import text_edits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....fixers.optimize.ignore.proposal import IgnoreProposal
    from ....model.build import Build, Stage
    from ..dlint_server import DlintServer
    from ..documents import Document

REWRITE_TITLES = {
    "layers": "Merge RUN instructions and remove caches",
    "multi-stage": "Convert to a multi-stage build",
    "slim-base": "Use a slimmer base image",
    "order": "Reorder steps for the build cache",
    "dockerignore": "Create or extend the .dockerignore file",
    "cache-mounts": "Use cache mounts for package managers",
}
_FULL_BASE = "OPT010"
EDITOR_REWRITES = tuple(name for name in REWRITE_TITLES if name != "cache-mounts")
"""The rewrites that `dlint optimize` makes by default."""


def offered_rewrites(document: Document) -> Iterator[tuple[str, Sequence[str]]]:
    """Titles and names of the rewrites that may apply to a document; they can still be rejected when chosen."""
    if document.dockerfile.errors or not document.build.stages:
        return
    names = [name for name in REWRITE_TITLES if _may_apply(document, name)]
    for name in names:
        yield REWRITE_TITLES[name], (name,)
    if document.path and len(names) > 1:
        yield "Optimize Dockerfile", EDITOR_REWRITES


def _may_apply(document: Document, name: str) -> bool:
    """Whether the file has what a rewrite changes."""
    build = document.build
    if name == "dockerignore":
        return bool(document.path)
    if name == "slim-base":
        return any(d.code == _FULL_BASE for d in document.diagnostics)
    if name == "multi-stage":
        return bool(document.path) and len(build.stages) == 1 and build.stages[0].image != "scratch"
    if name == "order":
        return bool(document.path) and any(_installs_after_copy(build, stage) for stage in build.stages)
    runs = [[each for each in stage.instructions if isinstance(each, Run)] for stage in build.stages]
    installs = any(_installs(build, run) for each in runs for run in each)
    return installs or (name == "layers" and any(len(each) > 1 for each in runs))


def _installs(build: Build, run: Run) -> bool:
    return any(call.verb == "install" for call in build.package_calls(run))


def _installs_after_copy(build: Build, stage: Stage) -> bool:
    """Whether packages are installed after files of the build context are copied."""
    copied = False
    for instruction in stage.instructions:
        if copied and isinstance(instruction, Run) and _installs(build, instruction):
            return True
        copied = copied or (isinstance(instruction, CopyOrAdd) and instruction.flag("from") is None)
    return False


def rewrite_edit(
    server: DlintServer, document: Document, names: Sequence[str], title: str
) -> types.WorkspaceEdit | None:
    """The edit that makes these rewrites, to be confirmed. Raises FixRejected with all reasons if none is possible."""
    text, proposal, reasons = rewritten_text(server, document, names)
    if text == document.text.text and (proposal is None or proposal.new == proposal.old):
        raise FixRejected("; ".join(reasons) or f"{title}: nothing to do")
    for reason in reasons:
        server.workbench.log(f"rewrite rejected: {reason}")
    return _edit(server, document, text, proposal, title)


def rewritten_text(
    server: DlintServer, document: Document, names: Sequence[str]
) -> tuple[str, IgnoreProposal | None, list[str]]:
    """The text after the rewrites, the proposed ignore file, and messages on rejected rewrites."""
    from ....fixers.optimize.pipeline import optimize
    from ...commands.optimize import apply_layer_fixes
    from ...engine.planning import default_plans

    context = document.build.context
    text = document.text.text
    starts = default_plans().container_starts(document.path, server.workbench.roots(document)) if document.path else ()
    result = optimize(
        text,
        document.name,
        context,
        lambda now, last: apply_layer_fixes(now, document.name, last=last),
        names,
        starts=starts,
    )
    reasons = [
        f"{REWRITE_TITLES[each.name]}: {each.rejection}" for each in result.outcomes if each.rejection is not None
    ]
    proposal = _proposal(server, document, reasons) if "dockerignore" in names else None
    return result.text, proposal, reasons


def _proposal(server: DlintServer, document: Document, reasons: list[str]) -> IgnoreProposal | None:
    """What `dlint dockerignore` proposes; None if that is not possible, and the reason is added to `reasons`."""
    from ....model.ignore_file import IgnoreError
    from ...commands.dockerignore import ignore_file_proposal, invalid_ignore_message
    from ...engine.planning import default_plans

    context = document.build.context
    if context is None:
        reasons.append(
            f"{REWRITE_TITLES['dockerignore']}: cannot determine the build context; set `context` in dlint.toml"
        )
        return None
    try:
        return ignore_file_proposal(document.build, context, server.workbench.roots(document), default_plans())
    except IgnoreError as error:
        reasons.append(invalid_ignore_message(context, error))
        return None


def _edit(
    server: DlintServer, document: Document, text: str, proposal: IgnoreProposal | None, title: str
) -> types.WorkspaceEdit | None:
    edits = text_edits(document, text)
    changes: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    annotated, versions = server.workbench.previews_edits, server.workbench.versions_edits
    if edits:
        identity = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
        changes.append(types.TextDocumentEdit(identity, _annotated(edits, annotated)))
    if proposal is not None and proposal.new != proposal.old:
        if versions and (os.path.exists(proposal.path) or server.workbench.creates_files):
            changes += _ignore_changes(server, proposal, annotated)
        else:
            server.workbench.warn("this editor cannot edit a second file; run `dlint dockerignore --write`")
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
    server: DlintServer, proposal: IgnoreProposal, annotated: bool
) -> Iterator[types.TextDocumentEdit | types.CreateFile]:
    path = os.path.abspath(proposal.path)
    uri = next((each.uri for each in server.workbench.documents.values() if each.path == path), path_to_uri(path))
    start = types.Position(0, 0)
    end = types.Position(0, 0)
    version = None
    open_one = server.workbench.documents.get(uri)
    if open_one is not None:
        end, version = open_one.position(len(open_one.text.text)), open_one.version
    elif proposal.old:
        end = types.Position(proposal.old.count("\n") + 1, 0)
    if not os.path.exists(proposal.path):
        options = types.CreateFileOptions(ignore_if_exists=True)
        yield types.CreateFile(uri, options=options, annotation_id="dlint" if annotated else None)
    edit = types.TextEdit(types.Range(start, end), proposal.new)
    yield types.TextDocumentEdit(
        types.OptionalVersionedTextDocumentIdentifier(uri, version), _annotated([edit], annotated)
    )
