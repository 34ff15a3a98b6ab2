"""The index of stages and variables in a file: their definitions and references."""

from __future__ import annotations

import re

from ....model.state import PLATFORM_ARGS, PROXY_ARGS
from ....syntax.expand import variable_references
from ....syntax.tree import Arg, CommandLine, Copy, CopyOrAdd, Env, Run, Shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....model.build import Build, Stage
    from ....syntax.source import MappedText
    from ....syntax.tree import Flag, Instruction

STAGE, VARIABLE = "stage", "variable"
SymbolKey = tuple[str, str, int]
"""The identity of a symbol: kind, normalized name, and the scope in which the name refers to it."""


class SymbolOccurrence:
    """One occurrence of a symbol, `text[start:end]`; `written` is False for a reference to a stage by number."""

    __slots__ = ("defines", "end", "instruction", "key", "start", "written")

    def __init__(
        self,
        key: SymbolKey,
        start: int,
        end: int,
        instruction: Instruction,
        defines: bool = False,
        written: bool = True,
    ) -> None:
        self.key = key
        self.start = start
        self.end = end
        self.instruction = instruction
        self.defines = defines
        self.written = written


def symbol_occurrences(build: Build) -> list[SymbolOccurrence]:
    """All occurrences of stages and variables, in the order of the file."""
    return build.cached("server index", lambda: sorted(_occurrences(build), key=lambda place: (place.start, place.end)))


def occurrence_at(build: Build, offset: int) -> SymbolOccurrence | None:
    """The occurrence at an offset, or the one that ends there."""
    best: SymbolOccurrence | None = None
    for place in symbol_occurrences(build):
        if place.start <= offset <= place.end and (best is None or place.start >= best.start):
            best = place
    return best


def occurrences_of(build: Build, place: SymbolOccurrence) -> list[SymbolOccurrence]:
    """All occurrences of the symbol at a place."""
    return [each for each in symbol_occurrences(build) if each.key == place.key]


def find_definition(build: Build, place: SymbolOccurrence) -> SymbolOccurrence | None:
    """The definition of the symbol at a place: the nearest one before it that is in scope."""
    found = [each for each in occurrences_of(build, place) if each.defines]
    if place.key[0] == STAGE:
        return found[0] if found else None
    stage = build.stage_of(place.instruction)
    chain = {id(each) for each in ([stage, *stage.ancestors] if stage is not None else [])}
    best: SymbolOccurrence | None = None
    for each in found:
        home = build.stage_of(each.instruction)
        if each.start <= place.start and (home is None or id(home) in chain or home is stage):
            best = each
    return best or (found[0] if found else None)


def _occurrences(build: Build) -> Iterator[SymbolOccurrence]:
    yield from _stages(build)
    arguments = {pair.key.text for node in _nodes(build) if isinstance(node, Arg) for pair in node.pairs}
    for node in _nodes(build):
        yield from _variables(build, node, arguments)


def _nodes(build: Build) -> Iterator[Instruction]:
    for instruction in build.dockerfile.instructions:
        node: Instruction | None = instruction
        while node is not None:
            yield node
            node = node.trigger


# Stages -------------------------------------------------------------------------------------------------------------


def _stages(build: Build) -> Iterator[SymbolOccurrence]:
    for stage in build.stages:
        from_ = stage.from_
        if from_.alias is not None:
            yield SymbolOccurrence(_stage_key(stage), from_.alias.start, from_.alias.end, from_, defines=True)
        elif from_.base is not None:
            yield SymbolOccurrence(
                _stage_key(stage), from_.start, from_.keyword_end, from_, defines=True, written=False
            )
        if stage.parent is not None and from_.base is not None and from_.base.text.lower() == stage.parent.name:
            yield SymbolOccurrence(_stage_key(stage.parent), from_.base.start, from_.base.end, from_)
        for instruction in stage.instructions:
            node = instruction.trigger or instruction
            if instruction.trigger is not None:
                continue  # A trigger refers to the stages of a later build.
            for flag in node.flags:
                yield from _in_flag(build, stage, node, flag)


def _stage_key(stage: Stage) -> SymbolKey:
    return STAGE, stage.name or str(stage.index), stage.index


def _in_flag(build: Build, stage: Stage, node: Instruction, flag: Flag) -> Iterator[SymbolOccurrence]:
    value = flag.value or ""
    if isinstance(node, Copy) and flag.name == "from":
        source = build.source_stage(value, stage)
        if source is not None:
            yield from _flag_place(node, flag, source, 0, value)
    elif isinstance(node, Run) and flag.name == "mount":
        for match in re.finditer(r"(?:^|,)\"?from=([^,\"]*)", value):
            source = build.source_stage(match.group(1), stage, numbers=False)
            if source is not None:
                yield from _flag_place(node, flag, source, match.start(1), match.group(1))


def _flag_place(node: Instruction, flag: Flag, source: Stage, at: int, text: str) -> Iterator[SymbolOccurrence]:
    mapped = node.mapped(flag)
    if mapped.text == flag.text and text:
        at += len("--=") + len(flag.name)
        span = mapped.span(at, at + len(text))
        yield SymbolOccurrence(_stage_key(source), span.start, span.end, node, written=text.lower() == source.name)


# Variables ----------------------------------------------------------------------------------------------------------


def _variables(build: Build, node: Instruction, arguments: set[str]) -> Iterator[SymbolOccurrence]:
    def place(name: str, start: int, end: int, defines: bool = False) -> SymbolOccurrence:
        stage = build.stage_of(node) or (build.stage_of(node.parent) if node.parent is not None else None)
        scope = 0 if name in arguments or stage is None else 1 + stage.root.index
        return SymbolOccurrence((VARIABLE, name, scope), start, end, node, defines)

    if isinstance(node, Arg | Env):
        for pair in node.pairs:
            if _is_name(pair.key.text):
                yield place(pair.key.text, pair.key.start, pair.key.end, defines=True)
    for mapped, escape, quotes in _texts(build, node):
        for name, start, end in variable_references(mapped.text, escape, skip_quotes=quotes):
            if _is_name(name):
                span = mapped.span(start, end)
                at = start + (2 if mapped.text.startswith("${", start) else 1)
                inner = mapped.span(at, at + len(name))
                if span.start < inner.end and mapped.text[at : at + len(name)] == name:
                    yield place(name, inner.start, inner.end)


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier()


def _texts(build: Build, node: Instruction) -> Iterator[tuple[MappedText, str, bool]]:
    """The texts of an instruction in which variables are expanded: text, escape character, whether to ignore quotes."""
    escape = build.dockerfile.escape
    for flag in node.flags:
        if flag.value and "$" in flag.value and node.mapped(flag).text == flag.text:
            yield node.mapped(flag), escape, False
    if isinstance(node, CommandLine):
        if not node.json:
            yield from _script_texts(build, node)
        return
    if node.trigger is not None:
        return
    values = [pair.value for pair in node.pairs] if node.pairs else node.arguments
    for value in values:
        if value is not None and "$" in value.text:
            yield node.mapped(value), escape, False
    if isinstance(node, CopyOrAdd):
        for heredoc in node.heredocs:
            if heredoc.expand and "$" in heredoc.body:
                yield heredoc.mapped(), "\\", True


def _script_texts(build: Build, node: CommandLine) -> Iterator[tuple[MappedText, str, bool]]:
    if not isinstance(node, Shell) and "$" in node.logical.text:
        yield _without_shell_variables(build.shell_text(node)[0]), "\\", False
    elif node.heredocs:
        yield build.shell_text(node)[0], "\\", False


_ASSIGNMENT = re.compile(
    r"(?<![\w$.-])([A-Za-z_]\w*)\+?=|\b(?:for|read|local|unset|getopts)\s+(?:-\w+\s+)*([A-Za-z_]\w*)"
)


def _without_shell_variables(script: MappedText) -> MappedText:
    """The script with references to variables that it sets itself blanked out."""
    from ....syntax.source import MappedText

    assigned = {match.group(1) or match.group(2) for match in _ASSIGNMENT.finditer(script.text)}
    if not assigned:
        return script
    pattern = re.compile(r"\$(\{?)(" + "|".join(sorted(map(re.escape, assigned))) + r")\b")
    text = pattern.sub(lambda match: "." * len(match.group()), script.text)
    return MappedText(text, script.starts, script.offsets, script.ends)


def rename_obstacle(build: Build, place: SymbolOccurrence) -> str:
    """Why the symbol at a place cannot be renamed; empty if it can."""
    kind, name, _ = place.key
    if kind == STAGE:
        if not any(each.defines and each.written for each in occurrences_of(build, place)):
            return "the stage has no name; add `AS <name>` first"
        return ""
    if name in PLATFORM_ARGS or name in PROXY_ARGS:
        return f"{name} is predefined by the builder and cannot be renamed"
    if not any(each.defines for each in occurrences_of(build, place)):
        return f"{name} is not set by an ARG or ENV in this file"
    return ""
