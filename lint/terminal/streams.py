"""How findings are written: one module a format. Here: where they are written to."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False


class OutputError(Exception):
    """Standard output cannot be written; the message says why."""


def configure_stdout() -> None:
    """Make standard output take any text: UTF-8 for a program, a terminal's own encoding with escapes for a person."""
    stream = sys.stdout
    if stream is None:  # pyright: ignore[reportUnnecessaryComparison] - so it is when it was closed before the start
        raise OutputError("standard output is closed")
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def write_stdout(text: str) -> None:
    """Write to standard output. Raises OutputError, and BrokenPipeError when the reader went away."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output cannot be written: {error.strerror or error}") from None


def write_stdout_raw(text: str) -> None:
    """Write to standard output text of a file: every byte of it as it was read. Raises as `put` does."""
    write_stdout("")
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output cannot be written: {error.strerror or error}") from None


def warn(text: str) -> None:
    """Say something that is no finding, on standard error; nothing when nobody can hear it."""
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison] - as above
        return
    try:
        sys.stderr.write(f"dlint: {printable(text)}\n")
    except OSError:
        return


def discard_stdout() -> None:
    """Drop what standard output still holds, so that the interpreter does not stumble over it at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):
        return


def printable(text: str) -> str:
    r"""`text` with control characters and bytes that are no UTF-8 as escapes (`\x1b`), so that a terminal is safe."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()
