"""Reads files of a repository, which may hold anything: the only place that opens them.

What a repository names, by a symbolic link or in a file, must be in its boundary: the repository, or without one the
directory that the user named. What the user names may be anywhere.
"""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CONFIG_BYTES = 4_000_000
"""The size limit of compose files, bake files, workflows, configuration and ignore files."""
_FLAGS = (
    getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)  # fmt: skip

_SMALLEST_READ = 8_192


class NotReadable(OSError):
    """The file is not read, for the reason in `strerror`: it is no regular file, too large, or beyond the boundary."""


class OutsideBoundary(NotReadable):
    """The path, with symbolic links resolved, is not in the boundary."""


def read_file(path: str, limit: int, boundary: str | None = None) -> bytes:
    """The content of a regular file of at most `limit` bytes. Never blocks. Raises OSError.

    `boundary`: a directory that the file must be in after symbolic links are resolved, None if the user named the file.
    """
    data = read_start(path, limit + 1, boundary)
    if len(data) > limit:
        raise NotReadable(0, f"it is larger than the limit of {limit:,} bytes", path)
    return data


def read_start(path: str, limit: int, boundary: str | None = None) -> bytes:
    """The first `limit` bytes of a regular file. Never blocks. Raises OSError. `boundary`: see `read_file`."""
    try:
        real = path if boundary is None else os.path.realpath(path)
        if boundary is not None and not _contains(boundary, real):
            raise OutsideBoundary(0, "it is outside of the repository", path)
        # Before it is opened, which alone has an effect on some devices.
        _check_regular(os.stat(real), path)
        descriptor = os.open(real, os.O_RDONLY | _FLAGS)
    except ValueError as error:
        # A null byte in the path.
        raise NotReadable(0, str(error), path) from None
    try:
        status = os.fstat(descriptor)
        _check_regular(status, path)
        return _read_up_to(descriptor, limit, status.st_size)
    finally:
        os.close(descriptor)


def _read_up_to(descriptor: int, limit: int, size: int) -> bytes:
    """The first `limit` bytes; `size` is about how many there are, as reading allocates what it asks for."""
    parts: list[bytes] = []
    left = limit
    while left > 0 and (part := os.read(descriptor, min(left, max(size, _SMALLEST_READ)))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def read_found(path: str, limit: int, roots: Iterable[str] = ()) -> bytes:
    """Like `read_file`, for a file that dlint found by its name: a link must stay in the boundary of its directory.

    A file that is not a link costs no resolution of its path. `roots`: see `boundary_of`.
    """
    return read_file(path, limit, boundary_of(os.path.dirname(path), roots) if os.path.islink(path) else None)


def is_inside(path: str, boundary: str) -> bool:
    """Whether `path` is in the directory `boundary`, or is it, with symbolic links resolved.

    The directory .git of a boundary, which may hold credentials, is not in it.
    """
    try:
        return _contains(boundary, os.path.realpath(path))
    except ValueError:  # a null byte
        return False


def repository_root(folder: str) -> str:
    """The top of the repository that a directory is in; empty if it is in none."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


def boundary_of(folder: str, roots: Iterable[str] = ()) -> str:
    """The directory that bounds what the files in `folder` may lead to.

    It is the root of their repository; without one the outermost directory in `roots`, the paths of the command line,
    that contains them, and `folder` itself if there is none.
    """
    real = os.path.realpath(folder)
    named = repository_root(real)
    if named:
        return named
    above = [top for root in roots if os.path.isdir(root) and _contains(top := os.path.realpath(root), real)]
    return min(above, key=len, default=real)


def stays_inside(path: str, folder: str, roots: Iterable[str] = ()) -> bool:
    """Whether `path`, which a file in `folder` names, is in the boundary of `folder` or in one of `roots`."""
    roots = tuple(roots)
    return is_inside(path, boundary_of(folder, roots)) or any(is_inside(path, root) for root in roots)


def _contains(boundary: str, real: str) -> bool:
    """Whether a path without symbolic links is in the boundary."""
    root = os.path.realpath(boundary)
    if real == root:
        return True
    top = root.rstrip(os.sep) + os.sep
    return real.startswith(top) and ".git" not in real[len(top) :].split(os.sep)


def _check_regular(status: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotReadable(0, "it is not a regular file", path)
