"""`dlint format`: lay files out, or say which are not."""

from __future__ import annotations

import os
import sys

from ...fixers.format.layout import FormatError, format_text
from ...fixers.write import WriteError, replace_file
from ...syntax.source import Source, SourceError
from ..engine.linter import check_size, read_source
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import warn, write_stdout, write_stdout_raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def run_format(arguments: argparse.Namespace) -> int:
    """Run `dlint format` and answer the exit status."""
    paths: list[str] = arguments.paths or ["." if arguments.stdin_filename is None else "-"]
    looks = arguments.check or arguments.diff
    if "-" in paths:
        if len(paths) > 1:
            warn("`-` goes alone: its formatted text is written to standard output")
            return BROKEN
        return _standard_input(arguments)
    from ..engine.lint_plans import default_plans
    from ..sources.discovery import discover, no_dockerfile_message

    found = list(discover(paths, exclude=arguments.exclude, excluded=default_plans().excluded))
    if not found:
        warn(no_dockerfile_message(arguments.paths or ["."]))
    changed = failed = 0
    for each in found:
        try:
            if each.error:
                raise SourceError(each.error)
            source = read_source(each.path)
            text = format_text(source.text)
            if text != source.text:
                changed += 1
                _use(source, text, arguments)
        except (SourceError, FormatError, WriteError) as error:
            failed += 1
            warn(f"{each.path} was left as it is: {error}")
    what = "would change" if looks else "changed"
    warn(f"{changed} file{'' if changed == 1 else 's'} {what}, {len(found) - changed - failed} laid out already")
    return BROKEN if failed else FOUND if changed and looks else CLEAN


def _use(source: Source, text: str, arguments: argparse.Namespace) -> None:
    """Write the formatted text, show the difference, or name the file."""
    if arguments.diff:
        _show(source, text)
    elif arguments.check:
        write_stdout(source.name + "\n")
    else:
        replace_file(source.name, source.encode(), Source(text).encode())


def _show(source: Source, text: str) -> None:
    from ..output.diff import colored_diff, file_diff

    diff = file_diff(source.name, source.text, text)
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        write_stdout(colored_diff(diff))
    else:
        write_stdout_raw(diff)


def _standard_input(arguments: argparse.Namespace) -> int:
    """Write what standard input is when it is laid out; what cannot be laid out comes out as it was."""
    from .lint_files import read_standard_input

    name = arguments.stdin_filename or "<stdin>"
    looks = arguments.check or arguments.diff
    try:
        source = Source.decode(check_size(read_standard_input()), name)
    except SourceError as error:
        warn(f"{name}: {error}")
        return BROKEN
    status, text = CLEAN, source.text
    try:
        text = format_text(source.text)
    except FormatError as error:
        warn(f"{name} was left as it is: {error}")
        status = BROKEN
    if not looks:
        write_stdout_raw(text)
    elif text != source.text:
        status = FOUND
        _use(source, text, arguments)
    return status
