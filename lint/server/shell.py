"""ShellCheck's findings: asked for in a thread of its own, as its process takes longer than all of dlint's rules."""

from __future__ import annotations

import threading

from ..engine import Report
from ..shellcheck import add_findings
from .diagnostics import publish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..diagnostic import Diagnostic
    from .app import App
    from .documents import Document

_busy: set[str] = set()
_wanted: dict[str, tuple[Document, int, Report]] = {}


def ask(ls: App, document: Document) -> None:
    """Get ShellCheck's findings on this version; those of the version before are dropped.

    One process at a time runs for a document; what is asked meanwhile waits, and of what waits the last counts.
    """
    report = document.report
    if report is None:
        return
    _wanted[document.uri] = (document, document.version, report)
    if document.uri not in _busy:
        _start(ls, document.uri)


def _start(ls: App, uri: str) -> None:
    document, version, report = _wanted.pop(uri)
    program = ls.workbench.plans.shellcheck(ls.settings(document))
    _busy.add(uri)
    own = Report(report.file, [], failed=False, snippets=report.snippets)
    report.snippets = ()

    def work() -> None:
        trouble = "ShellCheck broke; its findings are missing"
        try:
            trouble = add_findings([own], program)
        finally:
            ls.post(lambda: _done(ls, document, version, own.diagnostics, trouble))

    threading.Thread(target=work, name="shellcheck", daemon=True).start()


def _done(ls: App, document: Document, version: int, found: list[Diagnostic], trouble: str) -> None:
    _busy.discard(document.uri)
    if trouble:
        ls.workbench.tell_once(trouble)
    if document.uri in _wanted:
        _start(ls, document.uri)
    if (
        ls.workbench.documents.get(document.uri) is not document
        or document.version != version
        or document.report is None
    ):
        return
    own = Report(document.name, found, failed=False)
    ls.workbench.quiet(document, own)
    document.shell = own.diagnostics
    if not ls.workbench.pulls:
        publish(ls.workbench, document)
    elif found:
        ls.workspace_diagnostic_refresh(None)
