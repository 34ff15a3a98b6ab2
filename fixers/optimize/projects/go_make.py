"""The programs that `make` compiles with Go, as the Makefile of the build context says."""

from __future__ import annotations

import posixpath
import re

from ..base.copies import context_path, read_context_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.command import Command
    from ....syntax.tree import Run

_RULE = re.compile(r"^([\w./-]+)\s*:(?!=)([^\n#]*)(?:#[^\n]*)?\n((?:\t[^\n]*\n|\s*\n)*)", re.MULTILINE)
_VARIABLE = re.compile(r"^([A-Za-z_]\w*)\s*[:?]?=\s*([^\n#$]*?)\s*$", re.MULTILINE)
_NAME = re.compile(r"\$[({](\w+)[)}]")
_COMPILES = re.compile(r"(?:[A-Z][A-Z0-9_]*=[^\s;&|]+ +)*go build\b(?P<words>[^;&|>]*)$")
_OUTPUT = re.compile(r"\s-o[ =]([\w./-]+)(?=\s|$)")
_QUIET = re.compile(r"(?:echo|printf|mkdir -p|go mod (?:download|tidy|verify))\b[^;&|>`]*$")


def makes_with_go(build: Build, stage: Stage, context: Context, run: Run) -> bool:
    """Whether a RUN starts `make`, which compiles with Go."""
    return any(make_outputs(build, stage, context, run, command) for command in build.commands(run))


def make_outputs(build: Build, stage: Stage, context: Context, run: Run, command: Command) -> list[str]:
    """The paths of the programs that `make` and its target compile; empty when a recipe does anything else."""
    words = [word.value for word in command.args]
    if command.name != "make" or len(words) > 1 or any(word.startswith("-") or "=" in word for word in words):
        return []
    found = context_path(build, stage, context, posixpath.join(build.state(run).path(".") or "", "Makefile"))
    text = (read_context_file(context, found) or "").replace("\\\n", " ") + "\n" if found else ""
    rules = {match[1]: (match[2].split(), match[3]) for match in _RULE.finditer(text)}
    target = words[0] if words else next((name for name in rules if not name.startswith(".")), "")
    if re.search(r"^(?:-?include|define|ifn?eq|ifn?def|export)\b", text, re.MULTILINE):
        return []
    variables = {match[1]: match[2] for match in _VARIABLE.finditer(text)}
    outputs: list[str] = []
    for line in _recipe(rules, target, set()):
        plain = _NAME.sub(lambda match: variables.get(match[1], match[0]), line.strip().lstrip("@-+").strip())
        compiles = _COMPILES.fullmatch(re.sub(r"\$\(shell [^()]*\)", "", plain))
        output = _OUTPUT.search(compiles["words"]) if compiles else None
        if output is not None:
            outputs.append(build.state(run).path(output[1]) or "")
        elif plain and not _QUIET.fullmatch(plain):
            return []
    return outputs if all(outputs) else []


def _recipe(rules: dict[str, tuple[list[str], str]], target: str, done: set[str]) -> Iterator[str]:
    """The commands of a target and of those that it depends on; the name of one that is not in the file."""
    if target in done:
        return
    done.add(target)
    needed, lines = rules.get(target, ([], "" if posixpath.splitext(target)[1] else target or "make"))
    for name in needed:
        yield from _recipe(rules, name, done)
    yield from lines.split("\n")
