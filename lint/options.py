"""The options of every command and the help text."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HELP = """\
dlint finds what makes a Dockerfile's build slow, big or unsafe, and says why.

  dlint .                          lint every Dockerfile below this folder
  dlint Dockerfile api/Dockerfile  lint these files
  dlint --select OPT,DL3008 .      only these rules (codes, prefixes, names, other tools' names)
  dlint --ignore DL3059 .          all the usual rules but this one
  dlint --format json . > out.json findings for a program
  cat Dockerfile | dlint -         lint standard input
  dlint explain DL3009             what a rule finds, why, and examples
  dlint rules                      all rules
  dlint tree Dockerfile            how dlint (and BuildKit) read a file

Exit status: 0 nothing found, 1 findings, 2 a file could not be read or an option is wrong.
Switch a finding off where it stands: `# dlint: ignore[DL3008] reason` on the line before the instruction;
`# hadolint ignore=DL3008` and `# check=skip=JSONArgsRecommended` work too.

Options of check: dlint check --help
"""


class _Parser(argparse.ArgumentParser):
    """argparse with a next step in its errors; exit status 2 is argparse's own."""

    def error(self, message: str) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - exits, as the base does
        self.exit(2, f"dlint: {message}\n`{self.prog} --help` shows what there is\n")


def check(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint check`."""
    parser = _Parser(
        prog="dlint check",
        usage="dlint [check] [options] PATH…",
        description="Lint files, and folders with all Dockerfiles below them (.gitignore respected).",
        epilog="`-` reads standard input. Without PATH the current folder is linted.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="file, folder or - (default: the current folder)")
    add("--select", action="append", default=[], metavar="RULES", help="run only these: codes, prefixes, names, ALL")
    add("--ignore", action="append", default=[], metavar="RULES", help="do not run these")
    add("--format", choices=("full", "concise", "json"), help="default: full on a terminal, else concise")
    add("--exclude", action="append", default=[], metavar="PATTERN", help="leave out files, .gitignore syntax")
    add("--stdin-filename", metavar="NAME", help="the name of what - reads: shown, and its folder is the context")
    add("--isolated", action="store_true", help="read no configuration file")
    add("--no-cache", action="store_true", help="neither read nor write a cache of results")
    return parser.parse_args(words)


def tree(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint tree`."""
    parser = _Parser(prog="dlint tree", description="Show how a Dockerfile is read.", allow_abbrev=False)
    parser.add_argument("file", metavar="FILE", help="a Dockerfile, or - for standard input")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser.parse_args(words)


def explain(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint explain`."""
    parser = _Parser(prog="dlint explain", description="Say what a rule finds, why, and how.", allow_abbrev=False)
    parser.add_argument("rules", nargs="+", metavar="RULE", help="code, name or another tool's name")
    return parser.parse_args(words)


def rules(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint rules`."""
    parser = _Parser(prog="dlint rules", description="List all rules.", allow_abbrev=False)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser.parse_args(words)
