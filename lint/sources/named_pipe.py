"""Reads a named pipe from the command line, such as `dlint <(make-dockerfile)`, with a timeout."""

from __future__ import annotations

import os
import select

READ_TIMEOUT = 10.0
"""Seconds to wait for data, which is longer than a generator of a Dockerfile needs."""


def read_pipe(path: str, limit: int) -> bytes:
    """The data of the pipe, at most `limit` bytes. Raises OSError if there is none."""
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        parts: list[bytes] = []
        while limit > 0:
            part = _part(pipe, limit)
            if not part:
                break
            limit -= len(part)
            parts.append(part)
    finally:
        os.close(pipe)
    if not parts:
        raise OSError(0, "the pipe has no writer")
    return b"".join(parts)


def _part(pipe: int, limit: int) -> bytes:
    """The next data of the pipe, waiting for a writer; empty at the end. Raises OSError after READ_TIMEOUT."""
    size = min(limit, 65536)
    try:
        return os.read(pipe, size)
    except BlockingIOError:
        ready, _, _ = select.select([pipe], [], [], READ_TIMEOUT)
        if not ready:
            raise OSError(0, f"no data from the pipe for {READ_TIMEOUT:.0f} seconds") from None
        return os.read(pipe, size)
