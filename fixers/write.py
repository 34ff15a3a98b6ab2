"""Replace a file atomically."""

from __future__ import annotations

import os
import stat

_ATTRIBUTES = ("user.", "system.posix_acl")
"""Prefixes of the extended attributes that are preserved: those of users, and access control lists."""


class WriteError(Exception):
    """The file was not written; the message is the reason and the remedy."""


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Replace the content `old` of the file by `new`, atomically: a reader sees the one or the other.

    Mode, owner, extended attributes and symbolic links are preserved. Raises WriteError when the content is no longer
    `old`, or when one of these cannot be preserved.
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
                _copy_attributes(target, status, file.fileno(), temporary)
                os.fsync(file.fileno())
            with open(target, "rb") as file:
                if file.read() != old:
                    raise WriteError("it changed in the meantime; run dlint again")
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise WriteError(f"writing failed ({error.strerror or error})") from None


def create_file(path: str, new: bytes) -> None:
    """Create a file atomically. Raises WriteError, also when it exists already."""
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
        raise WriteError("it was created in the meantime; run dlint again") from None
    except OSError as error:
        raise WriteError(f"writing failed ({error.strerror or error})") from None


def _may_replace(target: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise WriteError("it is not a regular file")
    if status.st_nlink > 1:
        raise WriteError("it has several hard links, which replacing it would break; fix a copy instead")
    if not os.access(target, os.W_OK):
        raise WriteError("it is read-only; make it writable first")


def _copy_attributes(target: str, status: os.stat_result, descriptor: int, temporary: str) -> None:
    """Give the new file the mode, the owner and the extended attributes of the old one."""
    if hasattr(os, "fchown"):
        mine = os.fstat(descriptor)
        if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
            try:
                os.fchown(descriptor, status.st_uid, status.st_gid)
            except PermissionError:
                raise WriteError("it belongs to another user or group, which cannot be preserved") from None
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    else:
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        for name in os.listxattr(target):
            if name.startswith(_ATTRIBUTES):
                os.setxattr(descriptor, name, os.getxattr(target, name))
