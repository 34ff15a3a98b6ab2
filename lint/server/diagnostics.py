"""Findings as the editor shows them: pushed when they are made, and pulled when the editor asks."""

from __future__ import annotations

from lsprotocol import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..diagnostic import Diagnostic
    from .app import App
    from .documents import Document

SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
    "style": types.DiagnosticSeverity.Hint,
}
_UNNECESSARY = frozenset(("DL3001", "DL3012", "DL3065", "DL4003", "DL4004", "COR001", "COR006"))
"""Rules that find what has no effect: editors show it faded."""
_DEPRECATED = frozenset(("DL4000", "BK013", "BK003"))
"""Rules that find what BuildKit calls deprecated: editors strike it out."""


def publish(ls: App, document: Document) -> None:
    """Send the findings on a document."""
    ls.text_document_publish_diagnostics(
        types.PublishDiagnosticsParams(document.uri, converted(ls, document), document.version)
    )


def pull(ls: App, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """The findings on a document; "unchanged" when they are those that the client has."""
    document = ls.document(params.text_document.uri)
    if document is None:
        return types.RelatedFullDocumentDiagnosticReport([])
    ls.lint(document)
    ls.protocol.check_cancelled()
    items = converted(ls, document)
    identity = f"{document.version}-{hash(tuple((d.code, str(d.range), d.message, d.severity) for d in items)):x}"
    if params.previous_result_id == identity:
        return types.RelatedUnchangedDocumentDiagnosticReport(identity)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=identity)


def converted(ls: App, document: Document) -> list[types.Diagnostic]:
    """The findings in the protocol's form."""
    return [convert(ls, document, d) for d in document.diagnostics]


def convert(ls: App, document: Document, d: Diagnostic) -> types.Diagnostic:
    """One finding in the protocol's form."""
    from .pages import link

    start, end = document.span(d)
    tags: list[types.DiagnosticTag] = []
    if d.code in _UNNECESSARY:
        tags.append(types.DiagnosticTag.Unnecessary)
    if d.code in _DEPRECATED:
        tags.append(types.DiagnosticTag.Deprecated)
    href = link(ls, document, d.code)
    return types.Diagnostic(
        document.range(start, end),
        readable(d.message),
        severity=SEVERITIES[d.severity],
        code=d.code,
        code_description=types.CodeDescription(href) if href else None,
        source="dlint",
        tags=tags or None,
        related_information=[
            types.DiagnosticRelatedInformation(
                types.Location(document.uri, document.related(place)), readable(place[2])
            )
            for place in d.related
        ]
        or None,
    )


def readable(text: str) -> str:
    """Text without halves of characters, which no client can read."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
