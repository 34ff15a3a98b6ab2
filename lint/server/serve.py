"""`dlint server`: starts the server on standard input and output or on a local port."""

from __future__ import annotations

import os
import sys

from ..config.layer import or_list
from ..terminal.exit_status import BROKEN
from ..terminal.streams import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from typing import Any

    from .dlint_server import DlintServer
    from .workbench import Workbench

REQUIRED_MODULES = ("pygls", "lsprotocol", "cattrs", "attrs", "attr")
PYGLS_HINT = "the language server requires pygls; run `pip install 'dockerfile-dlint[server]'`"
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")


def run_server(arguments: argparse.Namespace | None) -> int:
    """Serve one client and return the exit status; without arguments on standard input and output."""
    address = _address(arguments) if arguments is not None else None
    place = _parse_address(address) if address is not None else None
    if address is not None and place is None:
        warn(f"invalid address `{address}`; use PORT or HOST:PORT with a local host ({or_list(LOCAL_HOSTS)})")
        return BROKEN
    if not _is_installed():
        warn(PYGLS_HINT)
        return BROKEN
    verbose = arguments is not None and bool(arguments.verbose)
    from .transport import serve_stdio, serve_tcp

    def make_app(workbench: Workbench, post: Callable[[Any], object], cancelled: set[int | str]) -> DlintServer:
        return _make_app(workbench, post, cancelled, verbose)

    if place is None:
        return serve_stdio(_version(), make_app)
    try:
        return serve_tcp(_version(), make_app, *place, warn)
    except OSError as error:
        warn(f"cannot listen on {place[0]} port {place[1]}: {error.strerror or error}")
        return BROKEN


def _is_installed() -> bool:
    """Whether the packages of the extra `server` are installed; they are imported later."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in REQUIRED_MODULES)


def _make_app(
    workbench: Workbench, post: Callable[[Any], object], cancelled: set[int | str], verbose: bool
) -> DlintServer:
    """Import pygls and create the server."""
    import gc
    import logging

    # pygls logs every message; the server itself reports what matters.
    logging.basicConfig(level=logging.INFO if verbose else logging.CRITICAL)
    # The import creates thousands of classes that live as long as the process.
    gc.disable()
    from .app import create_server

    app = create_server(workbench, post, cancelled)
    gc.freeze()
    gc.enable()
    # `DlintServer.collect_garbage` collects the oldest generation, between keystrokes.
    gc.set_threshold(50_000, 20, 1_000_000)
    return app


def _address(arguments: argparse.Namespace) -> str | None:
    """The address to listen on, `PORT` or `HOST:PORT`; None for standard input and output."""
    place: str | None = arguments.port or arguments.tcp or ("0" if arguments.host else None)
    return f"{arguments.host}:{place}" if arguments.host and place is not None else place


def _version() -> str:
    """The version, from the name of the .dist-info directory: importlib.metadata takes 25 ms to import."""
    head, tail = "dockerfile_dlint-", ".dist-info"
    for place in sys.path:
        try:
            names = os.listdir(place or ".")
        except OSError:
            continue
        for name in names:
            if name.startswith(head) and name.endswith(tail):
                return name[len(head) : -len(tail)]
    return ""


def _parse_address(text: str) -> tuple[str, int] | None:
    """Host and port; None for an invalid port or a host that is not local."""
    host, colon, port = text.rpartition(":")
    host = host.strip("[]") if colon else LOCAL_HOSTS[0]
    if host not in LOCAL_HOSTS or not port.isdecimal() or int(port) > 65535:
        return None
    return ("127.0.0.1" if host == "localhost" else host), int(port)
