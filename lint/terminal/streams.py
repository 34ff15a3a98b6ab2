"""Standard output, and messages on standard error, filtered by `-q` and `-v`.

File names and the text of Dockerfiles may try to control a terminal, or the CI service that reads a log. Each is
written through `printable`, and what is missed there is escaped when it is written.
"""

from __future__ import annotations

import os
import sys

from .colors import stdout_has_colors

QUIET, NORMAL, VERBOSE = -1, 0, 1

_verbosity = NORMAL

CONTROL = "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
"""What controls a terminal or the direction of text, and bytes that are not UTF-8; not tab and line feed."""
LOG_COMMAND = r"(?i:#(?=#(?:vso\[|teamcity\[|\[[a-z]{3})))"
"""Where a command to Azure Pipelines, TeamCity or GitHub (`##[group]`) begins, anywhere in a line."""
_LINE_COMMAND = r"(?m:^)([^\S\n]*):(?=:)"
"""Where a command to GitHub (`::group::`) begins, first in a line."""
_STYLE_OR_CONTROL = rf"\x1b\[[0-9;]*m|\x1b\]8;[^\0-\x1f\x7f]*\x1b\\|{CONTROL}"
"""Regular expressions are texts here, compiled when one is needed: most output has nothing to escape."""


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
    """Write to standard output, what controls a terminal or a log as escapes, but for colors and links on a terminal.

    Raises OutputError, or BrokenPipeError if the reader has exited.
    """
    _write(_without_commands(_without_controls(text, styles=stdout_has_colors())))


def write_log_commands(text: str) -> None:
    """Write lines that are commands to a CI service. Raises as `write_stdout` does."""
    _write(_without_controls(text))


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from None


def write_stdout_raw(text: str) -> None:
    """Write the text of a file to standard output, byte for byte unless it is a terminal.

    Raises as `write_stdout` does.
    """
    if sys.stdout.isatty():
        write_stdout(text.replace("\r\n", "\n"))
        return
    _write("")
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from None


def warn(text: str) -> None:
    """Write an error or a warning to standard error."""
    write_stderr(f"dlint: {text}")


def write_stderr(line: str) -> None:
    """Write a line to standard error; nothing if it is closed."""
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison] - None if it was closed before the start
        return
    try:
        sys.stderr.write(f"{printable(line)}\n")
        sys.stderr.flush()
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
    r"""`text` on one line, with control characters and invalid UTF-8 bytes as escapes (`\x1b`), and without commands.

    It is safe to write to a terminal, and to a log that a CI service reads.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _escape(char) for char in text)
    return _without_commands(text)


def log_safe(text: str) -> str:
    """`text` with what controls a terminal or a log as escapes."""
    return _without_commands(_without_controls(text))


def _without_controls(text: str, *, styles: bool = False) -> str:
    # What controls is never printable.
    if text.replace("\n", "").isprintable():
        return text
    import re

    if styles:
        return re.sub(_STYLE_OR_CONTROL, lambda found: found[0] if len(found[0]) > 1 else _escape(found[0]), text)
    return re.sub(CONTROL, lambda found: _escape(found[0]), text)


def _without_commands(text: str) -> str:
    if "::" not in text and "##" not in text:
        return text
    import re

    return re.sub(LOG_COMMAND, r"\\x23", re.sub(_LINE_COMMAND, r"\1\\x3a", text))


def _escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()
