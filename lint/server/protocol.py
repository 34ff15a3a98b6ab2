"""pygls' protocol with dlint's own documents, and with requests that can be called off before they begin."""

from __future__ import annotations

import sys
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled
from pygls.protocol import LanguageServerProtocol, lsp_method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .app import App


class Protocol(LanguageServerProtocol):
    """`cancelled` holds the ids of requests that nobody waits for any more; the reader of messages fills it."""

    def __init__(self, *arguments: Any) -> None:
        self.cancelled: set[int | str] = set()
        super().__init__(*arguments)

    @property
    def app(self) -> App:
        """The server that speaks this protocol."""
        return self._server  # pyright: ignore[reportReturnType] - pygls gives it the class that made it

    @property
    def is_shut_down(self) -> bool:
        """Whether the client said `shutdown`."""
        return self._shutdown

    def answer_unreadable(self, error: types.ResponseError) -> None:
        """Answer to a message of which not even the id is known."""
        self._send_data({"jsonrpc": "2.0", "id": None, "error": {"code": error.code, "message": error.message}})

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

    def receive(self, data: Any) -> None:
        """Handle one message, an object of JSON. What is wrong with it is answered or told, never raised."""
        try:
            message: Any = self.structure_message(data)
        except JsonRpcException as error:
            if isinstance(data.get("id"), int | str) and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            else:
                self.app.log(f"a message could not be read: {error}")
            return
        self.handle_message(message)

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

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> Any:
        """End the process: 0 after a shutdown, else 1, as the protocol wants it."""
        sys.exit(0 if self._shutdown else 1)
