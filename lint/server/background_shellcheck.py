"""Runs ShellCheck in a separate thread, as its process takes longer than all of dlint's rules.

The results of each script are cached: after a keystroke only the RUN that changed is checked again.
"""

from __future__ import annotations

import threading

from ..engine.report import Report
from ..engine.shellcheck import RunningProcesses, shellcheck_comments, snippet_diagnostics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ..engine.shellcheck_snippet import Snippet
    from .documents import Document
    from .workbench import Workbench

    Comments = list[dict[str, Any]]

_MAX_CACHED = 4_000
"""The number of scripts in the cache; the oldest are dropped first."""


class BackgroundShellCheck:
    """Runs ShellCheck in the background, one process at a time for each document.

    `post` queues a job for the server's thread; `show` updates the findings of a document in the editor.
    """

    def __init__(
        self, workbench: Workbench, post: Callable[[Callable[[], object]], object], show: Callable[[Document], object]
    ) -> None:
        self._workbench = workbench
        self._post = post
        self._show = show
        self._comments: dict[tuple[str, str], Comments] = {}
        """ShellCheck's comments by its path and the script."""
        self._running = RunningProcesses()
        self._busy: set[str] = set()
        self._waiting: dict[str, tuple[Document, int, Sequence[Snippet]]] = {}

    def ask(self, document: Document) -> None:
        """Add the cached ShellCheck findings to a document, and check the scripts that are not in the cache.

        While a process runs for the document, only the latest request is kept.
        """
        report = document.report
        if report is None:
            return
        snippets = report.snippets
        report.add_shellcheck(())
        self._waiting[document.uri] = (document, document.version, snippets)
        self._add_known(document, snippets)
        if document.uri not in self._busy:
            self._start(document.uri)

    def stop(self) -> None:
        """Kill the running processes: the server exits."""
        self._running.kill()

    def _program(self, document: Document) -> str:
        return self._workbench.plans.shellcheck(self._workbench.settings(document))

    def _add_known(self, document: Document, snippets: Sequence[Snippet]) -> None:
        program = self._program(document)
        found = [
            d for each in snippets for d in snippet_diagnostics(each, self._comments.get((program, each.text()), ()))
        ]
        own = Report(document.name, found, failed=False)
        self._workbench.remove_known_findings(document, own)
        document.set_shellcheck_findings(own.diagnostics)

    def _start(self, uri: str) -> None:
        document, version, snippets = self._waiting.pop(uri)
        program = self._program(document)
        texts = list(dict.fromkeys(text for each in snippets if (program, text := each.text()) not in self._comments))
        if not texts:
            return
        self._busy.add(uri)

        def work() -> None:
            comments: list[Comments] = []
            problem = "ShellCheck failed; its findings are missing"
            try:
                comments, problem = shellcheck_comments(texts, program, self._running)
            finally:
                self._post(lambda: done(comments, problem))

        def done(comments: list[Comments], problem: str) -> None:
            self._busy.discard(uri)
            if problem:
                self._workbench.warn_once(problem)
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
        while len(self._comments) > _MAX_CACHED:
            del self._comments[next(iter(self._comments))]
