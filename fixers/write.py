"""Writes files: the only place that does, so that no write can be cut short or led elsewhere."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress

from ..model.disk import read_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_ATTRIBUTES = ("user.", "system.posix_acl")
"""Prefixes of the extended attributes that are preserved: those of users, and access control lists."""
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_IRREPLACEABLE = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS)
"""Errors of replacing a file that may still be writable: it is mounted, or its directory is read-only."""


class WriteError(Exception):
    """The file was not written; the message is the reason and the remedy."""


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Replace the content `old` of the file by `new`, atomically: a reader sees the one or the other.

    Mode, owner, extended attributes and symbolic links are preserved. Raises WriteError when the content is neither
    `old` nor already `new`, or when one of these cannot be preserved.
    """
    target = os.path.realpath(path)

    def replace(temporary: str) -> None:
        content = _content(target, old, new)
        if content == old:
            os.replace(temporary, target)
        elif content != new:
            raise WriteError("it changed in the meantime; run dlint again")

    try:
        status = os.stat(target)
        _may_replace(target, status)
        _write(target, new, status, replace)
    except OSError as error:
        raise _failure(error) from None


def create_file(path: str, new: bytes) -> None:
    """Create a file atomically. Raises WriteError, also when it exists already with another content."""
    try:
        _write(path, new, None, lambda temporary: os.link(temporary, path))
    except FileExistsError:
        try:
            content = _content(path, new)
        except OSError as error:
            raise _failure(error) from None
        if content != new:
            raise WriteError("it was created in the meantime; run dlint again") from None
    except OSError as error:
        raise _failure(error) from None


def write_output(path: str, data: bytes) -> None:
    """Write a file as `>` of a shell does, whatever it held. Raises OSError.

    A new file and a regular one are written atomically. A device, a pipe or a link is written into and never replaced,
    as is a file that cannot be replaced, such as a mounted one.
    """
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        status = None
    if status is None or (stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and os.access(path, os.W_OK)):
        try:
            _write(path, data, status, lambda temporary: os.replace(temporary, path))
        except WriteError:
            pass
        except OSError as error:
            if error.errno not in _IRREPLACEABLE:
                raise
        else:
            return
    with open(path, "wb") as file:
        file.write(data)


def _write(target: str, data: bytes, status: os.stat_result | None, publish: Callable[[str], None]) -> None:
    """Write a temporary file next to `target`, with the attributes of `status`, and pass its path to `publish`.

    Its name is random, so that neither a file of that name nor a link can be waiting for it. Nothing is left of it,
    whatever happens.
    """
    temporary = os.path.join(os.path.dirname(target), f".dlint-{os.urandom(8).hex()}.tmp")
    try:  # also around the opening: a signal may end the program right after it
        descriptor = os.open(temporary, _NEW_FILE, 0o666 if status is None else 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if status is not None:
                _copy_attributes(target, status, file.fileno(), temporary)
            os.fsync(file.fileno())
        publish(temporary)
    finally:
        with suppress(FileNotFoundError):  # it may have the name of the target now
            os.unlink(temporary)


def _content(path: str, *expected: bytes) -> bytes | None:
    """The content of a regular file; None if it is longer than what is expected. Raises OSError."""
    data = read_start(path, max(map(len, expected)) + 1)
    return data if len(data) <= max(map(len, expected)) else None


def _failure(error: OSError) -> WriteError:
    return WriteError(f"writing failed ({error.strerror or error})")


def _may_replace(target: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise WriteError("it is not a regular file")
    if status.st_nlink > 1:
        raise WriteError("it has several hard links, which replacing it would break; fix a copy instead")
    if not os.access(target, os.W_OK):
        raise WriteError("it is read-only; make it writable first")
    if not os.access(os.path.dirname(target), os.W_OK | os.X_OK):
        raise WriteError("its directory is read-only; make it writable first")


def _copy_attributes(target: str, status: os.stat_result, descriptor: int, temporary: str) -> None:
    """Give the new file the mode, the owner and the extended attributes of the old one."""
    if hasattr(os, "fchown"):
        mine = os.fstat(descriptor)
        if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
            try:
                os.fchown(descriptor, status.st_uid, status.st_gid)
            except PermissionError:
                raise WriteError("it belongs to another user or group, which cannot be preserved") from None
    if hasattr(os, "listxattr"):
        wanted = [name for name in os.listxattr(target) if name.startswith(_ATTRIBUTES)]
        for name in os.listxattr(descriptor):
            # A new file has the default access control list of its directory.
            if name.startswith(_ATTRIBUTES) and name not in wanted:
                os.removexattr(descriptor, name)
        for name in wanted:
            os.setxattr(descriptor, name, os.getxattr(target, name))
    # Last: a change of owner or of the access control list may change it.
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    else:
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
