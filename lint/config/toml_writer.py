"""Writes TOML, which the standard library only reads."""

from __future__ import annotations

import re

from ..terminal.streams import LOG_COMMAND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def key(name: str) -> str:
    """A key, quoted if necessary."""
    return name if name and _BARE.issuperset(name) else text(name)


def text(value: str) -> str:
    """A basic string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(c if c.isprintable() else _unicode_escape(c) for c in escaped)
    return '"' + re.sub(LOG_COMMAND, r"\\u0023", escaped) + '"'


def _unicode_escape(char: str) -> str:
    return f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else f"\\u{ord(char):04x}"


def value(what: Any) -> str:
    """A boolean, number, string, list or inline table on one line."""
    if isinstance(what, bool):
        return "true" if what else "false"
    if isinstance(what, str):
        return text(what)
    if isinstance(what, dict):
        pairs = ", ".join(f"{key(k)} = {value(v)}" for k, v in as_table(what).items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(what, list):
        return "[" + ", ".join(map(value, _items(what))) + "]"
    return str(what)


def as_table(what: Any) -> dict[str, Any]:
    """The same value with the type of a table, for the type checker."""
    return what


def _items(what: Any) -> list[Any]:
    return what
