"""Parses TOML of files that may hold anything, in bounded time."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MAX_DOTS = 64
"""The limit of parts of a key: tomllib's time grows with their square, 20,000 parts take 30 s."""


def parse_toml(text: str) -> dict[str, Any]:
    """The document. Raises ValueError, also if it nests too deeply; tomllib's own error has the line in its message."""
    import re
    import tomllib

    part = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
    if any(found[0].count(".") > _MAX_DOTS for found in re.finditer(rf"(?:{part}\.[ \t]*+)++", text)):
        raise ValueError(f"a key has more than {_MAX_DOTS} parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise ValueError("arrays or tables nest too deeply") from None
    except ValueError:
        # Python's limit, whose message is for programmers.
        raise ValueError("a number has too many digits") from None
