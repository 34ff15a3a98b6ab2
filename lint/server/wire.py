"""Messages to the client, as plain objects of JSON."""

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
    """Writes messages, each behind a header with its length."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def write(self, data: bytes) -> None:
        """Send a message that has its header, as pygls makes it."""
        self._write(data)

    def close(self) -> None:
        """Nothing is left to do; the process ends."""

    def notify(self, method: str, params: Any) -> None:
        """Tell the client something."""
        self._send({"method": method, "params": params})

    def request(self, identity: str, method: str, params: Any) -> None:
        """Ask the client something."""
        self._send({"id": identity, "method": method, "params": params})

    def respond(self, identity: Any, result: Any) -> None:
        """Answer a request."""
        self._send({"id": identity, "result": result})

    def respond_error(self, identity: Any, code: int, message: str) -> None:
        """Answer a request, or what cannot be read as one, with an error."""
        self._send({"id": identity, "error": {"code": code, "message": message}})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode()
        self._write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
