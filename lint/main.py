"""The command line: `dlint [check] PATH…`, `dlint tree`, `dlint explain`, `dlint rules`."""

from __future__ import annotations

import os
import sys

from .status import CLEAN, FOUND

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

COMMANDS = ("check", "tree", "explain", "rules")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line with `argv` (default: sys.argv) and answer the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    # The tree of one file is one big object graph without garbage; collecting while it grows only costs time.
    import gc

    gc.set_threshold(200_000, 20, 100)
    try:
        if words and words[0] in COMMANDS:
            command, words = words[0], words[1:]
        elif words and words[0] in ("-h", "--help", "--version", "help"):
            return _about(words[0])
        else:
            command = "check"
        status = _run(command, words)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader went away (`dlint . | head`): no more output, and none at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except KeyboardInterrupt:
        sys.stderr.write("dlint: interrupted\n")
        return 130


def _about(word: str) -> int:
    if word == "--version":
        from importlib.metadata import version

        sys.stdout.write(f"dlint {version('dockerfile-dlint')}\n")
    else:
        from .options import HELP

        sys.stdout.write(HELP)
    return CLEAN


def _run(command: str, words: list[str]) -> int:
    from . import options

    if command == "tree":
        from .tree import run

        return run(options.tree(words))
    if command in ("explain", "rules"):
        from .explain import explain, listing

        return explain(options.explain(words)) if command == "explain" else listing(options.rules(words))
    return _check(options.check(words))


def _check(arguments: argparse.Namespace) -> int:
    from .check import check

    return check(arguments)


if __name__ == "__main__":
    sys.exit(main())
