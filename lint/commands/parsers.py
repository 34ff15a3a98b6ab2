"""The options of every command, and the help texts."""

from __future__ import annotations

import argparse

from ...rules.base import CONFIDENCES, LEVELS
from ...syntax.instruction_checks import suggest
from ..config.arguments import OUTPUT_FORMATS
from ..config.profiles import PROFILE_NAMES
from ..terminal.colors import COLOR_CHOICES
from ..terminal.exit_status import BROKEN, CLEAN
from ..terminal.streams import warn, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from _typeshed import SupportsWrite

HELP_TEXT = """\
dlint: a linter, fixer, formatter and optimizer for Dockerfiles

Usage: dlint [COMMAND] [OPTIONS] [PATH …]

Commands:
  check         lint files and fix them (default)
  format        format files
  optimize      rewrite to a multi-stage build with a slim runtime
  dockerignore  propose a .dockerignore
  baseline      record existing findings, so that only new ones are reported
  explain       explain a rule
  rules         list all rules
  config        show or convert the configuration
  tree          show how a file is parsed
  server        run the language server
  completions   print shell completions
  help          show the help of a command

Examples:
  dlint .                            lint all Dockerfiles in this directory
  dlint --select OPT,DL3008 .        run only these rules
  dlint --ignore DL3015 .            run the default rules except this one
  dlint --diff .                     show what --fix would change
  dlint --fix .                      apply safe fixes
  dlint --format json . > out.json   write findings as JSON
  dlint - < Dockerfile               lint standard input
  dlint explain DL3009               explain a rule
  dlint check --help                 show all options

Exit status: 0 no findings, 1 findings, 2 a file could not be read, or an
option or the configuration is invalid.

To ignore a finding, put a comment on the line before the instruction:
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
    "--no-color": "--color never",
    "--error": """--config 'severity.RULE="error"'""",
    "--warning": """--config 'severity.RULE="warning"'""",
    "--info": """--config 'severity.RULE="info"'""",
    "--style": """--config 'severity.RULE="style"'""",
    "--trusted-registry": """--config 'trusted-registries=["REGISTRY"]'""",
    "--require-label": """--config 'label-schema.LABEL="TYPE"'""",
    "--strict-labels": "--config strict-labels=true",
    "--disable-ignore-pragma": "--config ignore-comments=false",
    "--file-path-in-report": "--stdin-filename NAME",
}
"""Options of hadolint that have another name in dlint."""

SHELLS = ("bash", "zsh", "fish")
HELP_WIDTH = 80
_HELP_COLUMN = 26
"""Where the help of an option starts; the longest option fits before it."""
_RULES = (
    "RULES is a comma-separated list of codes (DL3008), prefixes of codes (DL), names (apt-pin), other tools' names "
    "(CopyIgnoredFile, CKV_DOCKER_5) or ALL; the more specific selector wins. See `dlint rules`."
)


class ParserExit(Exception):
    """Help was shown, or the command line is invalid and the error was written; `status` is the exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class CommandParser(argparse.ArgumentParser):
    """argparse with examples in its help and suggestions in its errors; raises ParserExit instead of exiting.

    `about` is a short description for lists of commands, `examples` are pairs of a command and what it does.
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
            usage=" ".join(("dlint", words, "[OPTIONS]", paths)).rstrip(),
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            add_help=False,
            formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=_HELP_COLUMN),
        )
        self._positionals.title = "Arguments"
        self.about = about
        self.examples = examples

    def group(self, title: str) -> Callable[..., argparse.Action]:
        """What adds options under a heading of the help."""
        return self.add_argument_group(title).add_argument

    def parse_words(self, words: Sequence[str]) -> argparse.Namespace:
        """The options in `words`. Raises ParserExit."""
        arguments, unknown = self.parse_known_args(words)
        for word in unknown:
            option = word.partition("=")[0]
            if option[:1] != "-":
                self.error(f"unexpected argument `{word}`")
            if self.prog == "dlint check" and option in HADOLINT_OPTIONS:
                self.error(f"unknown option `{option}`; use `{HADOLINT_OPTIONS[option]}`")
            near = suggest(option, self._option_string_actions) if len(option) > 2 else ""
            self.error(f"unknown option `{option}`" + (f". Did you mean `{near}`?" if near else ""))
        return arguments

    def visible_actions(self) -> list[argparse.Action]:
        """The arguments and options that help shows."""
        return [action for action in self._actions if action.help != argparse.SUPPRESS]

    def _check_value(self, action: argparse.Action, value: object) -> None:
        """Report an invalid choice, with the valid ones and the closest."""
        words = list(map(str, action.choices or ()))
        if words and value not in words:
            name = "/".join(action.option_strings) or self.prog
            near = suggest(str(value), words)
            expected = f"{', '.join(words[:-1])} or {words[-1]}"
            self.error(
                f"invalid value `{value}` for `{name}` (expected {expected})"
                + (f". Did you mean `{near}`?" if near else "")
            )

    def error(self, message: str) -> NoReturn:
        """Write what is wrong and where to find help. Raises ParserExit."""
        text = _plain_error(message)
        warn(f"{text}{'' if text[-1] == '?' else ';'} see `{self.prog} --help`".replace("? see", "? See"))
        self.exit(BROKEN)

    def format_help(self) -> str:
        """argparse's text, then the examples with their descriptions in a column, or on the next line if too long."""
        column = max(len(command) for command, _ in self.examples if len(command) < HELP_WIDTH // 2) + 4
        next_line = "\n" + " " * column
        lines = [
            f"  {command:{column - 2}}{what}" if len(command) < column - 2 else f"  {command}{next_line}{what}"
            for command, what in self.examples
        ]
        text = super().format_help().replace("usage: ", "Usage: ", 1)
        return text + "\nExamples:\n" + "".join(line + "\n" for line in lines)

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Write the help to standard output. Raises OutputError."""
        write_stdout(self.format_help())

    def exit(self, status: int = CLEAN, message: str | None = None) -> NoReturn:
        """Raise ParserExit."""
        raise ParserExit(status)


_ARGPARSE_ERRORS = {
    "expected one argument": "requires a value",
    "expected at least one argument": "requires a value",
}


def _plain_error(message: str) -> str:
    """An error of argparse, rephrased."""
    prefix, missing = "argument ", "the following arguments are required: "
    if message.startswith(missing):
        return f"missing argument {message.removeprefix(missing)}"
    if not message.startswith(prefix):
        return message
    option, _, what = message.removeprefix(prefix).partition(": ")
    other = what.removeprefix("not allowed with argument ")
    if other != what:
        return f"`{option}` cannot be used with `{other}`"
    return f"`{option}` {_ARGPARSE_ERRORS[what]}" if what in _ARGPARSE_ERRORS else f"`{option}`: {what}"


# Options that several commands have ------------------------------------------------------------------------------


def _paths(parser: CommandParser) -> None:
    what = "file, directory, or - for standard input; default: ."
    parser.add_argument("paths", nargs="*", metavar="PATH", help=what)


def _files_and_directories(parser: CommandParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="Dockerfile or directory; default: .")


def _rule_selection(parser: CommandParser) -> None:
    add = parser.group("Rule selection")
    add("--select", action="append", default=[], metavar="RULES", help="run only these rules")
    add("--extend-select", action="append", default=[], metavar="RULES", help="run these rules too")
    add("--ignore", action="append", default=[], metavar="RULES", help="do not run these rules")
    profiles = f"{', '.join(PROFILE_NAMES[:-1])} or {PROFILE_NAMES[-1]} (all rules)"
    add("--profile", choices=PROFILE_NAMES, metavar="PROFILE", help=profiles)
    add("--preview", action="store_true", help="run new rules that are not yet on by default")
    confidences = f"lowest confidence reported: {', '.join(CONFIDENCES[:-1])} or {CONFIDENCES[-1]}; default: medium"
    add("--confidence", choices=CONFIDENCES, metavar="LEVEL", help=confidences)


def _exclude(add: Callable[..., argparse.Action]) -> None:
    add("--exclude", action="append", default=[], metavar="PATTERN", help="skip matching files (.gitignore syntax)")


def _context(add: Callable[..., argparse.Action]) -> None:
    add("--context", metavar="DIR", help="the build context of the files")


def _common(parser: CommandParser) -> None:
    """The last groups: options of all commands that read Dockerfiles under a configuration."""
    add = parser.group("Configuration")
    add("--config", action="append", default=[], metavar="KEY=VALUE", help="set a key (value in TOML), or use a FILE")
    add("--isolated", action="store_true", help="ignore all configuration files")
    _miscellaneous(parser, no_cache=True)


def _miscellaneous(parser: CommandParser, *, no_cache: bool = False) -> None:
    """The last group, with the options of verbosity and color."""
    group = parser.add_argument_group("Miscellaneous")
    add = group.add_argument
    if no_cache:
        add("--no-cache", action="store_true", help="no effect: dlint has no cache")
    add("--color", choices=COLOR_CHOICES, default="auto", metavar="WHEN", help="auto, always or never")
    loudness = group.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="write only findings and errors")
    loudness.add_argument("-v", "--verbose", action="store_true", help="write details, such as the build contexts")
    _help(add)


def _help(add: Callable[..., argparse.Action]) -> None:
    add("-h", "--help", action="help", help="show this help")


def _format_of_text(add: Callable[..., argparse.Action]) -> None:
    add("--format", choices=("text", "json"), default="text", metavar="FORMAT", help="text or json; default: text")


# The commands ----------------------------------------------------------------------------------------------------


def _check() -> CommandParser:
    parser = CommandParser(
        "check",
        "lint files and fix them",
        "Lint files, and all Dockerfiles in directories; files ignored by .gitignore are skipped.",
        (
            ("dlint .", "all Dockerfiles in this directory"),
            ("dlint check --select OPT,DL3008 .", "only these rules"),
            ("dlint check --fix .", "apply safe fixes, report the rest"),
            ("dlint check --unsafe-fixes --diff .", "preview all fixes"),
            ("dlint check --output sarif=dlint.sarif .", "also write to a file"),
            ("dlint check --changed-since HEAD .", "only findings that are new since HEAD"),
            ("dlint check --config 'severity.DL3007=\"error\"' .", "set a key of the configuration"),
            ("dlint check - --stdin-filename api/Dockerfile < Dockerfile", "standard input, as if in api/"),
        ),
        _RULES,
    )
    _paths(parser)
    _rule_selection(parser)
    add = parser.group("Fixes")
    add("--fix", action="store_true", help="apply safe fixes, report remaining findings")
    add("--unsafe-fixes", action="store_true", help="include fixes that may change the image")
    add("--diff", action="store_true", help="show what --fix would change; write nothing")
    add("--fix-only", action="store_true", help="like --fix, but do not report remaining findings")
    add("--show-fixes", action="store_true", help="list the fixes that were applied")
    add("--fixable", action="append", default=[], metavar="RULES", help="fix only these rules")
    add("--unfixable", action="append", default=[], metavar="RULES", help="do not fix these rules")
    add("--add-ignore", action="store_true", help="add a comment that ignores each finding")
    add = parser.group("Output")
    forms = f"{', '.join(OUTPUT_FORMATS[:-1])} or {OUTPUT_FORMATS[-1]}; default: full on a terminal, else concise"
    add("--format", choices=OUTPUT_FORMATS, metavar="FORMAT", help=forms)
    add("--output", action="append", default=[], metavar="FORMAT=FILE", help="also write the findings to a file")
    add("--statistics", action="store_true", help="print the number of findings per rule")
    add("--baseline", metavar="FILE", help="report only findings that are not in FILE")
    add("--changed-since", metavar="REV", help="report only findings new since this git revision")
    fails = f"lowest severity that fails: {', '.join(LEVELS[:-1])} or {LEVELS[-1]}"
    add("--fail-level", choices=LEVELS, metavar="LEVEL", help=fails)
    add("--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    add = parser.group("Files")
    _exclude(add)
    add("--force-exclude", action="store_true", help="exclude files even if passed explicitly")
    _context(add)
    add("--stdin-filename", metavar="NAME", help="name of standard input, which sets its context")
    add("--show-files", action="store_true", help="list the files that would be linted")
    _common(parser)
    return parser


def _baseline() -> CommandParser:
    parser = CommandParser(
        "baseline",
        "record existing findings, so that only new ones are reported",
        "Record existing findings, so that `dlint --baseline FILE` reports only new ones.",
        (
            ("dlint baseline", "write .dlint-baseline.json"),
            ("dlint --baseline .dlint-baseline.json .", "report only new findings"),
            ("dlint baseline --prune", "remove fixed findings"),
            ("dlint baseline api/", "update api/, keep the rest"),
        ),
        _RULES,
    )
    _paths(parser)
    _rule_selection(parser)
    add = parser.group("Output")
    add("--baseline", metavar="FILE", help="default: key `baseline`, else .dlint-baseline.json")
    add("--prune", action="store_true", help="only remove findings that no longer exist")
    add = parser.group("Files")
    _exclude(add)
    add("--force-exclude", action="store_true", help="exclude files even if passed explicitly")
    _common(parser)
    # What collect_reports reads of `dlint check`.
    parser.set_defaults(stdin_filename=None, changed_since=None)
    return parser


def _format() -> CommandParser:
    parser = CommandParser(
        "format",
        "format files",
        "Format Dockerfiles: case, whitespace, indentation, line breaks. The build stays the same, as do the text of "
        "comments and heredocs.",
        (
            ("dlint format .", "all Dockerfiles in this directory"),
            ("dlint format --check .", "for CI: list files that would change"),
            ("dlint format --diff Dockerfile", "preview the changes"),
            ("dlint format - < Dockerfile", "standard input to standard output"),
        ),
        "Exit status: 0; 1 if --check or --diff would change a file; 2 if a file cannot be formatted.",
    )
    _paths(parser)
    group = parser.add_argument_group("Output")
    modes = group.add_mutually_exclusive_group()
    modes.add_argument("--check", action="store_true", help="list files that would change; write nothing")
    modes.add_argument("--diff", action="store_true", help="show what would change; write nothing")
    add = parser.group("Files")
    _exclude(add)
    add("--stdin-filename", metavar="NAME", help="name of standard input in messages")
    _common(parser)
    return parser


def _server() -> CommandParser:
    parser = CommandParser(
        "server",
        "run the language server",
        "Serve an editor over the Language Server Protocol, on standard input and output.",
        (
            ("dlint server", "what an editor starts"),
            ("dlint server --tcp 7007", "for an editor that connects to a port"),
        ),
        "Requires pygls: pip install 'dockerfile-dlint[server]'. See docs/editors.md.",
        "",
    )
    add = parser.group("Connection")
    add("--tcp", nargs="?", const="0", metavar="[HOST:]PORT", help="serve one client on a local port (0: any)")
    add("--port", metavar="PORT", help="same as --tcp PORT")
    add("--host", metavar="HOST", help="127.0.0.1 (default), ::1 or localhost")
    add("--stdio", action="store_true", help="use standard input and output (default)")
    add("--clientProcessId", metavar="ID", help=argparse.SUPPRESS)
    add = parser.group("Miscellaneous")
    add("--verbose", action="store_true", help="log every message to standard error")
    _help(add)
    return parser


def _tree() -> CommandParser:
    parser = CommandParser(
        "tree",
        "show how a file is parsed",
        "Show how dlint and BuildKit parse a Dockerfile, one instruction per line.",
        (
            ("dlint tree Dockerfile", "one line per instruction"),
            ("dlint tree --format json Dockerfile", "with spans, flags and stages"),
        ),
        "Exit status: 0; 1 if BuildKit rejects the file; 2 if it cannot be read.",
        "FILE",
    )
    parser.add_argument("file", metavar="FILE", help="a Dockerfile, or - for standard input")
    _format_of_text(parser.group("Output"))
    _miscellaneous(parser)
    return parser


def _explain() -> CommandParser:
    parser = CommandParser(
        "explain",
        "explain a rule",
        "Explain what a rule finds and why, with examples.",
        (
            ("dlint explain DL3009", "by code"),
            ("dlint explain apt-lists CKV_DOCKER_5", "by name, or another tool's name"),
            ("dlint explain CTX", "all rules about the build context"),
        ),
        paths="RULE …",
    )
    parser.add_argument("rules", nargs="+", metavar="RULE", help="code, prefix, name or another tool's name")
    _help(parser.group("Miscellaneous"))
    return parser


def _rules() -> CommandParser:
    parser = CommandParser(
        "rules",
        "list all rules",
        "List all rules: code, name, severity, confidence, whether it is on by default, and what it finds.",
        (("dlint rules", "one line per rule"), ("dlint rules --format json", "as JSON")),
        paths="",
    )
    _format_of_text(parser.group("Output"))
    _help(parser.group("Miscellaneous"))
    return parser


def _optimize() -> CommandParser:
    parser = CommandParser(
        "optimize",
        "rewrite to a multi-stage build with a slim runtime",
        "Rewrite Dockerfiles: fewer layers, an order that uses the cache, a slim base image, a builder and a runtime "
        "stage.",
        (
            ("dlint optimize .", "the plan, and what is refused and why"),
            ("dlint optimize --diff Dockerfile", "preview the changes"),
            ("dlint optimize --write Dockerfile", "write the Dockerfile and its .dockerignore"),
            ("dlint optimize --only layers,order --diff .", "only some rewrites"),
            ("dlint optimize -i Dockerfile", "accept or reject each rewrite"),
            ("dlint optimize --verify Dockerfile", "build before and after, and compare"),
        ),
        "NAMES is a comma-separated list of dockerignore, layers, multi-stage, slim-base, order, and the optional "
        "cache-mounts and non-root. "
        "Exit status: 0 no changes, or all written; 1 a file would change; 2 a file could not be read or written. "
        "With --verify: 0 verified; 1 the images differ in more than the plan declares; 2 not verifiable.",
    )
    _files_and_directories(parser)
    add = parser.group("Rewrites")
    add("--only", action="extend", type=_names, default=[], metavar="NAMES", help="make only these rewrites")
    add("--skip", action="extend", type=_names, default=[], metavar="NAMES", help="make all rewrites except these")
    also = "also make these: cache-mounts, non-root"
    add("--add", action="extend", type=_names, default=[], metavar="NAMES", help=also)
    add("--write", action="store_true", help="write the files")
    add("-i", "--interactive", action="store_true", help="ask for each rewrite, then write")
    add = parser.group("Verification")
    add("--verify", action="store_true", help="build before and after, and compare the images")
    add("--builder", metavar="BUILDER", help="docker, podman or buildah; default: first available")
    add("--smoke", metavar="CMD", help="command to run in both images (shell or JSON list)")
    add("--touch", metavar="FILE", help="change FILE in the context and time the rebuild")
    add("--keep", action="store_true", help="keep the images")
    add("--timeout", type=float, metavar="SECONDS", help="time limit of each build; default: 1800")
    add("--build-arg", action="append", default=[], metavar="NAME=VALUE", help="build argument for the builder")
    add = parser.group("Output")
    add("--diff", action="store_true", help="show what would change, as a patch")
    add("--explain", action="store_true", help="show each precondition, and where each instruction goes and why")
    forms = "text, json, or markdown for a pull request; default: text"
    add("--format", choices=("text", "json", "markdown"), default="text", metavar="FORMAT", help=forms)
    add = parser.group("Files")
    _exclude(add)
    _context(add)
    _common(parser)
    return parser


def _dockerignore() -> CommandParser:
    parser = CommandParser(
        "dockerignore",
        "propose a .dockerignore",
        "Propose what a .dockerignore should exclude, based on the files in the build context.",
        (
            ("dlint dockerignore .", "patterns, sizes and reasons"),
            ("dlint dockerignore --diff .", "preview the changes"),
            ("dlint dockerignore --write .", "create or extend the file"),
        ),
        "Exit status: 0 no changes, or all written; 1 a file would change; 2 a file could not be read or written.",
    )
    _files_and_directories(parser)
    add = parser.group("Output")
    add("--write", action="store_true", help="create or extend the file")
    add("--diff", action="store_true", help="show what would change, as a patch")
    _format_of_text(add)
    add = parser.group("Files")
    _exclude(add)
    _context(add)
    _common(parser)
    return parser


def _names(text: str) -> list[str]:
    return [name for name in text.replace(",", " ").split() if name]


def _config() -> CommandParser:
    parser = CommandParser(
        "config",
        "show or convert the configuration",
        "show: the configuration of a file or of the current directory, with the source of each value. "
        "migrate: convert .hadolint.yaml to dlint.toml. schema: the JSON Schema of dlint.toml.",
        (
            ("dlint config show", "for the current directory"),
            ("dlint config show Dockerfile", "for a file, with how it is built"),
            ("dlint config migrate --stdout", "preview the converted .hadolint.yaml"),
            ("dlint config schema", "for editors"),
        ),
        paths="[show|migrate|schema] [FILE]",
    )
    parser.add_argument("what", nargs="?", default="show", choices=("show", "migrate", "schema"), help="default: show")
    parser.add_argument("file", nargs="?", metavar="FILE", help="a Dockerfile (show) or .hadolint.yaml (migrate)")
    add = parser.group("Output")
    add("--stdout", action="store_true", help="migrate: write to standard output, not to a file")
    _help(parser.group("Miscellaneous"))
    return parser


def _completions() -> CommandParser:
    parser = CommandParser(
        "completions",
        "print shell completions",
        "Print a script that completes commands, options, rules and configuration keys in bash, zsh or fish.",
        (
            ('eval "$(dlint completions bash)"', "bash: in ~/.bashrc"),
            ('eval "$(dlint completions zsh)"', "zsh: in ~/.zshrc, after compinit"),
            ("dlint completions fish | source", "fish: in ~/.config/fish/config.fish"),
        ),
        paths="bash|zsh|fish",
    )
    parser.add_argument("shell", choices=SHELLS, metavar="|".join(SHELLS), help="the shell")
    _help(parser.group("Miscellaneous"))
    return parser


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
"""The function that makes the parser of each command."""
