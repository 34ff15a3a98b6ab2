"""The builds in the recipes of a makefile. Source: www.gnu.org/software/make/manual/make.html.

Variables with a plain definition are resolved; others, and the results of functions, are unknown.
"""

from __future__ import annotations

import os
import re

from .build_commands import UNKNOWN, ShellSource, has_build_command, logical_lines, read_build_commands
from .invocation import repository_top, run_directories

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .invocation import BuildInvocation

_DEFINITION = re.compile(r"(?:(?:export|override)\s+)*([\w.-]+)\s*(\?|::?:?|\+|!)?=\s*(.*)")
_TARGET = re.compile(r"([^\s:=#][^:=#]*?)\s*::?(?!=)(.*)")
_OPENS = re.compile(r"(?:else\s+)?(?:ifeq|ifneq|ifdef|ifndef)\b")
_REFERENCE = re.compile(r"\$(?:\$|\(([\w.-]+|@)\)|\{([\w.-]+|@)\}|([\w@<^*+?%])|[({])")
_MAX_LENGTH = 20_000
_MAX_DEPTH = 20
_MAX_VARIANTS = 4


def read_makefile(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the makefile at `path`; recipes run in its directory, or in a parent with `make -f`."""
    return list(_Makefile(path, text).builds())


class _Makefile:
    """The variables and recipe lines of a makefile."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._top = repository_top(os.path.dirname(path))
        self._values: dict[str, list[str] | None] = {}
        """The values that a variable may have, those of both branches of a condition; None for an unknown one."""
        self._variant = 0
        self._recipes: list[tuple[int, str, str]] = []
        """Line, target and text of the logical lines of recipes that may build."""
        self._includes = False
        self._read(text)

    def builds(self) -> Iterator[BuildInvocation]:
        """The builds in the order of the file; where a condition decides, those on which all branches agree."""
        variants = min(max((len(each) for each in self._values.values() if each), default=1), _MAX_VARIANTS)
        for line, target, text in self._recipes:
            found = self._recipe(line, target, text, 0)
            for variant in range(1, variants) if found else ():
                others = {(each.dockerfile, each.context) for each in self._recipe(line, target, text, variant)}
                found = [each for each in found if (each.dockerfile, each.context) in others]
            yield from found

    def _recipe(self, line: int, target: str, text: str, variant: int) -> list[BuildInvocation]:
        """The builds of a line of a recipe, with the values of variables at the index `variant`."""
        self._variant = variant
        script = self._expanded(text.lstrip("@-+ \t"), target)
        if script is None or not has_build_command(script):
            return []
        directories = run_directories(self._path, self._top)
        return read_build_commands(script, ShellSource(self._path, line, self._top, directories, usual=True))

    def _read(self, text: str) -> None:
        depth, target = 0, ""
        is_define = False
        for line, logical in logical_lines(text):
            if logical.startswith("\t") and not is_define:
                if has_build_command(logical) or "$" in logical:
                    self._recipes.append((line, target, logical))
                continue
            written = logical.strip()
            word = written.split(" ", 1)[0]
            if word in ("define", "endef"):
                is_define = word == "define"
            elif is_define or not written or written.startswith("#"):
                continue
            elif _OPENS.match(written):
                depth += not written.startswith("else")
            elif word == "endif":
                depth = max(0, depth - 1)
            elif word in ("include", "-include", "sinclude"):
                self._includes = True
            else:
                target = self._statement(line, written, depth > 0, target)

    def _statement(self, line: int, written: str, is_conditional: bool, target: str) -> str:
        """Read a definition or the first line of a rule; returns the target of the recipe lines that follow."""
        found = _DEFINITION.match(written)
        if found is not None:
            self._define(found[1], found[2] or "", found[3], is_conditional)
            return target
        rule = _TARGET.match(written)
        if rule is None:
            return target
        specific = _DEFINITION.match(rule[2].strip())
        if specific is not None:
            self._values[specific[1]] = None  # the value is that of a target
        _, semicolon, command = rule[2].partition(";")
        name = rule[1] if " " not in rule[1] and "%" not in rule[1] else ""
        if semicolon and has_build_command(command):
            self._recipes.append((line, name, command))
        return name

    def _define(self, name: str, operator: str, value: str, is_conditional: bool) -> None:
        value = _without_comment(value)
        known = self._values.get(name, [])
        if operator == "?" and known and not is_conditional:
            return
        if operator == "!" or known is None or len(known) >= _MAX_VARIANTS:
            self._values[name] = None
        elif operator == "+":
            added = [f"{before} {value}".strip() for before in known or [""]]
            self._values[name] = [*(known or [""]), *added] if is_conditional else added
        elif is_conditional:
            self._values[name] = [*known, value]
        else:
            self._values[name] = [value]

    def _expanded(self, text: str, target: str, depth: int = 0) -> str | None:
        """A text with the references of make replaced; None if it is too long."""
        if depth > _MAX_DEPTH:
            return None
        parts: list[str] = []
        at = length = 0
        while at < len(text):
            found = _REFERENCE.search(text, at)
            if found is None:
                parts.append(text[at:])
                break
            value, end = self._reference(text, found, target, depth)
            parts += (text[at : found.start()], value)
            length += len(value) + found.start() - at
            if length > _MAX_LENGTH:
                return None
            at = end
        return "".join(parts)

    def _reference(self, text: str, found: re.Match[str], target: str, depth: int) -> tuple[str, int]:
        """The value of a reference, and where it ends."""
        written = found[0]
        if written == "$$":
            return "$", found.end()
        if written in ("$(", "${"):
            from ....syntax.quoting import group_end

            end = group_end(text, found.end(), ")" if written == "$(" else "}")
            is_here = text[found.end() : end - 1].strip() == "shell pwd"
            return "$(pwd)" if is_here else UNKNOWN, end
        name = found[1] or found[2] or found[3]
        if name == "@":
            return target or UNKNOWN, found.end()
        if name in ("CURDIR", "PWD") and name not in self._values:
            return "$(pwd)", found.end()
        values = self._values.get(name, [UNKNOWN if self._includes or not name[0].isalpha() else ""])
        if values is None:
            return UNKNOWN, found.end()
        value = values[min(self._variant, len(values) - 1)]
        expanded = self._expanded(value, target, depth + 1) if "$" in value and value != UNKNOWN else value
        return UNKNOWN if expanded is None else expanded, found.end()


def _without_comment(value: str) -> str:
    return re.split(r"(?:^|\s)#", value, maxsplit=1)[0].strip()
