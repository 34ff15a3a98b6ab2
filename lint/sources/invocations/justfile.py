"""The builds in the recipes of a justfile. Source: just.systems/man/en/."""

from __future__ import annotations

import os
import re

from .build_commands import UNKNOWN, ShellSource, has_build_command, logical_lines, read_build_commands
from .invocation import repository_top, resolve_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .invocation import BuildInvocation

_VARIABLE = re.compile(r"""(?:export\s+)?([A-Za-z_][\w-]*)\s*:=\s*(?:"([^"\\]*)"|'([^']*)')\s*(?:#.*)?\Z""")
_SETTING = re.compile(r"""set\s+working-directory\s*:=\s*["']([^"']*)["']""")
_ATTRIBUTE = re.compile(r"""\[\s*working-directory\s*[:(]\s*["']([^"']*)["']""")
_INTERPOLATION = re.compile(r"\{\{\s*([\w-]+(?:\(\))?)\s*\}\}|\{\{.*?\}\}")


def read_justfile(path: str, text: str) -> list[BuildInvocation]:
    """The builds in the justfile at `path`; recipes run in its directory, or in their `working-directory`."""
    here = os.path.dirname(path)
    lines = list(logical_lines(text))
    values = {found[1]: found[2] or found[3] or "" for _, line in lines if (found := _VARIABLE.match(line))}
    values |= {"justfile_directory()": here, "justfile_dir()": here}
    # A recipe's parameter hides a variable; both may have the same name.
    hidden = {word for _, line in lines for word in _parameters(line)}
    setting = next((found[1] for _, line in lines if (found := _SETTING.match(line))), "")

    def replaced(found: re.Match[str]) -> str:
        return values.get(found[1] or "", UNKNOWN) if found[1] not in hidden else UNKNOWN

    builds: list[BuildInvocation] = []
    for line, script, directory in _scripts(lines):
        if directory is not None and has_build_command(script):
            source = ShellSource(path, line, repository_top(here), (resolve_path(here, directory or setting),))
            builds += read_build_commands(_INTERPOLATION.sub(replaced, script), source)
    return builds


def _parameters(line: str) -> list[str]:
    """The parameters of a recipe whose first line this is."""
    if line[:1] in ("", " ", "\t", "#", "[") or ":=" in line or ":" not in line:
        return []
    return [word.lstrip("+*$").partition("=")[0] for word in line.partition(":")[0].split()[1:]]


def _scripts(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str, str | None]]:
    """Line, text and directory of each script: a line of a recipe, or all lines of one that begins with `#!`.

    The directory is empty without an attribute, and None if the recipe runs where `just` was called.
    """
    # The attribute of the recipe that is read, and that of the next one.
    directory: str | None = ""
    following: str | None = ""
    start, block = 0, list[str]()
    for number, line in [*lines, (0, "end:")]:
        written = line.strip()
        if line[:1] in ("", " ", "\t"):
            if block or written.startswith("#!"):
                start = start if block else number
                block.append(written)
            elif written:
                yield number, written.lstrip("@-"), directory
            continue
        if block:
            yield start, "\n".join(block), directory
            block = []
        if line.startswith("["):
            found = _ATTRIBUTE.match(line)
            following = found[1] if found is not None else None if "no-cd" in line else following
        elif not line.startswith("#"):
            directory, following = following, ""
