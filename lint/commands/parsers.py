"""The options of every command and the help text."""

from __future__ import annotations

import argparse

from ...rules.base import LEVELS
from ...syntax.instruction_checks import suggest
from ..config.arguments import OUTPUT_FORMATS
from ..config.profiles import PROFILE_NAMES
from ..terminal.exit_status import BROKEN, CLEAN
from ..terminal.streams import warn, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from _typeshed import SupportsWrite

HELP_TEXT = """\
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
  dlint completions bash         what completes commands, options and rules;
                                 also for zsh and fish
  dlint check --help             all options of linting, and so for the others

Exit status: 0 nothing found, 1 findings, 2 a file could not be read or an
option is wrong. Findings go to standard output, all else to standard error.

Switch a finding off where it stands, on the line before the instruction:
  # dlint: ignore[DL3008] reason
`# hadolint ignore=DL3008` and `# check=skip=JSONArgsRecommended` work too.
"""


HADOLINT_OPTIONS = {
    "-t": "--fail-level LEVEL",
    "--failure-threshold": "--fail-level LEVEL",
    "--no-fail": "--exit-zero",
    "-f": "--format FORMAT",
    "-o": "--output FORMAT=FILE",
    "-c": "--config FILE",
    "--no-color": "--config color=false",
    "--error": """--config 'severity.RULE="error"'""",
    "--warning": """--config 'severity.RULE="warning"'""",
    "--info": """--config 'severity.RULE="info"'""",
    "--style": """--config 'severity.RULE="style"'""",
    "--trusted-registry": """--config 'trusted-registries=["REGISTRY"]'""",
    "--require-label": """--config 'label-schema.LABEL="TYPE"'""",
    "--strict-labels": "--config strict-labels=true",
    "--disable-ignore-pragma": "--config ignore-comments=false",
    "--file-path-in-report": "--stdin-filename NAME",
    "-v": "--version",
}
"""Options of hadolint that are called otherwise here."""


class ParserExit(Exception):
    """The command line was a wish for help, or wrong: all is said, and `status` is the exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class CommandParser(argparse.ArgumentParser):
    """argparse with examples in its help and a next step in its errors; it raises Told where argparse ends the process.

    `examples` are pairs of a command and what it does. `about` is a line for lists of commands.
    """

    def __init__(
        self,
        command: str,
        about: str,
        description: str,
        examples: Sequence[tuple[str, str]],
        epilog: str = "",
        paths: str = "[PATH …]",
    ) -> None:
        words = "[check]" if command == "check" else command
        super().__init__(
            prog=f"dlint {command}",
            usage=" ".join(("dlint", words, "[options]", paths)).rstrip(),
            description=description,
            epilog=epilog,
            allow_abbrev=False,
        )
        self._positionals.title = "arguments"
        self.about = about
        self.examples = examples

    def parse_words(self, words: Sequence[str]) -> argparse.Namespace:
        """The options in `words`."""
        arguments, unknown = self.parse_known_args(words)
        for word in unknown:
            option = word.partition("=")[0]
            if option[:1] == "-":
                if self.prog == "dlint check" and option in HADOLINT_OPTIONS:
                    self.error(
                        f"there is no option `{option}`; what it does in hadolint, `{HADOLINT_OPTIONS[option]}` does;"
                    )
                near = suggest(option, self._option_string_actions) if len(option) > 2 else ""
                self.error(f"there is no option `{option}`" + (f", did you mean `{near}`?" if near else ";"))
            self.error(f"`{word}` is one argument too many;")
        return arguments

    def visible_actions(self) -> list[argparse.Action]:
        """The arguments and options that help shows."""
        return [action for action in self._actions if action.help != argparse.SUPPRESS]

    def _check_value(self, action: argparse.Action, value: object) -> None:
        """Say which words there are, and which of them may be meant."""
        words = list(map(str, action.choices or ()))
        if words and value not in words:
            name = "/".join(action.option_strings) or self.prog
            near = suggest(str(value), words)
            self.error(
                f"`{name}` takes {', '.join(words)}, not `{value}`" + (f"; did you mean `{near}`?" if near else "")
            )

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to look."""
        warn(f"{message if message[-1] in '?;' else message + ';'} `{self.prog} --help` shows what there is")
        self.exit(BROKEN)

    def format_help(self) -> str:
        """argparse's text, then the examples with what they do beside them, or below where a line would be too long."""
        column = max(len(command) for command, _ in self.examples if len(command) < HELP_WIDTH // 2) + 4
        beside = "\n" + " " * column
        lines = [
            f"  {command:{column - 2}}{what}" if len(command) < column - 2 else f"  {command}{beside}{what}"
            for command, what in self.examples
        ]
        return super().format_help() + "\nexamples:\n" + "".join(line + "\n" for line in lines)

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Write the help as all output is written."""
        write_stdout(self.format_help())

    def exit(self, status: int = CLEAN, message: str | None = None) -> NoReturn:
        """Leave the reading of options."""
        raise ParserExit(status)


def _check() -> CommandParser:
    parser = CommandParser(
        "check",
        "lint files, and fix them",
        "Lint files, and folders with all Dockerfiles below them (.gitignore respected).",
        (
            ("dlint .", "every Dockerfile below this folder"),
            ("dlint check --select OPT,DL3008 .", "only these rules"),
            ("dlint check --fix .", "repair what is safe, show the rest"),
            ("dlint check --unsafe-fixes --diff .", "what more could be repaired"),
            ("dlint check --output sarif=dlint.sarif .", "to a file as well"),
            ("dlint check --changed-since HEAD .", "only what is new since a commit"),
            ("dlint check --config 'severity.DL3008=\"error\"' .", "a key of the configuration"),
            ("dlint check - --stdin-filename api/Dockerfile < Dockerfile", "standard input, as if it lay in api/"),
        ),
        _RULES,
    )
    add = parser.add_argument
    _choosing(parser)
    add("--fix", action="store_true", help="repair what can be repaired safely; report the rest")
    add("--unsafe-fixes", action="store_true", help="with --fix or --diff: also what may change what the image does")
    add("--diff", action="store_true", help="write nothing; show what --fix would change")
    add("--fix-only", action="store_true", help="as --fix, and report nothing")
    add("--fixable", action="append", default=[], metavar="RULES", help="fix only findings of these")
    add("--unfixable", action="append", default=[], metavar="RULES", help="fix no findings of these")
    forms = f"{', '.join(OUTPUT_FORMATS)}; default: full on a terminal, else concise"
    add("--format", choices=OUTPUT_FORMATS, metavar="FORMAT", help=forms)
    add("--output", action="append", default=[], metavar="FORMAT=FILE", help="write the findings to a file as well")
    add("--stdin-filename", metavar="NAME", help="the name of what - reads: shown, and its folder is the context")
    add("--baseline", metavar="FILE", help="tell only what is not in this file, which `dlint baseline` writes")
    add("--changed-since", metavar="REV", help="tell only what the files did not have at this revision of git")
    add("--add-ignore", action="store_true", help="write a comment that switches it off before each finding")
    add("--statistics", action="store_true", help="tell how often each rule was found, not where")
    add("--fail-level", choices=LEVELS, help="exit with 1 only for findings of this severity or a graver one")
    add("--exit-zero", action="store_true", help="exit with 0 although something was found")
    return parser


def _choosing(parser: CommandParser) -> None:
    """The options that choose files, rules and configuration."""
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="file, folder, or - for standard input (default: the current folder)")
    add("--select", action="append", default=[], metavar="RULES", help="run only these")
    add("--extend-select", action="append", default=[], metavar="RULES", help="run these too")
    add("--ignore", action="append", default=[], metavar="RULES", help="do not run these")
    add(
        "--profile",
        choices=PROFILE_NAMES,
        help="the rules that run unless selected: those of another tool, or all (strict)",
    )
    add(
        "--config",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a key of the configuration (docs/configuration.md), its value in TOML; or the one FILE that counts",
    )
    add("--exclude", action="append", default=[], metavar="PATTERN", help="leave out files, .gitignore syntax")
    add("--force-exclude", action="store_true", help="leave out what is excluded also when it is named, as by a hook")
    add("--isolated", action="store_true", help="read no configuration file")
    add("--no-cache", action="store_true", help="neither read nor write a cache of results")


def _baseline() -> CommandParser:
    parser = CommandParser(
        "baseline",
        "write down what is found now; from then on only what is new is told",
        "Write down what is found now, so that `dlint --baseline FILE` tells only what is new. "
        "The file is that of --baseline or of the key `baseline`, else .dlint-baseline.json.",
        (
            ("dlint baseline", "write .dlint-baseline.json"),
            ("dlint --baseline .dlint-baseline.json .", "only what is not in it"),
            ("dlint baseline --prune", "forget what was mended"),
            ("dlint baseline api/", "write a part anew, keep the rest"),
        ),
        _RULES,
    )
    _choosing(parser)
    parser.add_argument("--baseline", metavar="FILE", help="the file, when it is to be another one")
    parser.add_argument("--prune", action="store_true", help="only take out what is not found any more")
    # What `dlint check` has beside that.
    parser.set_defaults(fixable=[], unfixable=[], format=None, fail_level=None, exit_zero=False)
    parser.set_defaults(unsafe_fixes=False, stdin_filename=None, changed_since=None)
    return parser


def _format() -> CommandParser:
    parser = CommandParser(
        "format",
        "lay files out in the same way",
        "Lay Dockerfiles out in the same way: case, blanks, indentation, line breaks. What is built stays "
        "the same, as do the words of comments and here-documents.",
        (
            ("dlint format .", "every Dockerfile below this folder"),
            ("dlint format --check .", "for CI: say which would change"),
            ("dlint format --diff Dockerfile", "show what would change"),
            ("dlint format - < Dockerfile", "standard input to standard output"),
        ),
        "Exit status: 0; 1 when --check or --diff finds something to change; 2 when a file cannot be formatted.",
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="file, folder, or - for standard input (default: the current folder)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="write nothing; say which files would change")
    how.add_argument("--diff", action="store_true", help="write nothing; show what would change")
    add("--exclude", action="append", default=[], metavar="PATTERN", help="leave out files, .gitignore syntax")
    add("--stdin-filename", metavar="NAME", help="what messages call the file that - reads")
    return parser


def _server() -> CommandParser:
    parser = CommandParser(
        "server",
        "serve an editor",
        "Serve an editor by the Language Server Protocol, on standard input and output.",
        (
            ("dlint server", "what an editor starts"),
            ("dlint server --tcp 7007", "for an editor that connects to a port"),
        ),
        "Needs pygls: pip install 'dockerfile-dlint[server]'. docs/editors.md says how editors start it.",
        "",
    )
    add = parser.add_argument
    add(
        "--tcp", nargs="?", const="0", metavar="[HOST:]PORT", help="serve one client on a port of this machine (0: any)"
    )
    add("--port", metavar="PORT", help="as --tcp PORT")
    add("--host", metavar="HOST", help="with --tcp or --port: 127.0.0.1 (which it is anyway), ::1 or localhost")
    add("--stdio", action="store_true", help="what it does anyway; some editors say so")
    add("--clientProcessId", metavar="ID", help=argparse.SUPPRESS)
    add("--verbose", action="store_true", help="log every message on standard error")
    return parser


def _tree() -> CommandParser:
    parser = CommandParser(
        "tree",
        "show how a file is read",
        "Show how a Dockerfile is read: an instruction a line, as BuildKit takes it apart.",
        (
            ("dlint tree Dockerfile", "an instruction a line"),
            ("dlint tree --format json Dockerfile", "with spans, flags and stages"),
        ),
        "Exit status: 0, 1 when BuildKit refuses the file, 2 when it cannot be read.",
        "FILE",
    )
    parser.add_argument("file", metavar="FILE", help="a Dockerfile, or - for standard input")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    return parser


def _explain() -> CommandParser:
    parser = CommandParser(
        "explain",
        "what a rule finds, why, and examples",
        "Say what a rule finds, why, and with which examples.",
        (
            ("dlint explain DL3009", "by its code"),
            ("dlint explain apt-lists CKV_DOCKER_5", "by its name, and by another tool's name"),
            ("dlint explain CTX", "every rule about the build context"),
        ),
        paths="RULE …",
    )
    parser.add_argument("rules", nargs="+", metavar="RULE", help="code, prefix, name or another tool's name")
    return parser


def _rules() -> CommandParser:
    parser = CommandParser(
        "rules",
        "list all rules",
        "List all rules: code, name, severity, whether it is on by default, and what it finds.",
        (("dlint rules", "a line each"), ("dlint rules --format json", "for a program")),
        paths="",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    return parser


def _optimize() -> CommandParser:
    parser = CommandParser(
        "optimize",
        "rewrite to a builder and a slim runtime",
        "Rewrite Dockerfiles: fewer layers, an order for the cache, a slim base, a builder and a runtime.",
        (
            ("dlint optimize .", "the plan, and why something is left alone"),
            ("dlint optimize --diff Dockerfile", "what would change"),
            ("dlint optimize --write Dockerfile", "write the Dockerfile and its .dockerignore"),
            ("dlint optimize --only layers,order --diff .", "some rewrites alone"),
            ("dlint optimize -i Dockerfile", "take or leave each of them"),
            ("dlint optimize --verify Dockerfile", "build before and after, and compare"),
        ),
        "Exit status: 0 nothing to do or written, 1 a file would change, 2 a file cannot be read or written. "
        "With --verify: 0 proved, 1 the images differ in more than the plan declares, 2 it cannot be told.",
    )
    _rewriting(parser)
    proof = parser.add_argument_group("proof by real builds")
    add = proof.add_argument
    add("--verify", action="store_true", help="build before and after and compare; with --write, write what is proved")
    add("--builder", metavar="BUILDER", help="docker, podman or buildah; default: the first that answers")
    add("--smoke", metavar="CMD", help="run this in both images: a shell command, or a JSON list of words")
    add("--touch", metavar="FILE", help="change this file of the context and measure how long the next build takes")
    add("--keep", action="store_true", help="do not remove the images")
    add("--timeout", type=float, metavar="SECONDS", help="for each build; default: 1800")
    add("--build-arg", action="append", default=[], metavar="NAME=VALUE", help="handed to the builder")
    return parser


def _rewriting(parser: CommandParser) -> None:
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="Dockerfiles and folders; default: this folder")
    add("--write", action="store_true", help="write the files")
    add("--diff", action="store_true", help="show what would change, as `git apply` takes it")
    add("-i", "--interactive", action="store_true", help="ask for each, and write what is taken")
    add("--explain", action="store_true", help="show each precondition with yes or no")
    add("--only", action="extend", type=_names, default=[], metavar="NAMES", help="these rewrites alone")
    add("--skip", action="extend", type=_names, default=[], metavar="NAMES", help="all but these")
    add(
        "--add",
        action="extend",
        type=_names,
        default=[],
        metavar="NAMES",
        help="and these, made on request: cache-mounts, non-root",
    )
    add("--format", choices=("text", "json"), default="text", help="default: text")


def _dockerignore() -> CommandParser:
    parser = CommandParser(
        "dockerignore",
        "what the build context should not send",
        "Say what a .dockerignore should keep out of the build context, from what lies there.",
        (
            ("dlint dockerignore .", "what, how many bytes, and why"),
            ("dlint dockerignore --diff .", "the lines that would be added"),
            ("dlint dockerignore --write .", "write or extend the file"),
        ),
        "Exit status: 0 nothing to do or written, 1 a file would change, 2 a file cannot be read or written.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="Dockerfiles and folders; default: this folder")
    parser.add_argument("--write", action="store_true", help="write or extend the file")
    parser.add_argument("--diff", action="store_true", help="show what would change")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    return parser


def _names(text: str) -> list[str]:
    return [name for name in text.replace(",", " ").split() if name]


def _config() -> CommandParser:
    parser = CommandParser(
        "config",
        "what counts here and why; coming from .hadolint.yaml",
        "show: what counts for a file (or the current folder), and where each value comes from. "
        "migrate: write the dlint.toml that says what .hadolint.yaml says. schema: the JSON Schema of dlint.toml.",
        (
            ("dlint config show", "what counts in this folder"),
            ("dlint config show Dockerfile", "for a file, and who builds it"),
            ("dlint config migrate --stdout", "what would be written for .hadolint.yaml"),
            ("dlint config schema", "for editors"),
        ),
        paths="[show|migrate|schema] [FILE]",
    )
    parser.add_argument("what", nargs="?", default="show", choices=("show", "migrate", "schema"), help="default: show")
    parser.add_argument("file", nargs="?", metavar="FILE", help="a Dockerfile (show), a .hadolint.yaml (migrate)")
    parser.add_argument("--stdout", action="store_true", help="migrate: write to standard output, and no file")
    return parser


def _completions() -> CommandParser:
    parser = CommandParser(
        "completions",
        "complete commands, options and rules in a shell",
        "Write what completes commands, options, rules and configuration keys in bash, zsh or fish.",
        (
            ('eval "$(dlint completions bash)"', "bash: in ~/.bashrc"),
            ('eval "$(dlint completions zsh)"', "zsh: in ~/.zshrc, behind compinit"),
            ("dlint completions fish | source", "fish: in ~/.config/fish/config.fish"),
        ),
        paths="bash|zsh|fish",
    )
    parser.add_argument("shell", choices=SHELLS, metavar="|".join(SHELLS), help="the shell")
    return parser


SHELLS = ("bash", "zsh", "fish")
HELP_WIDTH = 80
_RULES = (
    "RULES are codes (DL3008), prefixes of codes (DL), names (apt-pin), other tools' names (CopyIgnoredFile, "
    "CKV_DOCKER_5) or ALL, with commas between them; the longer one wins over the shorter. `dlint rules` lists them."
)

PARSERS = {
    "check": _check,
    "format": _format,
    "optimize": _optimize,
    "dockerignore": _dockerignore,
    "explain": _explain,
    "rules": _rules,
    "config": _config,
    "baseline": _baseline,
    "server": _server,
    "tree": _tree,
    "completions": _completions,
}
"""What makes the parser of each command."""
