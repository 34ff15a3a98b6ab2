"""Reads files of a repository, which may hold anything: the only place that opens them."""

from __future__ import annotations

import os
import stat

MAX_CONFIG_BYTES = 4_000_000
"""The size limit of compose files, bake files, workflows, configuration and ignore files."""
_READ_ONLY = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)  # fmt: skip


class NotReadable(OSError):
    """The file is not read, for the reason in `strerror`: it is no regular file, too large, or beyond the boundary."""


class OutsideBoundary(NotReadable):
    """The path, with symbolic links resolved, is not in the boundary."""


def read_file(path: str, limit: int, boundary: str | None = None) -> bytes:
    """The content of a regular file of at most `limit` bytes. Never blocks. Raises OSError.

    `boundary`: a directory that the file must be in after symbolic links are resolved; None if the user named the file.
    """
    try:
        if boundary is not None and not is_inside(path, boundary):
            raise OutsideBoundary(0, "it is outside of the repository", path)
        descriptor = os.open(path, _READ_ONLY)
    except ValueError as error:
        # A null byte in the path.
        raise NotReadable(0, str(error), path) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotReadable(0, "it is not a regular file", path)
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise NotReadable(0, f"it is larger than the limit of {limit:,} bytes", path)
    return data


def is_inside(path: str, boundary: str) -> bool:
    """Whether `path` is in the directory `boundary`, or is it, with symbolic links resolved."""
    real, root = os.path.realpath(path), os.path.realpath(boundary)
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)
