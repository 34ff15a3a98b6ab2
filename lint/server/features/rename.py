"""Go to definition, references, highlights and renaming of stages and variables."""

from __future__ import annotations

import re

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from ....fixers.edits.edit import Edit, apply_edits
from ....syntax.parser import parse
from ....syntax.source import Source
from .symbol_index import STAGE, SymbolOccurrence, occurrence_at, occurrences_of, rename_obstacle, symbol_occurrences
from .symbol_index import find_definition as defined_at
from .workspace_edits import fix_text_edits, workspace_edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build
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
    """The definition of the stage or variable at a position."""
    found = _at(server, params)
    if found is None:
        return None
    document, place = found
    target = defined_at(document.build, place)
    return types.Location(document.uri, document.range(target.start, target.end)) if target is not None else None


def references(server: DlintServer, params: types.ReferenceParams) -> list[types.Location] | None:
    """All references to the stage or variable at a position."""
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
    """All references in the document, with definitions as writes."""
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
    """The range and name to rename at a position; None if it cannot be renamed."""
    found = _at(server, params)
    if found is None:
        return None
    document, place = found
    if not place.written or rename_obstacle(document.build, place):
        return None
    text = document.text.text[place.start : place.end]
    return types.PrepareRenamePlaceholder(document.range(place.start, place.end), text)


def rename(server: DlintServer, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """The edit that renames a stage or variable. Raises JsonRpcInvalidParams if that would change the meaning."""
    found = _at(server, params)
    if found is None:
        return None
    document, place = found
    build = document.build
    new = params.new_name.strip()
    problem = rename_obstacle(build, place) or _name_problem(build, place, new)
    if problem:
        raise JsonRpcInvalidParams(problem)
    edits = [Edit(each.start, each.end, new) for each in occurrences_of(build, place) if each.written]
    before = len(document.dockerfile.errors)
    if len(parse(Source(apply_edits(document.text.text, edits))).errors) > before:
        raise JsonRpcInvalidParams(f"`{new}` is not a valid name here")
    return workspace_edit(server, document, fix_text_edits(document, edits), f"Rename to {new}")


def _name_problem(build: Build, place: SymbolOccurrence, new: str) -> str:
    """Why the stage or variable at a place cannot get the name; empty if it can."""
    kind, old, _ = place.key
    if kind == STAGE:
        return _stage_name_problem(build, old, new)
    if not _VARIABLE_NAME.fullmatch(new):
        return "invalid variable name; use letters, digits and `_`"
    is_used = any(each.key[0] != STAGE and each.key[1] == new for each in symbol_occurrences(build))
    return f"`{new}` is already used in this file" if is_used and new != old else ""


def _stage_name_problem(build: Build, old: str, new: str) -> str:
    if not _STAGE_NAME.fullmatch(new):
        return "invalid stage name; use a letter followed by letters, digits, `-`, `_` and `.`"
    lower = new.lower()
    if lower == old:
        return ""
    if lower in _RESERVED:
        return f"`{new}` is a reserved name"
    if any(stage.name == lower for stage in build.stages):
        return f"`{new}` is already used in this file"
    images = {stage.from_.base.text.lower() for stage in build.stages if stage.from_.base and not stage.parent}
    return f"`{new}` is the name of a base image in this file" if lower in images else ""
