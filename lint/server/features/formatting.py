"""Formats a document or the instructions in a range."""

from __future__ import annotations

from ....fixers.edits.edit import apply_edits
from ....fixers.format.layout import FormatError, format_edits, format_source
from ....fixers.gate import FixRejected, require_same_build
from ....syntax.parser import parse
from ....syntax.source import Source
from ...engine.time_limit import TimeLimitExceeded, run_limited
from .workspace_edits import fix_text_edits, text_edits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lsprotocol import types

    from ..dlint_server import DlintServer


def format_document(server: DlintServer, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
    """The edits that format the document; if that is not possible, None and a message to the user."""
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    try:
        plan = server.workbench.prepare(document)
        return text_edits(document, run_limited(plan.timeout, lambda: format_source(document.text.text)))
    except (FormatError, TimeLimitExceeded) as reason:
        server.workbench.warn(f"not formatted: {reason}")
        return None


def format_range(server: DlintServer, params: types.DocumentRangeFormattingParams) -> list[types.TextEdit] | None:
    """The edits that format the instructions in a range."""
    document = server.document(params.text_document.uri)
    if document is None or document.dockerfile.errors:
        return None
    first, last = params.range.start.line, params.range.end.line
    if params.range.end.character == 0 and last > first:
        last -= 1
    kept = [
        edit
        for edit in format_edits(document.build)
        if document.position(edit.start).line <= last and document.position(edit.end).line >= first
    ]
    try:
        require_same_build(document.dockerfile, parse(Source(apply_edits(document.text.text, kept))))
    except FixRejected:
        return None
    return fix_text_edits(document, kept)
