"""Definition, references, highlights and renaming of stages, ARGs and ENVs."""

from __future__ import annotations

import re

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from ....fixers.edits.edit import Edit, apply_edits
from ....syntax.parser import parse_bash
from ....syntax.source import Source
from .symbol_index import STAGE, SymbolOccurrence, occurrence_at, occurrences_of, rename_obstacle, symbol_occurrences
from .symbol_index import find_definition as defined_at
from .workspace_edits import fix_text_edits, workspace_edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..dlint_server import DlintServer
    from ..documents import Document

    Positioned = (
        types.DefinitionParams
        | types.ReferenceParams
        | types.DocumentHighlightParams
        | types.PrepareRenameParams
        | types.RenameParams
    )

_STAGE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset(("scratch", "context"))


def _at(server: DlintServer, params: Positioned) -> tuple[Document, SymbolOccurrence] | None:
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    place = occurrence_at(document.build, document.offset(params.position))
    return (document, place) if place is not None else None


def definition(server: DlintServer, params: types.DefinitionParams) -> types.Location | None:
    """Where the stage or variable at a position is defined."""
    found = _at(server, params)
    if found is None:
        return None
    document, place = found
    target = defined_at(document.build, place)
    return types.Location(document.uri, document.range(target.start, target.end)) if target is not None else None


def references(server: DlintServer, params: types.ReferenceParams) -> list[types.Location] | None:
    """All places that name the stage or variable at a position."""
    found = _at(server, params)
    if found is None:
        return None
    document, place = found
    return [
        types.Location(document.uri, document.range(each.start, each.end))
        for each in occurrences_of(document.build, place)
        if params.context.include_declaration or not each.defines
    ]


def document_highlights(
    server: DlintServer, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    """The same places, told apart by what they do."""
    found = _at(server, params)
    if found is None:
        return None
    document, place = found
    kinds = types.DocumentHighlightKind
    return [
        types.DocumentHighlight(document.range(each.start, each.end), kind=kinds.Write if each.defines else kinds.Read)
        for each in occurrences_of(document.build, place)
    ]


def prepare_rename(server: DlintServer, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    """The name that can be changed at a position."""
    found = _at(server, params)
    if found is None:
        return None
    document, place = found
    if not place.written or rename_obstacle(document.build, place):
        return None
    text = document.text.text[place.start : place.end]
    return types.PrepareRenamePlaceholder(document.range(place.start, place.end), text)


def rename(server: DlintServer, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """The edit that gives a stage or variable another name everywhere. Refuses what would mean something else."""
    found = _at(server, params)
    if found is None:
        return None
    document, place = found
    build = document.build
    new = params.new_name.strip()
    problem = rename_obstacle(build, place) or _problem(document, place, new)
    if problem:
        raise JsonRpcInvalidParams(problem)
    edits = [Edit(each.start, each.end, new) for each in occurrences_of(build, place) if each.written]
    before = len(document.dockerfile.errors)
    if len(parse_bash(Source(apply_edits(document.text.text, edits))).errors) > before:
        raise JsonRpcInvalidParams(f"the file could not be parsed with the name `{new}`")
    return workspace_edit(server, document, fix_text_edits(document, edits), f"Rename to {new}")


def _problem(document: Document, place: SymbolOccurrence, new: str) -> str:
    """Why a name cannot be given; empty when it can."""
    build = document.build
    if place.key[0] == STAGE:
        if not _STAGE_NAME.fullmatch(new):
            return "the name of a stage begins with a letter; then letters, digits, `-`, `_` and `.`"
        if new.lower() in _RESERVED or any(stage.name == new.lower() for stage in build.stages):
            taken = new.lower() != place.key[1]
            return f"`{new}` is taken" if taken else ""
        images = {stage.from_.base.text.lower() for stage in build.stages if stage.from_.base and not stage.parent}
        return f"`{new}` is the name of a base image here" if new.lower() in images else ""
    if not _VARIABLE_NAME.fullmatch(new):
        return "the name of a variable is made of letters, digits and `_`"
    if any(each.key[0] != STAGE and each.key[1] == new for each in symbol_occurrences(build)) and new != place.key[1]:
        return f"`{new}` is used in this file already"
    return ""
