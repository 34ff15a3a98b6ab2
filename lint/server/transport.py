"""Message framing, the reader thread and the main loop.

The main thread does all work, in the order of the messages; the reader thread only looks for `$/cancelRequest`.
Documents are linted when no message waits, so fast typing causes one run instead of many.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from queue import Empty, SimpleQueue

from .early import StartupHandler
from .wire import PARSE_ERROR, MessageWriter
from .workbench import Workbench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .dlint_server import DlintServer

    Read = Callable[[int], bytes]
    MakeApp = Callable[[Workbench, Callable[[Any], object], set[int | str]], DlintServer]

_CHUNK = 1 << 16
_HEADERS = (b"content-length", b"content-type")
_MAX_HEADER = 8_192
_MAX_MESSAGE = 256 * 1024 * 1024
_WATCH_SECONDS = 3.0
_QUIET_SECONDS = 0.5


class MessageReader:
    """Reads messages: a header with `Content-Length`, an empty line, and JSON.

    `is_port`: anything else in a header ends the input, because any web page can have a browser send HTTP to a port.
    """

    def __init__(self, read: Read, *, is_port: bool = False) -> None:
        self._read = read
        self._is_port = is_port
        self._rest = b""

    def next(self) -> bytes | None:
        """The next message, or None at the end of input."""
        while True:
            head, end, rest = self._rest.partition(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            # Without the empty line, the last line is not complete.
            if self._is_port and not all(map(_is_header, lines if end else lines[:-1])):
                return None
            if end:
                self._rest = rest
                length = _length(lines)
                if length is not None:
                    return self._body(length)
            elif (self._is_port and len(head) > _MAX_HEADER) or not self._more():
                return None

    def _body(self, length: int) -> bytes | None:
        if length > _MAX_MESSAGE:
            return None
        parts, size = [self._rest], len(self._rest)
        while size < length:
            part = self._read(min(length - size, _CHUNK))
            if not part:
                return None
            parts.append(part)
            size += len(part)
        whole = b"".join(parts)
        self._rest = whole[length:]
        return whole[:length]

    def _more(self) -> bool:
        part = self._read(_CHUNK)
        self._rest += part
        return bool(part) and len(self._rest) < _MAX_MESSAGE


def _is_header(line: bytes) -> bool:
    """Whether a line is one of the two headers of the protocol, or empty."""
    return not line or line.partition(b":")[0].strip().lower() in _HEADERS


def _length(lines: Sequence[bytes]) -> int | None:
    for line in lines:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return None


class MessageLoop:
    """Handles messages and jobs in order until the client exits.

    `make_app` imports pygls and creates the server; it is called after the first messages are answered (`early.py`).
    `is_port`: see MessageReader.
    """

    def __init__(
        self,
        read: Read,
        write: Callable[[bytes], object],
        version: str,
        make_app: MakeApp,
        *,
        is_port: bool = False,
    ) -> None:
        self._frames = MessageReader(read, is_port=is_port)
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._workbench = Workbench(MessageWriter(write), version)
        self._early = StartupHandler(self._workbench)
        self._make_app = make_app
        self._app: DlintServer | None = None
        self._cancelled: set[int | str] = set()

    def run(self) -> int:
        """Serve and return the exit status: 0 after `shutdown`, 1 if the client disappeared."""
        threading.Thread(target=self._receive, name="reader", daemon=True).start()
        try:
            while True:
                item = self._wait()
                if item is None:
                    return 0 if self._workbench.is_shut_down else 1
                self._handle(item)
        except BrokenPipeError:
            return 1
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
        finally:
            if self._app is not None:
                self._app.stop()

    def _handle(self, item: Any) -> None:
        if callable(item):
            self._guarded(item)
        elif self._app is None:
            self._guarded(lambda: self._early.handle(item))
        else:
            self._app.protocol.receive(item)

    def _wait(self) -> Any:
        """The next message or job; None at the end of input."""
        while True:
            try:
                return self._inbox.get_nowait()
            except Empty:
                pass
            self._guarded(self._early.idle if self._app is None else self._app.idle)
            seconds = self._timeout()
            try:
                return self._inbox.get(timeout=seconds) if seconds else self._inbox.get_nowait()
            except Empty:
                if not _is_alive(self._workbench.process):
                    return None
            if self._app is not None and self._app.pending_garbage:
                self._app.collect_garbage()
            elif self._app is None and self._early.timeout is not None:
                self._start_server()

    def _timeout(self) -> float:
        """Seconds to wait for the next message before other work is done."""
        seconds = self._early.timeout if self._app is None else _QUIET_SECONDS if self._app.pending_garbage else None
        return _WATCH_SECONDS if seconds is None else seconds

    def _start_server(self) -> None:
        """Import and create the pygls server, and let it handle the messages so far."""
        app = self._app = self._make_app(self._workbench, self._inbox.put, self._cancelled)
        app.protocol.answered.update(self._early.answered)
        for message in self._early.kept:
            app.protocol.receive(message)
        app.warm_up_when_idle()

    def _guarded(self, job: Callable[[], object]) -> None:
        """Do a job; errors are logged and do not stop the server."""
        try:
            job()
        except (BrokenPipeError, SystemExit):
            raise
        except Exception as error:  # noqa: BLE001 - the server must go on
            self._workbench.log_internal_error(error)

    def _receive(self) -> None:
        try:
            while (body := self._frames.next()) is not None:
                try:
                    data = json.loads(body)
                except (ValueError, RecursionError) as error:
                    self._reject(str(error))
                    continue
                if not isinstance(data, dict):
                    self._reject("expected a JSON object")
                    continue
                self._note_cancelled(data)  # pyright: ignore[reportUnknownArgumentType]
                self._inbox.put(data)
        except OSError:
            pass  # The connection is broken: as if it were closed.
        self._inbox.put(None)

    def _reject(self, reason: str) -> None:
        """Queue an error response to an invalid message."""
        self._inbox.put(lambda: self._workbench.wire.respond_error(None, PARSE_ERROR, f"invalid message: {reason}"))

    def _note_cancelled(self, data: dict[str, Any]) -> None:
        if data.get("method") == "$/cancelRequest" and isinstance(data.get("params"), dict):
            identity = data["params"].get("id")
            if isinstance(identity, int | str):
                self._cancelled.add(identity)


def _is_alive(process: int | None) -> bool:
    """Whether the editor's process is running; True if its id is unknown."""
    if process is None or os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def serve_stdio(version: str, make_app: MakeApp) -> int:
    """Serve on standard input and output; other output goes to standard error."""
    from contextlib import redirect_stdout

    out = os.dup(1)
    os.dup2(2, 1)
    with redirect_stdout(sys.stderr), os.fdopen(out, "wb", buffering=0) as stream:

        def write(data: bytes) -> None:
            view = memoryview(data)
            while view:
                view = view[stream.write(view) :]

        return MessageLoop(lambda size: os.read(0, size), write, version, make_app).run()


def serve_tcp(version: str, make_app: MakeApp, host: str, port: int, log: Callable[[str], object]) -> int:
    """Serve the first client that connects to a local port; 0 selects a free one. Raises OSError."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=1) as server:
        log(f"listening on {host} port {server.getsockname()[1]}")
        connection, _ = server.accept()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return MessageLoop(connection.recv, connection.sendall, version, make_app, is_port=True).run()
