"""Messages to the client, as plain JSON."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
NOT_INITIALIZED = -32002


class MessageWriter:
    """Writes messages with their headers."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def write(self, data: bytes) -> None:
        """Send a message that already has its header; pygls calls this."""
        self._write(data)

    def close(self) -> None:
        """Do nothing; pygls calls this at the end."""

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def request(self, identity: str, method: str, params: Any) -> None:
        """Send a request."""
        self._send({"id": identity, "method": method, "params": params})

    def respond(self, identity: Any, result: Any) -> None:
        """Send the result of a request."""
        self._send({"id": identity, "result": result})

    def respond_error(self, identity: Any, code: int, message: str) -> None:
        """Send an error response; `identity` is None for a message that could not be parsed."""
        self._send({"id": identity, "error": {"code": code, "message": message}})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode()
        self._write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
