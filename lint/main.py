"""The command line: `dlint [check] PATH…`, `dlint format`, `dlint tree`, `dlint explain`, `dlint rules`."""

from __future__ import annotations

import sys

from .terminal.exit_status import BROKEN, CLEAN, FOUND
from .terminal.streams import OutputError, configure_stdout, discard_stdout, warn, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

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
"""The module and the function of each command; a module is imported when its command runs."""
INTERRUPTED = 130
"""128 and the number of SIGINT, as a shell reports it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line with `argv` (default: sys.argv) and answer the exit status."""
    # The tree of one file is one big object graph without garbage; collecting while it grows only costs time.
    import gc

    gc.set_threshold(200_000, 20, 100)
    try:
        configure_stdout()
        return _run(list(sys.argv[1:] if argv is None else argv))
    except BrokenPipeError:
        # The reader went away (`dlint . | head`): no more output, and none at exit either.
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
    except Exception as error:  # noqa: BLE001 - a person gets a sentence, not a traceback
        from .engine.diagnostic import describe_internal_error

        discard_stdout()
        warn(f"internal error ({describe_internal_error(error)}); this is a bug of dlint, please report it")
        return BROKEN


def _run(words: list[str]) -> int:
    command = words[0] if words else ""
    if command in COMMANDS:
        return _command(command, words[1:])
    if command in ("-h", "--help", "help"):
        return _help(words[1:])
    if command in ("-V", "--version"):
        from importlib.metadata import version

        write_stdout(f"dlint {version('dockerfile-dlint')}\n")
        return CLEAN
    return _command("check", words)


def _help(words: list[str]) -> int:
    if words[:1] and words[0] in COMMANDS:
        return _command(words[0], ["--help"])
    from .commands.parsers import HELP_TEXT

    if words:
        from ..syntax.instruction_checks import suggest

        near = suggest(words[0], COMMANDS)
        more = f", did you mean `{near}`?" if near else f"; there are {', '.join(sorted(COMMANDS))}"
        warn(f"there is no command `{words[0]}`{more}")
        return BROKEN
    write_stdout(HELP_TEXT)
    return CLEAN


def _command(command: str, words: list[str]) -> int:
    if command == "check":
        from .commands.plain_arguments import parse_plain_arguments

        plain = parse_plain_arguments(words)
        if plain is not None:
            from .commands.check import run_check

            return run_check(plain)
    if command == "server" and words in ([], ["--stdio"]):
        from .server.serve import run_server as serve

        return serve(None)
    from .commands import parsers as options

    try:
        arguments = options.PARSERS[command]().parse_words(words)
    except options.ParserExit as told:
        return told.status
    if command == "check":
        from .commands.check import run_check

        return run_check(arguments)
    from .config.layer import ConfigError

    try:
        return _other(command, arguments)
    except ConfigError as error:
        warn(str(error))
        return BROKEN


def _other(command: str, arguments: argparse.Namespace) -> int:
    """Run a command that is not `check`. Raises ConfigError."""
    from importlib import import_module

    module, function = COMMANDS[command]
    return import_module(module, __package__).__dict__[function](arguments)


if __name__ == "__main__":
    sys.exit(main())
