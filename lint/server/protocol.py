"""pygls' protocol, extended by requests that can be cancelled before they start and by plain JSON results."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled
from pygls.protocol import LanguageServerProtocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .wire import MessageWriter


class JsonResult:
    """A result that is plain JSON already."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class RequestProtocol(LanguageServerProtocol):
    """The protocol with cancellation.

    `cancelled`: the ids of cancelled requests, filled by the reader thread; `answered`: the ids of requests that were
    answered before pygls was imported.
    """

    wire: MessageWriter
    """The writer for plain JSON results; set by the server."""

    def __init__(self, *arguments: Any) -> None:
        self.cancelled: set[int | str] = set()
        self.answered: set[int | str] = set()
        super().__init__(*arguments)
        self.client_capabilities = types.ClientCapabilities()

    def receive(self, data: dict[str, Any]) -> None:
        """Handle one message. Errors are sent to the client or logged, never raised."""
        raise NotImplementedError

    def typed(self, value: Any, kind: Any) -> Any:
        """A JSON value as one of the protocol's types."""
        return self._converter.structure(value, kind)

    def check_cancelled(self) -> None:
        """Raise JsonRpcRequestCancelled if the current request was cancelled."""
        if self.msg_id in self.cancelled:
            raise JsonRpcRequestCancelled(f'Request with id "{self.msg_id}" is canceled')

    def _handle_request(self, msg_id: int | str, method_name: str, params: Any) -> None:
        if msg_id in self.cancelled:
            error = JsonRpcRequestCancelled(f'Request with id "{msg_id}" is canceled')
            self._send_response(msg_id, error=error.to_response_error())
            return
        super()._handle_request(msg_id, method_name, params)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        # Messages are handled in order, so the request has been answered.
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
