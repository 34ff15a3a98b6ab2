"""`dlint server`: start it, on standard input and output or on a port of this machine."""

from __future__ import annotations

import os
import sys

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
PYGLS_HINT = "the language server needs pygls; pip install 'dockerfile-dlint[server]'"
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")


def run_server(arguments: argparse.Namespace | None) -> int:
    """Serve one client until it goes, on standard input and output without arguments; the exit status."""
    wanted = _wanted(arguments) if arguments is not None else None
    place = _place(wanted) if wanted is not None else None
    if wanted is not None and place is None:
        warn(f"`{wanted}`: write --tcp PORT or HOST:PORT with a host of this machine: {', '.join(LOCAL_HOSTS)}")
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
        warn(f"{place[0]} port {place[1]} cannot be used: {error.strerror or error}")
        return BROKEN


def _is_installed() -> bool:
    """Whether the packages of the extra `server` are there, which are imported later."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in REQUIRED_MODULES)


def _make_app(
    workbench: Workbench, post: Callable[[Any], object], cancelled: set[int | str], verbose: bool
) -> DlintServer:
    """Import the real server and make it."""
    import gc
    import logging

    # pygls logs every message; what matters is told by the server itself.
    logging.basicConfig(level=logging.INFO if verbose else logging.CRITICAL)
    # Thousands of classes are made that live as long as the process.
    gc.disable()
    from .app import create_server

    app = create_server(workbench, post, cancelled)
    gc.freeze()
    gc.enable()
    # Old objects are looked at by `DlintServer.tidy`, between keystrokes.
    gc.set_threshold(50_000, 20, 1_000_000)
    return app


def _wanted(arguments: argparse.Namespace) -> str | None:
    """Host and port as one text; None when standard input and output are meant."""
    place: str | None = arguments.port or arguments.tcp or ("0" if arguments.host else None)
    return f"{arguments.host}:{place}" if arguments.host and place is not None else place


def _version() -> str:
    """The version, from the name of the folder in which it is recorded: importlib.metadata takes 25 ms to import."""
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


def _place(text: str) -> tuple[str, int] | None:
    """Host and port; None for what is no port, or a host that others could reach."""
    host, colon, port = text.rpartition(":")
    host = host.strip("[]") if colon else LOCAL_HOSTS[0]
    if host not in LOCAL_HOSTS or not port.isdecimal() or int(port) > 65535:
        return None
    return ("127.0.0.1" if host == "localhost" else host), int(port)
