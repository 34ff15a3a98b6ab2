"""`dlint format`: format files, or report which are not formatted."""

from __future__ import annotations

from ...fixers.format.layout import FormatError, format_source
from ...fixers.write import WriteError, replace_file
from ...syntax.source import Source, SourceError
from ..config.layer import ConfigError
from ..engine.diagnostic import describe_internal_error
from ..engine.linter import check_size, read_source
from ..engine.time_limit import TimeLimitExceeded, run_limited
from ..output.summary import counted
from ..terminal.colors import stdout_has_colors
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import OutputError, inform, printable, warn, write_stdout, write_stdout_raw
from .shared_options import apply_output_options, describe_files, plans_from_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..engine.planning import LintPlans
    from ..sources.discovery import DiscoveredFile


def run_format(arguments: argparse.Namespace) -> int:
    """Run `dlint format` and return the exit status. Raises ConfigError."""
    apply_output_options(arguments)
    paths: list[str] = arguments.paths or ["." if arguments.stdin_filename is None else "-"]
    if "-" in paths:
        if len(paths) > 1:
            warn("`-` cannot be combined with other paths")
            return BROKEN
        return _format_standard_input(arguments)
    from ..sources.discovery import no_dockerfile_message
    from .lint_files import discover_files

    plans = plans_from_arguments(arguments)
    found = discover_files(arguments, paths, plans)
    if not found:
        inform(no_dockerfile_message(paths))
        return CLEAN
    describe_files([file.path for file in found if not file.error], paths, plans)
    changed = failed = 0
    for file in found:
        reason = ""
        try:
            changed += _format_file(file, arguments, plans)
        except (ConfigError, OutputError, BrokenPipeError):
            raise
        except (SourceError, FormatError, WriteError, TimeLimitExceeded) as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - one file must not stop the others
            reason = f"internal error ({describe_internal_error(error)}); this is a bug in dlint, please report it"
        if reason:
            failed += 1
            warn(f"{file.path}: not formatted: {reason}")
    only_looks = arguments.check or arguments.diff
    _report(changed, len(found) - changed - failed, only_looks)
    return BROKEN if failed else FOUND if changed and only_looks else CLEAN


def _format_file(file: DiscoveredFile, arguments: argparse.Namespace, plans: LintPlans) -> bool:
    """Format a file, or show what would change; returns whether it changes.

    Raises SourceError, FormatError, WriteError, TimeLimitExceeded and ConfigError.
    """
    if file.error:
        raise SourceError(file.error)
    source = read_source(file.path)
    text = run_limited(plans.timeout(plans.config(file.path)), lambda: format_source(source.text))
    if text == source.text:
        return False
    _write(source, text, arguments)
    return True


def _report(changed: int, unchanged: int, only_looks: bool) -> None:
    parts: list[str] = []
    if changed:
        parts.append(f"{counted(changed, 'file')} {'would be reformatted' if only_looks else 'reformatted'}")
    if unchanged:
        parts.append(f"{counted(unchanged, 'file')} already formatted")
    if parts:
        inform(", ".join(parts))


def _write(source: Source, text: str, arguments: argparse.Namespace) -> None:
    """Write the formatted text, show the diff, or print the file name. Raises WriteError."""
    if arguments.diff:
        _show_diff(source, text)
    elif arguments.check:
        write_stdout(f"{printable(source.name)}\n")
    else:
        replace_file(source.name, source.encode(), Source(text).encode())


def _show_diff(source: Source, text: str) -> None:
    from ..output.diff import colored_diff, file_diff

    diff = file_diff(source.name, source.text, text)
    if stdout_has_colors():
        write_stdout(colored_diff(diff))
    else:
        write_stdout_raw(diff)


def _format_standard_input(arguments: argparse.Namespace) -> int:
    """Write standard input formatted, or unchanged if it cannot be formatted."""
    from .lint_files import read_standard_input

    name = arguments.stdin_filename or "<stdin>"
    try:
        source = Source.decode(check_size(read_standard_input()), name)
    except SourceError as error:
        warn(f"{name}: {error}")
        return BROKEN
    status, text = CLEAN, source.text
    try:
        plans = plans_from_arguments(arguments)
        timeout = plans.timeout(plans.config(arguments.stdin_filename or "-"))
        text = run_limited(timeout, lambda: format_source(source.text))
    except (FormatError, TimeLimitExceeded) as error:
        warn(f"{name}: not formatted: {error}")
        status = BROKEN
    if not (arguments.check or arguments.diff):
        write_stdout_raw(text)
    elif text != source.text:
        status = FOUND
        _write(source, text, arguments)
    return status
