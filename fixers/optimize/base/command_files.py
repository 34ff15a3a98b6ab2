"""Reads the commands in files that start programs, such as package.json, makefiles, Procfiles and crontabs."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_RULE = re.compile(r"^([^\s#=:][^#=:]*?)\s*::?(?!=)\s*([^=#;]*)(?:;(.*))?$")
_VARIABLE = re.compile(r"^(?:export\s+)?([\w.-]+)\s*(?::{0,3}=|\?=|\+=)\s*(.*)$")
_REFERENCE = re.compile(r"\$(?:\(([\w.-]+)\)|\{([\w.-]+)\})")
_BUILT_IN = {"MAKE": "make", "CC": "cc", "CXX": "g++", "AR": "ar", "AS": "as", "RM": "rm -f", "SHELL": "/bin/sh"}
"""Variables that make sets itself. Source: GNU make manual, "Variables Used by Implicit Rules"."""
_SCHEDULE = re.compile(r"^\s*(?:@\w+|(?:[\d*/,?LW#A-Za-z-]+\s+){4}[\d*/,?L#A-Za-z-]+)\s+(.+)$")
_MOST_PREREQUISITES = 100
_LONGEST_LINE = 2_000
"""Longer lines are data; the time to match a line is quadratic in its length."""


def package_script_lines(text: str, name: str) -> list[str]:
    """The command lines that `npm run NAME` runs: `preNAME`, NAME and `postNAME`; NAME may have wildcards (`build:*`).

    `start` without a script runs `node server.js`. Source: docs.npmjs.com/cli/commands/npm-start
    """
    scripts = package_json_scripts(text)
    names = [each for each in scripts if fnmatchcase(each, name.replace("**", "*"))] if "*" in name else [name]
    found = [
        scripts[each] for one in names if one in scripts for each in ("pre" + one, one, "post" + one) if each in scripts
    ]
    return found or (["node server.js"] if name == "start" else [])


def package_json_scripts(text: str) -> dict[str, str]:
    """The scripts of a package.json; none when it is invalid."""
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return {}
    scripts = data.get("scripts") if isinstance(data, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - JSON
    if not isinstance(scripts, dict):
        return {}
    return {str(key): value for key, value in scripts.items() if isinstance(value, str)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON


def make_recipes(text: str, targets: Sequence[str], given: Mapping[str, str]) -> list[str]:
    """The recipe lines that make runs for some targets (none: the first one) and their prerequisites, as shell lines.

    `given` are variables of the command line and of the environment. A variable without a known value stays as `${X}`.
    """
    values: dict[str, str] = dict(_BUILT_IN)
    rules: dict[str, tuple[list[str], list[str]]] = {}
    current: list[list[str]] = []
    first = ""
    for line in re.sub(r"\\\n[ \t]*", " ", text).split("\n"):
        if line.startswith("\t"):
            for recipe in current:
                recipe.append(line.strip().lstrip("@-+ "))
            continue
        if len(line) > _LONGEST_LINE:
            continue
        assigned = _VARIABLE.match(line)
        rule = _RULE.match(line)
        if assigned is not None:
            values[assigned[1]] = assigned[2].partition(" #")[0].strip()
        elif rule is not None:
            current = []
            for name in rule[1].split():
                wanted, recipe = rules.setdefault(name, ([], []))
                wanted += [each for each in rule[2].split() if each != "|"]
                recipe += [rule[3].strip()] if rule[3] else []
                current.append(recipe)
                first = first or ("" if name.startswith(".") else name)
    values.update(given)
    found: list[str] = []
    todo = list(targets) or [first]
    for target in todo:
        wanted, recipe = rules.get(target, ([], []))
        if len(todo) < _MOST_PREREQUISITES:
            todo += [each for each in wanted if each not in todo]
        found += [_expanded_recipe(line, values) for line in recipe]
    return found


def _expanded_recipe(line: str, values: Mapping[str, str]) -> str:
    """A recipe line as the shell gets it: make's variables replaced, `$$` as `$`."""

    def value(match: re.Match[str]) -> str:
        name: str = match[1] or match[2]
        return values.get(name, "${" + name + "}")

    for _ in range(5):
        after = _REFERENCE.sub(value, line)
        if after == line:
            break
        line = after
    return line.replace("$$", "$")


def procfile_lines(text: str, processes: Sequence[str]) -> list[str]:
    """The command lines of a Procfile; of the named processes if there are any of that name."""
    found = dict(re.findall(r"^([\w-]+):[ \t]*(.+)$", text, re.MULTILINE))
    named = [found[name] for name in processes if name in found]
    return named or list(found.values())


def supervisor_lines(text: str, variables: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The command lines of a file of supervisord, and the globs of the files that it includes.

    `%(ENV_X)s` is replaced by the value of X if it is in `variables`. Source: supervisord.org/configuration.html
    """
    from configparser import Error, RawConfigParser

    parser = RawConfigParser(strict=False, inline_comment_prefixes=(";",), allow_no_value=True)
    try:
        parser.read_string(text)
    except Error:
        return [], []
    lines: list[str] = []
    globs: list[str] = []
    for section in parser.sections():
        if section.startswith(("program:", "eventlistener:", "fcgi-program:")):
            command = parser.get(section, "command", fallback=None)
            lines += [_with_environment(command, variables)] if command else []
        elif section == "include":
            globs += (parser.get(section, "files", fallback=None) or "").split()
    return lines, globs


def _with_environment(line: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name: str = match[1]
        return variables.get(name, "${" + name + "}")

    return re.sub(r"%\(ENV_(\w+)\)s", value, line).replace("%%", "%")


def crontab_lines(text: str, *, has_user: bool) -> Iterator[str]:
    """The command lines of a crontab; `has_user`: one of the system, in which a user is before the command."""
    for line in text.split("\n"):
        is_command = len(line) <= _LONGEST_LINE and not line.lstrip().startswith("#")
        match = _SCHEDULE.match(line) if is_command else None
        if match is not None:
            command = match[1].split(None, 1)
            yield command[1] if has_user and len(command) > 1 else match[1]
