"""Diagnostics for clients that pull them."""

from __future__ import annotations

from ..diagnostics import diagnostic_report
from ..protocol import JsonResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lsprotocol import types

    from ..dlint_server import DlintServer


def pull_diagnostics(server: DlintServer, params: types.DocumentDiagnosticParams) -> JsonResult:
    """The diagnostics of a document."""
    document = server.document(params.text_document.uri)
    if document is None:
        return JsonResult({"kind": "full", "items": []})
    server.lint(document)
    server.protocol.check_cancelled()
    return JsonResult(diagnostic_report(server.workbench, document, params.previous_result_id))
