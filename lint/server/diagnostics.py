"""Diagnostics in the protocol's form, published to the editor or pulled by it.

They are plain JSON, made without pygls, so the first ones do not wait for its import.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..engine.diagnostic import Diagnostic
    from .documents import Document
    from .workbench import Workbench

_SEVERITIES = {"error": 1, "warning": 2, "info": 3, "style": 4}
_UNNECESSARY, _DEPRECATED = 1, 2
_TAGS = {
    **dict.fromkeys(
        ("DL3001", "DL3012", "DL3065", "DL4003", "DL4004", "COR001", "COR006", "IGN001", "IGN002"), _UNNECESSARY
    ),
    **dict.fromkeys(("DL4000", "BK013", "BK003"), _DEPRECATED),
}
"""Rules about code without effect, which editors show faded, and about deprecated code, which they strike out."""


def publish_diagnostics(workbench: Workbench, document: Document) -> None:
    """Send the diagnostics of a document to the client."""
    params: dict[str, Any] = {"uri": document.uri, "diagnostics": lsp_diagnostics(workbench, document)}
    if workbench.client_capability("textDocument", "publishDiagnostics", "versionSupport"):
        params["version"] = document.version
    workbench.wire.notify("textDocument/publishDiagnostics", params)
    document.mark_sent()


def diagnostic_report(workbench: Workbench, document: Document, before: object) -> dict[str, Any]:
    """The result of a pull request; `before` is the id of the last result, which makes it `unchanged` if equal."""
    items = lsp_diagnostics(workbench, document)
    identity = f"{document.version}-{hash(str(items)):x}"
    if before == identity:
        return {"kind": "unchanged", "resultId": identity}
    return {"kind": "full", "resultId": identity, "items": items}


def lsp_diagnostics(workbench: Workbench, document: Document) -> list[dict[str, Any]]:
    """The diagnostics of a document in the protocol's form."""
    return [lsp_diagnostic(workbench, document, d) for d in document.diagnostics]


def lsp_diagnostic(workbench: Workbench, document: Document, d: Diagnostic) -> dict[str, Any]:
    """One diagnostic in the protocol's form."""
    found: dict[str, Any] = {
        "range": document.json_range(*document.span(d)),
        "severity": _SEVERITIES[d.severity],
        "code": d.code,
        "source": "dlint",
        "message": without_surrogates(d.message),
    }
    href = workbench.rule_url(document, d.code)
    if href:
        found["codeDescription"] = {"href": href}
    if d.code in _TAGS:
        found["tags"] = [_TAGS[d.code]]
    if d.related:
        found["relatedInformation"] = [
            {
                "location": {"uri": document.uri, "range": document.related_range(place)},
                "message": without_surrogates(place[2]),
            }
            for place in d.related
        ]
    return found


def without_surrogates(text: str) -> str:
    """Text with lone surrogates replaced, which JSON clients cannot read."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
