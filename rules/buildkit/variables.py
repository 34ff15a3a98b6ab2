"""References to variables that nothing in the file sets, found the way BuildKit looks them up."""

from __future__ import annotations

from ...syntax.expand import variable_references
from ...syntax.source import Span
from ...syntax.tree import Add, Arg, Copy, CopyOrAdd, Env, Label, Run, Stopsignal, User, Volume, Workdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Argument, Flag, Instruction, KeyValuePair

_EXPANDED = (Add, Copy, Label, Stopsignal, User, Volume, Workdir)
_FLAGS = frozenset(("chown", "chmod", "checksum"))
# BuildKit reads these two from ARG without making them variables.
_NO_VARIABLES = frozenset(("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"))


class VariableReference:
    """A reference to a variable: its name, position, instruction and stage, and the names declared before it."""

    __slots__ = ("declared", "end", "instruction", "name", "stage", "start")

    def __init__(self, name: str, place: Span, instruction: Instruction, stage: Stage, declared: set[str]) -> None:
        self.name = name
        self.start = place.start
        self.end = place.end
        self.instruction = instruction
        self.stage = stage
        self.declared = declared


def undefined_references(build: Build) -> Iterator[VariableReference]:
    """References that no ARG or ENV before them sets, each name once per argument.

    PATH is always set; other variables of the base image are not considered. A bare `ARG x` declares x. BuildKit does
    not check EXPOSE and the commands of RUN.
    Source: BuildKit frontend/dockerfile/dockerfile2llb/convert.go (dispatch, reportUnmatchedVariables).
    """
    ends: dict[int, set[str]] = {}
    for stage in build.stages:
        declared = set(ends[stage.parent.index]) if stage.parent is not None else {"PATH"}
        for instruction in stage.instructions:
            if isinstance(instruction, Arg):
                for pair in instruction.pairs:
                    if pair.value is not None:
                        yield from _references(instruction, pair.value, stage, declared)
                    declared.add(_key(build, instruction, pair))
            elif isinstance(instruction, Env):
                for word in _words(instruction):
                    yield from _references(instruction, word, stage, declared)
                declared.update(_key(build, instruction, pair) for pair in instruction.pairs)
            elif isinstance(instruction, _EXPANDED):
                for word in _words(instruction):
                    yield from _references(instruction, word, stage, declared)
                yield from _in_flags(instruction, stage, declared)
                yield from _in_heredocs(instruction, stage, declared)
            elif isinstance(instruction, Run):
                yield from _in_flags(instruction, stage, declared)
        ends[stage.index] = declared


def _key(build: Build, instruction: Instruction, pair: KeyValuePair) -> str:
    text = pair.key.text
    plain = text.replace("_", "a").isalnum()
    return text if plain else build.state(instruction).text(text)


def _words(instruction: Instruction) -> Iterator[Argument]:
    if not instruction.pairs:
        yield from instruction.arguments
    for pair in instruction.pairs:
        yield pair.key
        if pair.value is not None:
            yield pair.value


def _references(
    instruction: Instruction, word: Argument, stage: Stage, declared: set[str]
) -> Iterator[VariableReference]:
    if "$" not in word.text:
        return
    mapped = instruction.mapped(word)
    for name, start, end in _missing(word.text, stage.build.dockerfile.escape, declared):
        yield VariableReference(name, mapped.span(start, end), instruction, stage, declared)


def _in_flags(instruction: Instruction, stage: Stage, declared: set[str]) -> Iterator[VariableReference]:
    for flag in instruction.flags:
        if flag.value and "$" in flag.value and (flag.name in _FLAGS or flag.name == "mount"):
            for name, start, end in _missing(flag.value, stage.build.dockerfile.escape, declared):
                yield VariableReference(name, _flag_span(instruction, flag, start, end), instruction, stage, declared)


def _flag_span(instruction: Instruction, flag: Flag, start: int, end: int) -> Span:
    """The span of `flag.value[start:end]`, or of the whole option if it contains quotes or escapes."""
    mapped = instruction.mapped(flag)
    if mapped.text != flag.text:
        return Span(flag.start, flag.end)
    before = len("--=") + len(flag.name)
    return mapped.span(before + start, before + end)


def _in_heredocs(instruction: Instruction, stage: Stage, declared: set[str]) -> Iterator[VariableReference]:
    for heredoc in instruction.heredocs if isinstance(instruction, CopyOrAdd) else ():
        if heredoc.expand and "$" in heredoc.body:
            for name, start, end in _missing(heredoc.body, "\\", declared, skip_quotes=True):
                place = Span(heredoc.start + start, heredoc.start + end)
                yield VariableReference(name, place, instruction, stage, declared)


def _missing(
    text: str, escape: str, declared: set[str], *, skip_quotes: bool = False
) -> Iterator[tuple[str, int, int]]:
    seen: set[str] = set()
    for name, start, end in variable_references(text, escape, skip_quotes=skip_quotes):
        if name not in declared and name not in seen and name not in _NO_VARIABLES:
            seen.add(name)
            yield name, start, end
