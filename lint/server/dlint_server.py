"""The server that pygls drives: open documents, and what is still to be linted."""

from __future__ import annotations

import gc
from typing import Any

from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer

from ...syntax.source import Source
from ..engine.diagnostic import describe_internal_error
from ..engine.linter import lint_source
from .background_shellcheck import BackgroundShellCheck
from .diagnostics import publish_diagnostics
from .rule_links import write_pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lsprotocol import types

    from .documents import Document
    from .protocol import RequestProtocol
    from .settings import Settings
    from .workbench import Workbench

_MOST_LITTER = 2_000_000
_USUAL_TEXT = "FROM debian\nRUN apt-get install curl && cd /srv\nCOPY a b\nENV A=$B\nCMD c\n"


class DlintServer(LanguageServer):
    """dlint's language server. One thread does all work; other threads hand in jobs through `post`."""

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
        self._asked: Document | None = None
        self.pending_garbage = 0
        """How many characters were linted since the models that this leaves behind were collected."""
        self.is_cold = False
        """Whether the client has begun, and no text was linted: rules are then imported while nobody waits."""
        super().__init__("dlint", workbench.version, protocol_cls=protocol_cls)  # pyright: ignore[reportUnknownMemberType]
        self.protocol.cancelled = cancelled
        self.protocol.wire = workbench.wire
        self.protocol.set_writer(workbench.wire)

    # Documents --------------------------------------------------------------------------------------------------

    def opened(self, item: types.TextDocumentItem) -> None:
        """Take a document in."""
        self.schedule_lint(self.workbench.opened(item.uri, item.language_id, item.version, item.text))

    def changed(
        self, item: types.VersionedTextDocumentIdentifier, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> None:
        """Take over what was typed."""
        document = self.workbench.documents.get(item.uri)
        if document is not None:
            document.apply_changes(item.version, changes)
            self.schedule_lint(document)

    def closed(self, uri: str) -> None:
        """Forget a document, and what the editor shows of it."""
        self._dirty.pop(uri, None)
        if self.workbench.documents.pop(uri, None) is not None and not self.workbench.pulls_diagnostics:
            self.workbench.wire.notify("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": []})

    def document(self, uri: str) -> Document | None:
        """An open document that is a Dockerfile."""
        document = self.workbench.documents.get(uri)
        if document is None or not self.workbench.is_dockerfile(document):
            return None
        if self._asked is not None and self._asked is not document:
            self._asked.drop_model()
        self._asked = document
        document.is_asked = True
        if document.plan is None:
            self.workbench.prepare(document)
        return document

    def settings(self, document: Document) -> Settings:
        """The settings for a document."""
        return self.workbench.settings(document)

    def schedule_lint(self, document: Document) -> None:
        """Lint a document when there is time."""
        if self.workbench.is_dockerfile(document):
            self._dirty[document.uri] = None

    def schedule_all(self) -> None:
        """Files beside the documents, or settings, have changed: everything is looked at anew."""
        self.workbench.invalidate()
        for document in self.workbench.documents.values():
            self.schedule_lint(document)
        if self.workbench.pulls_diagnostics and self.workbench.documents:
            self.workspace_diagnostic_refresh(None)

    # Linting ----------------------------------------------------------------------------------------------------

    def idle(self) -> None:
        """Do what is to be done when no message waits: lint one document, and say what was found."""
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
            lint_source(Source(_USUAL_TEXT), self.workbench.plans.default_plan(), None)
        write_pages(self.workbench.version)
        if self.pending_garbage > _MOST_LITTER:
            self.collect_garbage()

    def collect_garbage(self) -> None:
        """Collect the models that linting left behind. It takes as long as a keystroke may, so it has its own time."""
        self.pending_garbage = 0
        gc.collect()

    def lint(self, document: Document) -> None:
        """Make the report of a document unless it is there; ShellCheck is asked in a thread of its own."""
        self.is_cold = False
        if document.report is None:
            self.pending_garbage += len(document.text.text)
        if self.workbench.lint(document).snippets:
            self._shellcheck.ask(document)

    def _show(self, document: Document) -> None:
        """Let the editor show findings that came after those of the rules."""
        if self.workbench.pulls_diagnostics:
            self.workspace_diagnostic_refresh(None)
        else:
            publish_diagnostics(self.workbench, document)

    def stop(self) -> None:
        """The server ends: nothing that it started may go on."""
        from ..engine.shellcheck import stop_shellcheck

        stop_shellcheck()

    # The client -------------------------------------------------------------------------------------------------

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what broke; an answer to a request tells the client itself."""
        del source
        if isinstance(error, JsonRpcException) and not isinstance(error, JsonRpcInternalError):
            return  # It is an answer.
        self.workbench.log(
            f"internal error ({describe_internal_error(error)}); this is a bug of dlint, please report it"
        )
