"""`dlint server`: start it, on standard input and output or on a port of this machine."""

from __future__ import annotations

import os
import sys

from ..output import note
from ..status import BROKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

NEEDED = ("pygls", "lsprotocol", "cattrs", "attrs", "attr")
HINT = "the language server needs pygls; pip install 'dockerfile-dlint[server]'"
LOCAL = ("127.0.0.1", "::1", "localhost")


def run(arguments: argparse.Namespace | None) -> int:
    """Serve one client until it goes, on standard input and output without arguments; the exit status."""
    wanted = _wanted(arguments) if arguments is not None else None
    place = _place(wanted) if wanted is not None else None
    if wanted is not None and place is None:
        note(f"`{wanted}`: write --tcp PORT or HOST:PORT with a host of this machine: {', '.join(LOCAL)}")
        return BROKEN
    import logging

    # pygls logs every message; what matters is told by the server itself.
    logging.basicConfig(level=logging.INFO if arguments is not None and arguments.verbose else logging.CRITICAL)
    import gc

    # Thousands of classes are made that live as long as the process.
    gc.disable()
    try:
        from .app import App
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        note(HINT)
        return BROKEN
    app = App(_version())
    gc.freeze()
    gc.enable()
    from .transport import stdio, tcp

    if place is None:
        return stdio(app)
    try:
        return tcp(app, *place, note)
    except OSError as error:
        note(f"{place[0]} port {place[1]} cannot be used: {error.strerror or error}")
        return BROKEN


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
    host = host.strip("[]") if colon else LOCAL[0]
    if host not in LOCAL or not port.isdecimal() or int(port) > 65535:
        return None
    return ("127.0.0.1" if host == "localhost" else host), int(port)
