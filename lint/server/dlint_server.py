"""The pygls server: open documents and the queue of those to lint."""

from __future__ import annotations

import gc
from typing import Any

from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer

from ...syntax.source import Source
from ..engine.linter import lint_source
from .background_shellcheck import BackgroundShellCheck
from .diagnostics import publish_diagnostics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lsprotocol import types

    from .documents import Document
    from .protocol import RequestProtocol
    from .settings import Settings
    from .workbench import Workbench

_MAX_GARBAGE = 2_000_000
_WARM_UP_TEXT = "FROM debian\nRUN apt-get install curl && cd /srv\nCOPY a b\nENV A=$B\nCMD c\n"


class DlintServer(LanguageServer):
    """dlint's language server. One thread does all work; other threads queue jobs with `post`."""

    protocol: RequestProtocol  # pyright: ignore[reportIncompatibleVariableOverride] - made from protocol_cls

    def __init__(
        self,
        workbench: Workbench,
        post: Callable[[Callable[[], object]], object],
        cancelled: set[int | str],
        protocol_cls: type[RequestProtocol],
    ) -> None:
        self.workbench = workbench
        self.post = post
        self._dirty: dict[str, None] = {}
        self._shellcheck = BackgroundShellCheck(workbench, post, self._show)
        self._last_used: Document | None = None
        self.pending_garbage = 0
        """The number of characters linted since the last garbage collection, a measure of unused models."""
        self.is_cold = False
        """Whether nothing was linted yet, so rules can be imported while the server is idle."""
        super().__init__("dlint", workbench.version, protocol_cls=protocol_cls)  # pyright: ignore[reportUnknownMemberType]
        self.protocol.cancelled = cancelled
        self.protocol.wire = workbench.wire
        self.protocol.set_writer(workbench.wire)

    # Documents --------------------------------------------------------------------------------------------------

    def opened(self, item: types.TextDocumentItem) -> None:
        """Open a document."""
        self.schedule_lint(self.workbench.opened(item.uri, item.language_id, item.version, item.text))

    def changed(
        self, item: types.VersionedTextDocumentIdentifier, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> None:
        """Apply changes to a document."""
        document = self.workbench.documents.get(item.uri)
        if document is not None:
            document.apply_changes(item.version, changes)
            self.schedule_lint(document)

    def closed(self, uri: str) -> None:
        """Close a document and clear its diagnostics."""
        self._dirty.pop(uri, None)
        if self.workbench.documents.pop(uri, None) is not None and not self.workbench.pulls_diagnostics:
            self.workbench.wire.notify("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": []})

    def document(self, uri: str) -> Document | None:
        """The open document with this URI if it is a Dockerfile, prepared for requests."""
        document = self.workbench.documents.get(uri)
        if document is None or not self.workbench.is_dockerfile(document):
            return None
        if self._last_used is not None and self._last_used is not document:
            self._last_used.drop_model()
        self._last_used = document
        document.keep_model()
        if document.plan is None:
            self.workbench.prepare(document)
        return document

    def settings(self, document: Document) -> Settings:
        """The settings for a document."""
        return self.workbench.settings(document)

    def schedule_lint(self, document: Document) -> None:
        """Lint a document when the server is idle."""
        if self.workbench.is_dockerfile(document):
            self._dirty[document.uri] = None

    def schedule_all(self) -> None:
        """Lint all documents again: settings or other files have changed."""
        self.workbench.invalidate()
        for document in self.workbench.documents.values():
            self.schedule_lint(document)
        if self.workbench.pulls_diagnostics and self.workbench.documents:
            self.workspace_diagnostic_refresh(None)

    # Linting ----------------------------------------------------------------------------------------------------

    def warm_up_when_idle(self) -> None:
        """Import the rules in idle time, unless a document is linted first."""
        self.is_cold = True

    def idle(self) -> None:
        """Use idle time: lint one document and publish its diagnostics, warm up, write rule pages, collect garbage."""
        while self._dirty:
            uri = next(reversed(self._dirty))
            del self._dirty[uri]
            document = self.workbench.documents.get(uri)
            if document is None or self.workbench.pulls_diagnostics:
                continue
            self.lint(document)
            if document.sent is not document.report:
                publish_diagnostics(self.workbench, document)
            break
        if self._dirty:
            self.post(self.idle)
            return
        if self.is_cold:
            self.is_cold = False
            lint_source(Source(_WARM_UP_TEXT), self.workbench.plans.default_plan(), None)
        self.workbench.rule_pages.write()
        if self.pending_garbage > _MAX_GARBAGE:
            self.collect_garbage()

    def collect_garbage(self) -> None:
        """Collect unused models. This takes about as long as handling a keystroke, so it is done when idle."""
        self.pending_garbage = 0
        gc.collect()

    def lint(self, document: Document) -> None:
        """Lint a document unless its report is up to date, and start ShellCheck in the background."""
        self.is_cold = False
        if document.report is None:
            self.pending_garbage += len(document.text.text)
        if self.workbench.lint(document).snippets:
            self._shellcheck.ask(document)

    def _show(self, document: Document) -> None:
        """Update the diagnostics in the editor after ShellCheck has finished."""
        if self.workbench.pulls_diagnostics:
            self.workspace_diagnostic_refresh(None)
        else:
            publish_diagnostics(self.workbench, document)

    def stop(self) -> None:
        """Stop background processes: the server exits."""
        self._shellcheck.stop()

    # The client -------------------------------------------------------------------------------------------------

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an internal error; other errors are responses to the client."""
        del source
        if isinstance(error, JsonRpcException) and not isinstance(error, JsonRpcInternalError):
            return  # It is a response.
        self.workbench.log_internal_error(error)
