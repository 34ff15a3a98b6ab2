"""Replace a file by its fixed text, all of it or not at all."""

from __future__ import annotations

import os
import stat

_ATTRIBUTES = ("user.", "system.posix_acl")
"""Extended attributes that are carried over: what a user set, and access lists."""


class WriteError(Exception):
    """The file was not written; the message says why and what to do."""


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Put `new` where `old` is. Whoever reads the path meanwhile, or after a kill, sees the one or the other.

    Mode, owner, extended attributes and the symbolic links on the way stay. Raises WriteError when the file is not
    what was read any more, or cannot be replaced without losing one of these.
    """
    target = os.path.realpath(path)
    try:
        status = os.stat(target)
        _may_replace(target, status)
        temporary = os.path.join(os.path.dirname(target), f".{os.path.basename(target)}.{os.getpid()}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(new)
                file.flush()
                _take_over(target, status, file.fileno(), temporary)
                os.fsync(file.fileno())
            with open(target, "rb") as file:
                if file.read() != old:
                    raise WriteError("it changed while it was being fixed; run dlint again")
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise WriteError(f"it cannot be written ({error.strerror or error})") from None


def create_file(path: str, new: bytes) -> None:
    """Write a file that is not there yet, all of it or not at all. Raises WriteError."""
    temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.getpid()}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        finally:
            os.unlink(temporary)
    except FileExistsError:
        raise WriteError("it was made meanwhile; run dlint again") from None
    except OSError as error:
        raise WriteError(f"it cannot be written ({error.strerror or error})") from None


def _may_replace(target: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise WriteError("it is no regular file")
    if status.st_nlink > 1:
        raise WriteError("it has several hard links, which replacing it would part; fix a copy")
    if not os.access(target, os.W_OK):
        raise WriteError("it is read-only; make it writable first")


def _take_over(target: str, status: os.stat_result, descriptor: int, temporary: str) -> None:
    """Give the new file the mode, the owner and the attributes of the old one."""
    if hasattr(os, "fchown"):
        mine = os.fstat(descriptor)
        if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
            try:
                os.fchown(descriptor, status.st_uid, status.st_gid)
            except PermissionError:
                raise WriteError("it belongs to another user or group, which only that user can keep") from None
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    else:
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        for name in os.listxattr(target):
            if name.startswith(_ATTRIBUTES):
                os.setxattr(descriptor, name, os.getxattr(target, name))
