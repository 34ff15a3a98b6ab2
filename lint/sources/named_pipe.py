"""Read a pipe that was named on the command line, such as `dlint <(make-dockerfile)`, without waiting for ever."""

from __future__ import annotations

import os
import select

READ_TIMEOUT = 10.0
"""Seconds in which a pipe must give something: longer than a generator of a Dockerfile thinks."""


def read_pipe(path: str, most: int) -> bytes:
    """All that is written into the pipe, `most` bytes at most; raises OSError when nobody writes."""
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        parts: list[bytes] = []
        while most > 0:
            part = _part(pipe, most)
            if not part:
                break
            most -= len(part)
            parts.append(part)
    finally:
        os.close(pipe)
    if not parts:
        raise OSError(0, "it is a pipe, and nobody writes into it")
    return b"".join(parts)


def _part(pipe: int, most: int) -> bytes:
    """What is in the pipe, waited for while somebody may still write; empty when nobody does."""
    size = min(most, 65536)
    try:
        return os.read(pipe, size)
    except BlockingIOError:
        ready, _, _ = select.select([pipe], [], [], READ_TIMEOUT)
        if not ready:
            raise OSError(0, f"it is a pipe that gave nothing for {READ_TIMEOUT:.0f} seconds") from None
        return os.read(pipe, size)
