"""The command line: `dlint [check] PATH…`, `dlint format`, `dlint tree`, `dlint explain`, `dlint rules`."""

from __future__ import annotations

import sys

from .terminal.exit_status import BROKEN, CLEAN, FOUND
from .terminal.streams import OutputError, abandon, note, prepare, put

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

COMMANDS = frozenset(
    (
        "check",
        "format",
        "optimize",
        "dockerignore",
        "tree",
        "explain",
        "rules",
        "config",
        "baseline",
        "server",
        "completions",
    )
)
INTERRUPTED = 130
"""128 and the number of SIGINT, as a shell reports it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line with `argv` (default: sys.argv) and answer the exit status."""
    # The tree of one file is one big object graph without garbage; collecting while it grows only costs time.
    import gc

    gc.set_threshold(200_000, 20, 100)
    try:
        prepare()
        return _run(list(sys.argv[1:] if argv is None else argv))
    except BrokenPipeError:
        # The reader went away (`dlint . | head`): no more output, and none at exit either.
        abandon()
        return FOUND
    except OutputError as error:
        abandon()
        note(str(error))
        return BROKEN
    except KeyboardInterrupt:
        abandon()
        note("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a person gets a sentence, not a traceback
        from .engine.diagnostic import what_broke

        abandon()
        note(f"internal error ({what_broke(error)}); this is a bug of dlint, please report it")
        return BROKEN


def _run(words: list[str]) -> int:
    command = words[0] if words else ""
    if command in COMMANDS:
        return _command(command, words[1:])
    if command in ("-h", "--help", "help"):
        return _help(words[1:])
    if command in ("-V", "--version"):
        from importlib.metadata import version

        put(f"dlint {version('dockerfile-dlint')}\n")
        return CLEAN
    return _command("check", words)


def _help(words: list[str]) -> int:
    if words[:1] and words[0] in COMMANDS:
        return _command(words[0], ["--help"])
    from .commands.parsers import HELP

    if words:
        from ..syntax.instruction_checks import suggest

        near = suggest(words[0], COMMANDS)
        more = f", did you mean `{near}`?" if near else f"; there are {', '.join(sorted(COMMANDS))}"
        note(f"there is no command `{words[0]}`{more}")
        return BROKEN
    put(HELP)
    return CLEAN


def _command(command: str, words: list[str]) -> int:
    if command == "check":
        from .commands.plain_arguments import quick

        plain = quick(words)
        if plain is not None:
            from .commands.check import check

            return check(plain)
    if command == "server" and words in ([], ["--stdio"]):
        from .server.serve import run as serve

        return serve(None)
    from .commands import parsers as options

    try:
        arguments = options.PARSERS[command]().read(words)
    except options.Told as told:
        return told.status
    if command == "check":
        from .commands.check import check

        return check(arguments)
    from .config.layer import BadConfiguration

    try:
        return _other(command, arguments)
    except BadConfiguration as error:
        note(str(error))
        return BROKEN


def _other(command: str, arguments: argparse.Namespace) -> int:
    """Run a command that is not `check`. Raises BadConfiguration."""
    if command == "server":
        from .server.serve import run as serve

        return serve(arguments)
    if command == "format":
        from .commands.format import format_files

        return format_files(arguments)
    if command == "optimize":
        from .commands.optimize import run

        return run(arguments)
    if command == "dockerignore":
        from .commands.dockerignore import run

        return run(arguments)
    if command == "tree":
        from .commands.print_tree import run

        return run(arguments)
    if command == "baseline":
        from .commands.baseline import run

        return run(arguments)
    if command == "config":
        from .commands.config import run

        return run(arguments)
    if command == "completions":
        from .commands.completions import script

        put(script(arguments.shell))
        return CLEAN
    from .commands.explain import explain, listing

    return explain(arguments) if command == "explain" else listing(arguments)


if __name__ == "__main__":
    sys.exit(main())
