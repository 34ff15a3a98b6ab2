"""The manual page dlint(1), generated from the parsers and the configuration keys; make_docs.py writes it."""

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
lints, fixes, formats and optimizes Dockerfiles.
It parses them the way BuildKit does and reports what makes builds slow, images big, or either unsafe.
.PP
Without a command it runs
.BR "dlint check" ,
and without a path it uses the current directory.
.B dlint help
.I COMMAND
shows the help of a command.
"""
STATUS = (
    ("0", "no findings"),
    ("1", "findings"),
    ("2", "a file could not be read, or an option or the configuration is invalid"),
)
FILES = (
    (
        "dlint.toml, .dlint.toml, pyproject.toml",
        "The configuration (in pyproject.toml the table tool.dlint): the nearest one in the directory of a Dockerfile "
        "or a parent directory, up to the root of its repository.",
    ),
    (".hadolint.yaml, .hadolint.yml", "hadolint's configuration, read if there is none of dlint."),
    (".dlint-baseline.json", "Existing findings, written by dlint baseline."),
)
ENVIRONMENT = (
    (
        "DLINT_KEY",
        "A key of the configuration: DLINT_FAIL_LEVEL sets fail-level; separate list entries with commas.",
    ),
    ("DLINT_CONFIG", "The only configuration file to use."),
    ("DLINT_ISOLATED", "If 1, ignore all configuration files."),
    ("NO_COLOR", "Do not use colors; --color overrides it."),
    ("FORCE_COLOR", "Use colors in a pipe too; --color overrides it."),
)
COMMENTS = """\
A comment on the line before an instruction suppresses findings there; a reason may follow:
.PP
.EX
# dlint: ignore[DL3008] the snapshot archive pins the versions
# hadolint ignore=DL3008
# check=skip=JSONArgsRecommended
.EE
"""
CONFIGURATION = """\
Keys of dlint.toml, most of which are also options.
.B dlint config show
prints the configuration in effect.
"""


def manual() -> str:
    """The page, in man(7) macros."""
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
        f".SH CONFIGURATION\n{CONFIGURATION}",
        *(f".TP\n.B {_text(key.name)}\n{_text(key.doc)}\n" for key in CONFIG_KEYS),
        _list("FILES", FILES),
        _list("ENVIRONMENT", ENVIRONMENT),
        _list("EXIT STATUS", STATUS),
        ".SH SEE ALSO\n.B dlint explain\nexplains a rule,\n.B dlint rules\nlists all rules.\n",
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
    return f".SH {title}\n" + "".join(f".TP\n.B {_quoted(term)}\n{_text(description)}\n" for term, description in rows)


def _paragraph(text: str) -> str:
    """One sentence per line, as troff expects."""
    return _text(re.sub(r"(?<=[a-z)][.;:]) (?=[A-Z]|[a-z]+: )", "\n", text)) + "\n"


def _quoted(text: str) -> str:
    """A macro argument."""
    return '"' + _text(text).replace('"', "\\(dq") + '"'


def _text(text: str) -> str:
    """The text escaped for troff: backslashes, quotes, literal dashes, and a dot at the start of a line."""
    text = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("…", "\\&...").replace("'", "\\(aq")
    )
    text = text.replace("~", "\\(ti").replace("^", "\\(ha")
    return re.sub(r"(?m)^(?=\.)", r"\\&", text)
