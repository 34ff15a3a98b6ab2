"""pygls' protocol with dlint's own documents, and with requests that can be called off before they begin."""

from __future__ import annotations

import sys
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled
from pygls.protocol import LanguageServerProtocol, lsp_method

from .wire import INVALID_REQUEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .app import App


class Plain:
    """An answer that is an object of JSON already."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Protocol(LanguageServerProtocol):
    """`cancelled` holds the ids of requests that nobody waits for any more; the reader of messages fills it.

    `answered` are those of requests that got their answer before there was a protocol.
    """

    def __init__(self, *arguments: Any) -> None:
        self.cancelled: set[int | str] = set()
        self.answered: set[int | str] = set()
        super().__init__(*arguments)
        self.client_capabilities = types.ClientCapabilities()

    @property
    def app(self) -> App:
        """The server that speaks this protocol."""
        return self._server  # pyright: ignore[reportReturnType] - pygls gives it the class that made it

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Any:
        """The client was answered before; pygls wants to know what it can do."""
        self.client_capabilities = params.capabilities

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_: Any) -> Any:
        """Nothing is asked any more; only `exit` comes."""
        self.app.workbench.is_shut_down = True

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Any:
        """A document was opened."""
        self.app.opened(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:
        """Something was typed."""
        self.app.changed(params.text_document, params.content_changes)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Any:
        """A document was closed."""
        self.app.closed(params.text_document.uri)

    @lsp_method(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def lsp_workspace__did_change_workspace_folders(self, params: types.DidChangeWorkspaceFoldersParams) -> Any:
        """Folders came or went."""
        from .session import folders_changed

        folders_changed(self.app, params)

    def receive(self, data: dict[str, Any]) -> None:
        """Handle one message. What is wrong with it is answered or told, never raised."""
        workbench = self.app.workbench
        if workbench.is_answer(data):
            if workbench.take_answer(data):
                self.app.touch_all()
            return
        identity = data.get("id") if "method" in data else None
        if workbench.is_shut_down and data.get("method") != types.EXIT:
            if identity is not None:
                workbench.wire.refuse(identity, INVALID_REQUEST, "the server is shut down")
            return
        try:
            message: Any = self.structure_message(data)
        except JsonRpcException as error:
            if isinstance(identity, int | str):
                self._send_response(identity, error=error.to_response_error())
            else:
                workbench.log(f"a message could not be read: {error}")
            return
        self.handle_message(message)

    def typed(self, value: Any, kind: Any) -> Any:
        """A value of JSON as one of the protocol's types."""
        return self._converter.structure(value, kind)

    def check_cancelled(self) -> None:
        """Raise JsonRpcRequestCancelled when the request that is being answered is called off."""
        if self.msg_id in self.cancelled:
            raise JsonRpcRequestCancelled(f'Request with id "{self.msg_id}" is canceled')

    def _handle_request(self, msg_id: int | str, method_name: str, params: Any) -> None:
        if msg_id in self.cancelled:
            error = JsonRpcRequestCancelled(f'Request with id "{msg_id}" is canceled')
            self._send_response(msg_id, error=error.to_response_error())
            return
        super()._handle_request(msg_id, method_name, params)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        # Messages are handled in order: by now the request is answered.
        self.cancelled.discard(msg_id)

    def _send_response(
        self, msg_id: int | str, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        if msg_id in self.answered:
            self.answered.discard(msg_id)
        elif isinstance(result, Plain) and error is None:
            self.app.workbench.wire.answer(msg_id, result.value)
        else:
            super()._send_response(msg_id, result, error)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> Any:
        """End the process: 0 after a shutdown, else 1, as the protocol wants it."""
        sys.exit(0 if self.app.workbench.is_shut_down else 1)
