"""Handles the first messages before pygls is imported, so the first diagnostics come 250 ms earlier.

All messages are kept and handled again by the pygls server; requests that were answered here are not answered twice.
"""

from __future__ import annotations

from . import diagnostics
from .capabilities import initialize_result
from .settings import as_object
from .wire import INVALID_REQUEST, NOT_INITIALIZED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .workbench import Workbench

_OPEN_SECONDS = 1.0
"""Seconds to wait for a document before the rest of the server is imported."""
_ANSWER_SECONDS = 0.3
"""Seconds to wait for a pull request or for settings."""


class StartupHandler:
    """Handles messages until the diagnostics of the first document are sent, or another request comes."""

    def __init__(self, workbench: Workbench) -> None:
        self.kept: list[dict[str, Any]] = []
        self.answered: set[int | str] = set()
        self._workbench = workbench
        self._begun = False
        self._changed = False
        self._more = False
        self._shown = False

    @property
    def timeout(self) -> float | None:
        """Seconds to wait for the next message before the server is imported; None to wait without limit."""
        if not self._begun or self._workbench.is_shut_down:
            return None
        if self._more or self._shown:
            return 0.0
        if not self._workbench.documents:
            return _OPEN_SECONDS
        return _ANSWER_SECONDS if self._workbench.pulls_diagnostics or self._workbench.waits_for_settings else 0.0

    def handle(self, message: dict[str, Any]) -> None:
        """Handle a message as far as possible without pygls. Raises SystemExit at `exit`."""
        workbench, method, identity = self._workbench, message.get("method"), message.get("id")
        if workbench.is_settings_response(message):
            workbench.apply_settings_response(message)
            return
        if method == "exit":
            raise SystemExit(0 if workbench.is_shut_down else 1)
        if workbench.is_shut_down:
            if identity is not None:
                workbench.wire.respond_error(identity, INVALID_REQUEST, "the server has shut down")
            return
        if not self._begun and method != "initialize":
            if identity is not None:
                workbench.wire.respond_error(identity, NOT_INITIALIZED, "the first request must be `initialize`")
            return
        self.kept.append(message)
        self._handle(str(method), identity, as_object(message.get("params")))

    def _handle(self, method: str, identity: Any, params: dict[str, Any]) -> None:
        workbench = self._workbench
        if method == "initialize" and not self._begun:
            self._begun = True
            workbench.initialize(params)
            self._answer(identity, initialize_result(workbench))
        elif method == "initialized":
            if not workbench.was_set:
                workbench.request_settings()
        elif method == "textDocument/didOpen" and not self._changed:
            self._open(as_object(params.get("textDocument")))
        elif method == "textDocument/diagnostic" and self._can_pull(params):
            document = workbench.documents[params["textDocument"]["uri"]]
            workbench.lint(document)
            self._answer(identity, diagnostics.diagnostic_report(workbench, document, params.get("previousResultId")))
            self._shown = True
        elif method == "shutdown":
            self._answer(identity, None)
            workbench.shut_down()
        elif not method.startswith("$/"):
            self._more = True
            self._changed = self._changed or method.startswith(("textDocument/did", "workspace/did"))

    def _open(self, item: dict[str, Any]) -> None:
        uri, text, version = item.get("uri"), item.get("text"), item.get("version")
        if isinstance(uri, str) and isinstance(text, str) and isinstance(version, int):
            self._workbench.opened(uri, str(item.get("languageId", "")), version, text)

    def _can_pull(self, params: dict[str, Any]) -> bool:
        """Whether a pull request can be answered now."""
        workbench = self._workbench
        document = workbench.documents.get(str(as_object(params.get("textDocument")).get("uri")))
        is_known = document is not None and workbench.is_dockerfile(document)
        return is_known and not self._changed and not workbench.waits_for_settings

    def _answer(self, identity: Any, result: Any) -> None:
        self._workbench.wire.respond(identity, result)
        self.answered.add(identity)

    def idle(self) -> None:
        """Use idle time: publish the diagnostics of the document that was opened last."""
        workbench = self._workbench
        if self._changed or self._shown or workbench.pulls_diagnostics or workbench.waits_for_settings:
            return
        document = next(reversed(workbench.documents.values()), None)
        if document is not None and workbench.is_dockerfile(document):
            workbench.lint(document)
            diagnostics.publish_diagnostics(workbench, document)
            self._shown = True
