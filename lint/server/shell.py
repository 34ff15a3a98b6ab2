"""ShellCheck's findings: asked for in a thread of its own, as its process takes longer than all of dlint's rules.

What it said of a script is remembered: a keystroke asks about the one RUN that changed, and the findings on the others
stay where they are.
"""

from __future__ import annotations

import threading

from ..engine import Report
from ..shellcheck import comments_on, findings
from .diagnostics import publish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..shellcheck import Snippet
    from .app import App
    from .documents import Document

    Comments = list[dict[str, Any]]

_MOST_KNOWN = 4_000
"""So many scripts are remembered; then the oldest are forgotten."""

_known: dict[tuple[str, str], Comments] = {}
_busy: set[str] = set()
_wanted: dict[str, tuple[Document, int, Sequence[Snippet]]] = {}


def ask(ls: App, document: Document) -> None:
    """Give a document ShellCheck's findings on its scripts that are known, and get those on the others.

    One process at a time runs for a document; what is asked meanwhile waits, and of what waits the last counts.
    """
    report = document.report
    if report is None:
        return
    snippets, report.snippets = report.snippets, ()
    _wanted[document.uri] = (document, document.version, snippets)
    _put(ls, document, snippets, _program(ls, document))
    if document.uri not in _busy:
        _start(ls, document.uri)


def _program(ls: App, document: Document) -> str:
    return ls.workbench.plans.shellcheck(ls.settings(document))


def _put(ls: App, document: Document, snippets: Sequence[Snippet], program: str) -> None:
    """Put what is known into a document."""
    found = [d for each in snippets for d in findings(each, _known.get((program, each.text()), ()))]
    own = Report(document.name, found, failed=False)
    ls.workbench.quiet(document, own)
    document.shell = own.diagnostics


def _start(ls: App, uri: str) -> None:
    document, version, snippets = _wanted.pop(uri)
    program = _program(ls, document)
    texts = list(dict.fromkeys(text for each in snippets if (program, text := each.text()) not in _known))
    if not texts:
        return
    _busy.add(uri)

    def work() -> None:
        comments: list[Comments] = []
        trouble = "ShellCheck broke; its findings are missing"
        try:
            comments, trouble = comments_on(texts, program)
        finally:
            ls.post(lambda: done(comments, trouble))

    def done(comments: list[Comments], trouble: str) -> None:
        _busy.discard(uri)
        if trouble:
            ls.workbench.tell_once(trouble)
        else:
            _remember(program, texts, comments)
        is_current = ls.workbench.documents.get(uri) is document and document.version == version
        if is_current and document.report is not None and any(comments):
            _put(ls, document, snippets, program)
            _show(ls, document)
        if uri in _wanted:
            _start(ls, uri)

    threading.Thread(target=work, name="shellcheck", daemon=True).start()


def _remember(program: str, texts: Sequence[str], comments: Sequence[Comments]) -> None:
    for text, rows in zip(texts, comments, strict=True):
        _known[program, text] = rows
    while len(_known) > _MOST_KNOWN:
        del _known[next(iter(_known))]


def _show(ls: App, document: Document) -> None:
    if ls.workbench.pulls:
        ls.workspace_diagnostic_refresh(None)
    else:
        publish(ls.workbench, document)
