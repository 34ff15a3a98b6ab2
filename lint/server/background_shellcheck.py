"""ShellCheck's findings: asked for in a thread of its own, as its process takes longer than all of dlint's rules.

What it said of a script is remembered: a keystroke asks about the one RUN that changed, and the findings on the others
stay where they are.
"""

from __future__ import annotations

import threading

from ..engine.report import Report
from ..engine.shellcheck import shellcheck_comments, snippet_diagnostics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ..engine.snippet import Snippet
    from .documents import Document
    from .workbench import Workbench

    Comments = list[dict[str, Any]]

_MOST_KNOWN = 4_000
"""So many scripts are remembered; then the oldest are forgotten."""


class BackgroundShellCheck:
    """Runs ShellCheck beside the server, one process at a time for a document.

    `post` hands a job to the server's thread, `show` has the editor show the findings of a document anew.
    """

    def __init__(
        self, workbench: Workbench, post: Callable[[Callable[[], object]], object], show: Callable[[Document], object]
    ) -> None:
        self._workbench = workbench
        self._post = post
        self._show = show
        self._comments: dict[tuple[str, str], Comments] = {}
        """What ShellCheck said, by its path and the script."""
        self._busy: set[str] = set()
        self._waiting: dict[str, tuple[Document, int, Sequence[Snippet]]] = {}

    def ask(self, document: Document) -> None:
        """Give a document ShellCheck's findings on its scripts that are known, and get those on the others.

        What is asked while a process runs for the document waits, and of what waits only the last is done.
        """
        report = document.report
        if report is None:
            return
        snippets, report.snippets = report.snippets, ()
        self._waiting[document.uri] = (document, document.version, snippets)
        self._add_known(document, snippets)
        if document.uri not in self._busy:
            self._start(document.uri)

    def _program(self, document: Document) -> str:
        return self._workbench.plans.shellcheck(self._workbench.settings(document))

    def _add_known(self, document: Document, snippets: Sequence[Snippet]) -> None:
        program = self._program(document)
        found = [
            d for each in snippets for d in snippet_diagnostics(each, self._comments.get((program, each.text()), ()))
        ]
        own = Report(document.name, found, failed=False)
        self._workbench.remove_known_findings(document, own)
        document.shell = own.diagnostics

    def _start(self, uri: str) -> None:
        document, version, snippets = self._waiting.pop(uri)
        program = self._program(document)
        texts = list(dict.fromkeys(text for each in snippets if (program, text := each.text()) not in self._comments))
        if not texts:
            return
        self._busy.add(uri)

        def work() -> None:
            comments: list[Comments] = []
            trouble = "ShellCheck broke; its findings are missing"
            try:
                comments, trouble = shellcheck_comments(texts, program)
            finally:
                self._post(lambda: done(comments, trouble))

        def done(comments: list[Comments], trouble: str) -> None:
            self._busy.discard(uri)
            if trouble:
                self._workbench.warn_once(trouble)
            else:
                self._remember(program, texts, comments)
            is_current = self._workbench.documents.get(uri) is document and document.version == version
            if is_current and document.report is not None and any(comments):
                self._add_known(document, snippets)
                self._show(document)
            if uri in self._waiting:
                self._start(uri)

        threading.Thread(target=work, name="shellcheck", daemon=True).start()

    def _remember(self, program: str, texts: Sequence[str], comments: Sequence[Comments]) -> None:
        for text, rows in zip(texts, comments, strict=True):
            self._comments[program, text] = rows
        while len(self._comments) > _MOST_KNOWN:
            del self._comments[next(iter(self._comments))]
