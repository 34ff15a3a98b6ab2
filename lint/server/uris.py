"""File URIs and paths, without urllib and typing, which take longer to import than linting a file.

Source: RFC 8089; editors write a drive as `/c%3A/` or `/c:/`.
"""

from __future__ import annotations

import os

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_WINDOWS = os.name == "nt"


def uri_to_path(uri: str) -> str:
    """The path of a file URI; empty for other URIs."""
    if not uri.startswith("file:"):
        return ""
    rest = uri[len("file:") :].partition("#")[0].partition("?")[0]
    host = ""
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        rest = slash + path
    path = os.fsdecode(_unquoted(rest))
    if _WINDOWS:
        if path[2:3] == ":" and path[1].isalpha():
            path = path[1].lower() + path[2:]
        elif host:
            path = f"//{host}{path}"
        path = path.replace("/", "\\")
    return path if "\0" not in path else ""


def _unquoted(text: str) -> bytes:
    first, *others = text.encode("utf-8", "surrogateescape").split(b"%")
    pieces = [first]
    for each in others:
        try:
            pieces += (bytes((int(each[:2].decode(), 16),)), each[2:])
        except ValueError:
            pieces += (b"%", each)
    return b"".join(pieces)


def path_to_uri(path: str) -> str:
    """The file URI of a path; a relative path is made absolute first."""
    path = os.path.abspath(path)
    if _WINDOWS:
        path = path.replace("\\", "/")
        path = path if path.startswith("/") else f"/{path}"
    quoted = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in os.fsencode(path))
    return f"file:{quoted}" if quoted.startswith("//") else f"file://{quoted}"
