"""The manual page dlint(1), made from the parsers and the table of configuration keys; tools/make_docs.py writes it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from dockerfile_dlint.lint.commands.parsers import CommandParser

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"

DESCRIPTION = """\
.B dlint
reads Dockerfiles as BuildKit does and says what makes a build slow, an image big, or both unsafe: with the words that
are meant, the reason, and what to do.
It repairs what can be repaired without breaking a build, and rewrites a single stage to a builder and a slim runtime.
.PP
Without a command it lints
.RB ( "dlint check" ),
and without a path it takes the current folder and what is below it.
.B dlint help
.I COMMAND
shows what stands here about a command.
"""
STATUS = (
    ("0", "nothing was found"),
    ("1", "findings"),
    ("2", "a file could not be read, or an option or a configuration is wrong"),
)
FILES = (
    (
        "dlint.toml, .dlint.toml, pyproject.toml",
        "The configuration (in pyproject.toml the table tool.dlint): the nearest one at or above a Dockerfile, up to "
        "the top of its repository.",
    ),
    (".hadolint.yaml, .hadolint.yml", "hadolint's configuration, read where there is none of dlint."),
    (".dlint-baseline.json", "Old findings, written by dlint baseline."),
)
ENVIRONMENT = (
    (
        "DLINT_KEY",
        "A key of the configuration: DLINT_FAIL_LEVEL is fail-level; lists have commas between their entries.",
    ),
    ("DLINT_CONFIG", "The one configuration file that counts."),
    ("DLINT_ISOLATED", "When it is 1, no configuration file is read."),
    ("NO_COLOR", "No colours on a terminal."),
)
COMMENTS = """\
A comment on the line before an instruction switches findings off there, and a reason may follow:
.PP
.EX
# dlint: ignore[DL3008] the snapshot archive pins the versions
# hadolint ignore=DL3008
# check=skip=JSONArgsRecommended
.EE
"""


def manual() -> str:
    """The page in the macros of man(7)."""
    from dockerfile_dlint.lint.commands.parsers import PARSERS
    from dockerfile_dlint.lint.config.keys import CONFIG_KEYS

    version = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["version"]
    parsers = {name: make() for name, make in PARSERS.items()}
    parts = [
        f'.TH DLINT 1 "" "dlint {version}" "User Commands"\n',
        ".SH NAME\ndlint \\- lint, fix and optimize Dockerfiles\n",
        ".SH SYNOPSIS\n.nf\n",
        *(_synopsis(parser) for parser in parsers.values()),
        ".fi\n",
        f".SH DESCRIPTION\n{DESCRIPTION}",
        ".SH COMMANDS\n",
        *(_command(name, parser) for name, parser in parsers.items()),
        f".SH COMMENTS\n{COMMENTS}",
        ".SH CONFIGURATION\nKeys of dlint.toml; most are options too, and\n.B dlint config show\nsays what counts.\n",
        *(f".TP\n.B {_text(key.name)}\n{_text(key.doc)}\n" for key in CONFIG_KEYS),
        _list("FILES", FILES),
        _list("ENVIRONMENT", ENVIRONMENT),
        _list("EXIT STATUS", STATUS),
        ".SH SEE ALSO\n.B dlint explain\nshows the page of a rule,\n.B dlint rules\nlists all.\n",
    ]
    return "".join(parts)


def _synopsis(parser: CommandParser) -> str:
    words = (parser.usage or "").split(" ", 2)
    return f"\\fB{_text(' '.join(words[:2]))}\\fR {_text(' '.join(words[2:]))}".rstrip() + "\n"


def _command(name: str, parser: CommandParser) -> str:
    lines = [f".SS dlint {name}\n{_paragraph(parser.description or '')}"]
    given = [a for a in parser.visible_actions() if a.option_strings and "--help" not in a.option_strings]
    lines += [f".TP\n{_option(action)}\n{_text(action.help or '')}\n" for action in given]
    if parser.epilog:
        lines.append(f".PP\n{_paragraph(parser.epilog)}")
    lines.append(".PP\nExamples:\n")
    for command, what in parser.examples:
        lines.append(f".TP\n.B {_quoted(command)}\n{_text(what)}\n")
    return "".join(lines)


def _option(action: argparse.Action) -> str:
    value = action.metavar or (f"{{{','.join(map(str, action.choices))}}}" if action.choices else "")
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in action.option_strings)
    return f"{names} \\fI{_text(str(value))}\\fR" if value and action.nargs != 0 else names


def _list(title: str, rows: tuple[tuple[str, str], ...]) -> str:
    return f".SH {title}\n" + "".join(f".TP\n.B {_quoted(term)}\n{_text(said)}\n" for term, said in rows)


def _paragraph(text: str) -> str:
    """Each sentence on a line of its own, as troff wants it."""
    return _text(re.sub(r"(?<=[a-z)][.;:]) (?=[A-Z]|[a-z]+: )", "\n", text)) + "\n"


def _quoted(text: str) -> str:
    """One argument of a macro."""
    return '"' + _text(text).replace('"', "\\(dq") + '"'


def _text(text: str) -> str:
    """Text as troff takes it: backslashes, dashes that are typed, and a dot or quote at the beginning of a line."""
    text = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("…", "\\&...").replace("'", "\\(aq")
    )
    text = text.replace("~", "\\(ti").replace("^", "\\(ha")
    return re.sub(r"(?m)^(?=\.)", r"\\&", text)
