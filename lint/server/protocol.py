"""pygls' protocol with dlint's own documents, and with requests that can be called off before they begin."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled
from pygls.protocol import LanguageServerProtocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .wire import MessageWriter


class JsonResult:
    """An answer that is an object of JSON already."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class RequestProtocol(LanguageServerProtocol):
    """`cancelled` holds the ids of requests that nobody waits for any more; the reader of messages fills it.

    `answered` are those of requests that got their answer before there was a protocol.
    """

    wire: MessageWriter
    """Where answers that are JSON already are written; set by the server."""

    def __init__(self, *arguments: Any) -> None:
        self.cancelled: set[int | str] = set()
        self.answered: set[int | str] = set()
        super().__init__(*arguments)
        self.client_capabilities = types.ClientCapabilities()

    def receive(self, data: dict[str, Any]) -> None:
        """Handle one message. What is wrong with it is answered or logged, never raised."""
        raise NotImplementedError

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
        elif isinstance(result, JsonResult) and error is None:
            self.wire.respond(msg_id, result.value)
        else:
            super()._send_response(msg_id, result, error)
