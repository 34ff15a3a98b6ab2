"""The entry point: `dlint [check] PATH…` and the other commands."""

from __future__ import annotations

import os
import signal
import sys

from .terminal.exit_status import BROKEN, CLEAN, FOUND
from .terminal.streams import (
    NORMAL,
    OutputError,
    configure_stdout,
    discard_stdout,
    set_verbosity,
    warn,
    write_stdout,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from .config.arguments import CheckArguments

COMMANDS = {
    "check": (".commands.check", "run_check"),
    "format": (".commands.format", "run_format"),
    "optimize": (".commands.optimize", "run_optimize"),
    "dockerignore": (".commands.dockerignore", "run_dockerignore"),
    "tree": (".commands.print_tree", "run_tree"),
    "explain": (".commands.explain", "run_explain"),
    "rules": (".commands.explain", "run_rules"),
    "config": (".commands.config", "run_config"),
    "baseline": (".commands.baseline", "run_baseline"),
    "server": (".server.serve", "run_server"),
    "completions": (".commands.completions", "run_completions"),
}
"""Module and function of each command; the module is imported when its command runs."""
_OTHER_NAMES = {"lint": "check", "fix": "check --fix", "fmt": "format"}
"""What other tools call some of the commands."""
INTERRUPTED, TERMINATED = 130, 143
"""The exit statuses after SIGINT and SIGTERM, as shells report them: 128 and the number of the signal."""


class _Terminated(BaseException):
    """SIGTERM. As an exception, like Ctrl-C, it ends what was started and removes what is temporary."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: sys.argv) and return the exit status."""
    # The tree of a file is one large object graph without garbage: collecting while it grows only takes time.
    import gc

    gc.set_threshold(200_000, 20, 100)
    previous = _catch_sigterm()
    try:
        configure_stdout()
        return _run(list(sys.argv[1:] if argv is None else argv))
    except BrokenPipeError:
        # The reader has exited (`dlint . | head`): write no more output, not even buffered output at exit.
        discard_stdout()
        return FOUND
    except OutputError as error:
        discard_stdout()
        warn(str(error))
        return BROKEN
    except KeyboardInterrupt:
        discard_stdout()
        warn("interrupted")
        return INTERRUPTED
    except _Terminated:
        discard_stdout()
        warn("terminated")
        return TERMINATED
    except Exception as error:  # noqa: BLE001 - users get a message instead of a traceback
        from .engine.diagnostic import describe_internal_error

        discard_stdout()
        warn(f"internal error ({describe_internal_error(error)}); this is a bug in dlint, please report it")
        return BROKEN
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)


def _catch_sigterm() -> signal.Handlers | None:
    """Raise _Terminated on SIGTERM, unless the process ignores it or handles it itself; returns the former handler."""

    def terminate(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # once is enough: nothing is to interrupt the cleaning up
        raise _Terminated

    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return None
    try:
        signal.signal(signal.SIGTERM, terminate)
    except ValueError:  # not in the main thread
        return None
    return signal.SIG_DFL


def _run(words: list[str]) -> int:
    set_verbosity(NORMAL)
    first = words[0] if words else ""
    if first in COMMANDS:
        return _run_command(first, words[1:])
    if first in ("-h", "--help", "help"):
        return _help(words[1:])
    if first in ("-V", "--version"):
        from importlib.metadata import version

        write_stdout(f"dlint {version('dockerfile-dlint')}\n")
        return CLEAN
    if first[:1] not in ("", "-", ".", "/") and not os.path.lexists(first):
        meant = _similar_command(first)
        if meant:
            warn(f"no such file or directory: `{first}`. Did you mean `dlint {meant}`?")
            return BROKEN
    return _run_command("check", words)


def _similar_command(word: str) -> str:
    """The command that a word is a misspelling of; empty if there is none."""
    from ..syntax.instruction_checks import suggest

    near = word if word in _OTHER_NAMES else suggest(word, (*COMMANDS, "lint"))
    return _OTHER_NAMES.get(near, near)


def _help(words: list[str]) -> int:
    if words[:1] and words[0] in COMMANDS:
        return _run_command(words[0], ["--help"])
    from .commands.parsers import HELP_TEXT

    if words:
        meant = _similar_command(words[0])
        warn(f"unknown command `{words[0]}`" + (f". Did you mean `dlint {meant}`?" if meant else "; see `dlint help`"))
        return BROKEN
    write_stdout(HELP_TEXT)
    return CLEAN


def _run_command(command: str, words: list[str]) -> int:
    if command == "check":
        from .commands.fast_arguments import parse_plain_arguments

        plain = parse_plain_arguments(words)
        if plain is not None:
            from .commands.check import run_check

            return run_check(plain) if _is_in_existing_directory(plain) else BROKEN
    if command == "server" and words in ([], ["--stdio"]):
        from .server.serve import run_server

        return run_server(None)
    from .commands import parsers

    try:
        arguments = parsers.PARSERS[command]().parse_words(words)
    except parsers.ParserExit as exit_:
        return exit_.status
    if not _is_in_existing_directory(arguments):
        return BROKEN
    from importlib import import_module

    from .config.layer import ConfigError
    from .config.selection import UnknownRule

    module, function = COMMANDS[command]
    try:
        return import_module(module, __package__).__dict__[function](arguments)
    except (ConfigError, UnknownRule) as error:
        warn(str(error))
        return BROKEN


def _is_in_existing_directory(arguments: argparse.Namespace | CheckArguments) -> bool:
    from .commands.shared_options import is_in_existing_directory

    if is_in_existing_directory(arguments):
        return True
    warn("the current directory no longer exists; change to one that does")
    return False


if __name__ == "__main__":
    sys.exit(main())
