"""The options of every command and the help text."""

from __future__ import annotations

import argparse

from ..rules.base import LEVELS
from ..syntax.check import suggest
from .output import note, put
from .profiles import NAMES
from .quick import FORMATS
from .status import BROKEN, CLEAN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from _typeshed import SupportsWrite

HELP = """\
dlint finds what makes a Dockerfile's build slow, big or unsafe, and says why.

  dlint .                        lint every Dockerfile below this folder
  dlint Dockerfile api/Dockerfile      lint these files
  dlint --select OPT,DL3008 .    only these rules: codes, prefixes, names,
                                 other tools' names
  dlint --ignore DL3015 .        all the usual rules but this one
  dlint --format json . > out.json     findings for a program
  dlint --diff .                 show what --fix would change
  dlint --fix .                  repair what can be repaired safely
  dlint - < Dockerfile           lint standard input
  dlint format .                 lay every Dockerfile out in the same way
  dlint optimize .               the plan of a rewrite to a builder and a slim
                                 runtime; --diff shows it, --write makes it
  dlint dockerignore .           what the build context should not send
  dlint explain DL3009           what a rule finds, why, and examples
  dlint rules                    all rules
  dlint baseline                 write down what is found now; --baseline FILE
                                 then tells only what is new
  dlint config show              which configuration counts here, and why
  dlint server                   serve an editor (docs/editors.md)
  dlint tree Dockerfile          how dlint (and BuildKit) read a file
  dlint check --help             all options of linting

Exit status: 0 nothing found, 1 findings, 2 a file could not be read or an
option is wrong. Findings go to standard output, all else to standard error.

Switch a finding off where it stands, on the line before the instruction:
  # dlint: ignore[DL3008] reason
`# hadolint ignore=DL3008` and `# check=skip=JSONArgsRecommended` work too.
"""


class Told(Exception):
    """The command line was a wish for help, or wrong: all is said, and `status` is the exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Parser(argparse.ArgumentParser):
    """argparse with a next step in its errors; it raises Told where argparse ends the process."""

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The options in `words`."""
        arguments, unknown = self.parse_known_args(words)
        for word in unknown:
            option = word.partition("=")[0]
            if option[:1] == "-":
                near = suggest(option, self._option_string_actions) if len(option) > 2 else ""
                self.error(f"there is no option `{option}`" + (f", did you mean `{near}`?" if near else ";"))
            self.error(f"`{word}` is one argument too many;")
        return arguments

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to look."""
        note(f"{message if message[-1] in '?;' else message + ';'} `{self.prog} --help` shows what there is")
        self.exit(BROKEN)

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Write the help as all output is written."""
        put(self.format_help())

    def exit(self, status: int = CLEAN, message: str | None = None) -> NoReturn:
        """Leave the reading of options."""
        raise Told(status)


def _check(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint check`."""
    return _checking().read(words)


def _baseline(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint baseline`: those of `dlint check` that choose files and rules, and its own."""
    parser = _checking(
        "baseline",
        "Write down what is found now, so that `dlint --baseline FILE` tells only what is new. "
        "The file is that of --baseline or of the key `baseline`, else .dlint-baseline.json.",
    )
    parser.add_argument("--prune", action="store_true", help="only take out what is not found any more")
    return parser.read(words)


def _checking(command: str = "check", description: str = "") -> _Parser:
    """A parser with the options of `dlint check`."""
    parser = _Parser(
        prog=f"dlint {command}",
        usage="dlint [check] [options] [PATH …]" if command == "check" else f"dlint {command} [options] [PATH …]",
        description=description or "Lint files, and folders with all Dockerfiles below them (.gitignore respected).",
        epilog="RULES are codes (DL3008), prefixes of codes (DL), names (apt-pin), other tools' names "
        "(CopyIgnoredFile, CKV_DOCKER_5) or ALL, with commas between them; the longer one wins over the shorter. "
        "`dlint rules` lists them.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="file, folder, or - for standard input (default: the current folder)")
    add("--select", action="append", default=[], metavar="RULES", help="run only these")
    add("--extend-select", action="append", default=[], metavar="RULES", help="run these too")
    add("--ignore", action="append", default=[], metavar="RULES", help="do not run these")
    add("--profile", choices=NAMES, help="the rules that run unless selected: those of another tool, or all (strict)")
    add(
        "--config",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a key of the configuration (docs/configuration.md), its value in TOML; or the one FILE that counts",
    )
    add("--fix", action="store_true", help="repair what can be repaired safely; report the rest")
    add("--unsafe-fixes", action="store_true", help="with --fix or --diff: also what may change what the image does")
    add("--diff", action="store_true", help="write nothing; show what --fix would change")
    add("--fix-only", action="store_true", help="as --fix, and report nothing")
    add("--fixable", action="append", default=[], metavar="RULES", help="fix only findings of these")
    add("--unfixable", action="append", default=[], metavar="RULES", help="fix no findings of these")
    forms = f"{', '.join(FORMATS)}; default: full on a terminal, else concise"
    add("--format", choices=FORMATS, metavar="FORMAT", help=forms)
    add("--output", action="append", default=[], metavar="FORMAT=FILE", help="write the findings to a file as well")
    add("--exclude", action="append", default=[], metavar="PATTERN", help="leave out files, .gitignore syntax")
    add("--force-exclude", action="store_true", help="leave out what is excluded also when it is named, as by a hook")
    add("--stdin-filename", metavar="NAME", help="the name of what - reads: shown, and its folder is the context")
    add("--baseline", metavar="FILE", help="tell only what is not in this file, which `dlint baseline` writes")
    add("--changed-since", metavar="REV", help="tell only what the files did not have at this revision of git")
    add("--add-ignore", action="store_true", help="write a comment that switches it off before each finding")
    add("--statistics", action="store_true", help="tell how often each rule was found, not where")
    add("--fail-level", choices=LEVELS, help="exit with 1 only for findings of this severity or a graver one")
    add("--exit-zero", action="store_true", help="exit with 0 although something was found")
    add("--isolated", action="store_true", help="read no configuration file")
    add("--no-cache", action="store_true", help="neither read nor write a cache of results")
    return parser


def _format(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint format`."""
    parser = _Parser(
        prog="dlint format",
        usage="dlint format [options] [PATH …]",
        description="Lay Dockerfiles out in the same way: case, blanks, indentation, line breaks. What is built stays "
        "the same, as do the words of comments and here-documents.",
        epilog="Exit status: 0; 1 when --check or --diff finds something to change; 2 when a file cannot be formatted.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="file, folder, or - for standard input (default: the current folder)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="write nothing; say which files would change")
    how.add_argument("--diff", action="store_true", help="write nothing; show what would change")
    add("--exclude", action="append", default=[], metavar="PATTERN", help="leave out files, .gitignore syntax")
    add("--stdin-filename", metavar="NAME", help="what messages call the file that - reads")
    return parser.read(words)


def _server(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint server`."""
    parser = _Parser(
        prog="dlint server",
        description="Serve an editor by the Language Server Protocol, on standard input and output.",
        epilog="Needs pygls: pip install 'dockerfile-dlint[server]'. docs/editors.md says how editors start it.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--tcp", nargs="?", const="0", metavar="[HOST:]PORT", help="serve one client on a port of this machine (0: any)"
    )
    add("--port", metavar="PORT", help="as --tcp PORT")
    add("--host", metavar="HOST", help="with --tcp or --port: 127.0.0.1 (which it is anyway), ::1 or localhost")
    parser.add_argument("--stdio", action="store_true", help="what it does anyway; some editors say so")
    parser.add_argument("--clientProcessId", metavar="ID", help=argparse.SUPPRESS)
    parser.add_argument("--verbose", action="store_true", help="log every message on standard error")
    return parser.read(words)


def _tree(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint tree`."""
    parser = _Parser(
        prog="dlint tree",
        description="Show how a Dockerfile is read: an instruction a line, as BuildKit takes it apart.",
        epilog="Exit status: 0, 1 when BuildKit refuses the file, 2 when it cannot be read.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE", help="a Dockerfile, or - for standard input")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    return parser.read(words)


def _explain(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint explain`."""
    parser = _Parser(
        prog="dlint explain", description="Say what a rule finds, why, and with which examples.", allow_abbrev=False
    )
    parser.add_argument("rules", nargs="+", metavar="RULE", help="code, prefix, name or another tool's name")
    return parser.read(words)


def _rules(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint rules`."""
    parser = _Parser(prog="dlint rules", description="List all rules.", allow_abbrev=False)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    return parser.read(words)


def _optimize(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint optimize`."""
    parser = _Parser(
        prog="dlint optimize",
        description="Rewrite Dockerfiles: fewer layers, an order for the cache, a slim base, a builder and a runtime.",
        epilog="Exit status: 0 nothing to do or written, 1 a file would change, 2 a file cannot be read or written. "
        "With --verify: 0 proved, 1 the images differ in more than the plan declares, 2 it cannot be told.",
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="Dockerfiles and folders; default: this folder")
    parser.add_argument("--write", action="store_true", help="write the files")
    parser.add_argument("--diff", action="store_true", help="show what would change, as `git apply` takes it")
    parser.add_argument("--explain", action="store_true", help="show each precondition with yes or no")
    parser.add_argument(
        "--only", action="extend", type=_names, default=[], metavar="NAMES", help="these rewrites alone"
    )
    parser.add_argument("--skip", action="extend", type=_names, default=[], metavar="NAMES", help="all but these")
    parser.add_argument(
        "--add",
        action="extend",
        type=_names,
        default=[],
        metavar="NAMES",
        help="and these, made on request: cache-mounts",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    proof = parser.add_argument_group("proof by real builds")
    add = proof.add_argument
    add("--verify", action="store_true", help="build before and after and compare; with --write, write what is proved")
    add("--builder", metavar="NAME", help="docker, podman or buildah; default: the first that answers")
    add("--smoke", metavar="CMD", help="run this in both images: a shell command, or a JSON list of words")
    add("--touch", metavar="FILE", help="change this file of the context and measure how long the next build takes")
    add("--keep", action="store_true", help="do not remove the images")
    add("--timeout", type=float, metavar="SECONDS", help="for each build; default: 1800")
    add("--build-arg", action="append", default=[], metavar="NAME=VALUE", help="handed to the builder")
    return parser.read(words)


def _dockerignore(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint dockerignore`."""
    parser = _Parser(
        prog="dlint dockerignore",
        description="Say what a .dockerignore should keep out of the build context, from what lies there.",
        epilog="Exit status: 0 nothing to do or written, 1 a file would change, 2 a file cannot be read or written.",
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="Dockerfiles and folders; default: this folder")
    parser.add_argument("--write", action="store_true", help="write or extend the file")
    parser.add_argument("--diff", action="store_true", help="show what would change")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    return parser.read(words)


def _names(text: str) -> list[str]:
    return [name for name in text.replace(",", " ").split() if name]


def _config(words: Sequence[str]) -> argparse.Namespace:
    """The options of `dlint config`."""
    parser = _Parser(
        prog="dlint config",
        description="show: what counts for a file (or the current folder), and where each value comes from. "
        "migrate: write the dlint.toml that says what .hadolint.yaml says. schema: the JSON Schema of dlint.toml.",
        allow_abbrev=False,
    )
    parser.add_argument("what", nargs="?", default="show", choices=("show", "migrate", "schema"), help="default: show")
    parser.add_argument("file", nargs="?", metavar="FILE", help="a Dockerfile (show), a .hadolint.yaml (migrate)")
    parser.add_argument("--stdout", action="store_true", help="migrate: write to standard output, and no file")
    return parser.read(words)


PARSERS = {
    "check": _check,
    "dockerignore": _dockerignore,
    "format": _format,
    "server": _server,
    "optimize": _optimize,
    "tree": _tree,
    "explain": _explain,
    "rules": _rules,
    "config": _config,
    "baseline": _baseline,
}
"""What reads the words behind each command; raises Told."""
