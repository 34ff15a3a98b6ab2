"""Standard output, and messages on standard error, filtered by `-q` and `-v`."""

from __future__ import annotations

import os
import sys

QUIET, NORMAL, VERBOSE = -1, 0, 1

_verbosity = NORMAL


class OutputError(Exception):
    """An output cannot be written; the message says why."""


def set_verbosity(level: int) -> None:
    """Set what `inform` and `debug` write for the rest of the process: QUIET, NORMAL or VERBOSE."""
    global _verbosity
    _verbosity = level


def is_quiet() -> bool:
    """Whether only findings and errors are wanted (`-q`)."""
    return _verbosity <= QUIET


def is_verbose() -> bool:
    """Whether details are wanted (`-v`)."""
    return _verbosity >= VERBOSE


def configure_stdout() -> None:
    """Prepare standard output: UTF-8 for a pipe or file, the encoding of a terminal with escapes for other characters.

    Raises OutputError if standard output is closed.
    """
    stream = sys.stdout
    if stream is None:  # pyright: ignore[reportUnnecessaryComparison] - None if it was closed before the start
        raise OutputError("standard output is closed")
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def write_stdout(text: str) -> None:
    """Write to standard output. Raises OutputError, or BrokenPipeError if the reader has exited."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from None


def write_stdout_raw(text: str) -> None:
    """Write the text of a file to standard output, byte for byte. Raises as `write_stdout` does."""
    write_stdout("")
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from None


def warn(text: str) -> None:
    """Write an error or a warning to standard error; nothing if it is closed."""
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison] - None if it was closed before the start
        return
    try:
        sys.stderr.write(f"dlint: {printable(text)}\n")
    except OSError:
        return


def inform(text: str) -> None:
    """Write a note to standard error, except with `-q`."""
    if _verbosity >= NORMAL:
        warn(text)


def debug(text: str) -> None:
    """Write a detail to standard error, with `-v` only."""
    if _verbosity >= VERBOSE:
        warn(text)


def discard_stdout() -> None:
    """Discard buffered output, which the interpreter would otherwise fail to flush when it exits."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):
        return


def printable(text: str) -> str:
    r"""`text` with control characters and invalid UTF-8 bytes as escapes (`\x1b`), safe to write to a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()
