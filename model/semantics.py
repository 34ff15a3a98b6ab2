"""What a build does, as a comparable value: files with equal values build the same image."""

from __future__ import annotations

from ..syntax.blanks import split_shell_line
from ..syntax.expand import ExpansionError
from ..syntax.instruction_checks import parse_mount_fields
from ..syntax.tree import CommandLine, Env, From, Healthcheck, Label, Onbuild, Shell, Workdir
from .state import State, is_windows_shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..syntax.tree import Argument, Instruction
    from .build import Build, Stage

    Value = str | None | tuple["Value", ...]


def build_semantics(build: Build) -> tuple[Value, ...]:
    """What each instruction does: keyword, flags, expanded arguments, heredocs, and for commands shell and words.

    Ignores white space, continuations, comments, the case of keywords and the names of stages that only the file itself
    uses. A word with an unknown variable is represented by its expansions with and without the variable.
    """
    syntax = build.dockerfile.directive("syntax")
    found: list[Value] = [("# syntax", syntax.value if syntax else None)]
    stages = iter(build.stages)
    for instruction in build.dockerfile.instructions:
        if isinstance(instruction, From):
            stage = next(stages)
            found.append(("FROM", _flags(build, instruction, build.state(instruction)), _base(stage), stage.name))
        else:
            found.append(_instruction(build, instruction, build.state(instruction)))
    return tuple(found)


def _instruction(build: Build, instruction: Instruction, state: State) -> Value:
    if isinstance(instruction, Onbuild):
        if instruction.trigger is None:
            return (instruction.name, instruction.arguments_text)
        # Its variables are expanded in the build that uses this image.
        return (instruction.name, _instruction(build, instruction.trigger, State(state.escape)))
    bodies = tuple((h.name, "expand" if h.expand else "literal", h.mapped().text) for h in instruction.heredocs)
    return (instruction.name, _flags(build, instruction, state), _arguments(instruction, state), bodies)


def _flags(build: Build, instruction: Instruction, state: State) -> Value:
    """The flags in a canonical order, with stages by number."""
    stage = build.stage_of(instruction)
    outside = instruction.parent is not None
    found: list[tuple[str, Value]] = []
    for flag in instruction.flags:
        value = flag.value or ""
        source = build.source_stage(value, stage) if flag.name == "from" and not outside else None
        if source is not None:
            found.append((flag.name, f"stage {source.index}"))
        elif flag.name == "mount" and not outside:
            found.append((flag.name, _mount(build, value, stage, state)))
        else:
            found.append((flag.name, _word(state, value)))
    return tuple(sorted(found, key=str))


def _mount(build: Build, value: str, stage: Stage | None, state: State) -> Value:
    fields: list[Value] = []
    for name, text in parse_mount_fields(value) or ((value, None),):
        source = build.source_stage(text, stage, numbers=False) if name == "from" and text else None
        fields.append((name, f"stage {source.index}" if source else None if text is None else _word(state, text)))
    return tuple(fields)


def _arguments(instruction: Instruction, state: State) -> Value:
    if isinstance(instruction, Shell):
        return tuple(argument.text for argument in instruction.arguments)
    if isinstance(instruction, CommandLine):
        kind = (instruction.kind,) if isinstance(instruction, Healthcheck) else ()
        words = instruction.words
        if instruction.json:
            return (*kind, "exec", tuple(word.text for word in words))
        shell: Value = state.shell
        line = " ".join([word.text for word in words])
        return (*kind, shell, (line.strip(),) if is_windows_shell(state.shell) else split_shell_line(line))
    if isinstance(instruction, Workdir) and instruction.value:
        return state.path(instruction.value.text) or _word(state, instruction.value.text)
    if instruction.pairs:
        return tuple((_word(state, p.key.text), _pair_value(instruction, p.value, state)) for p in instruction.pairs)
    return tuple(_word(state, argument.text) for argument in instruction.arguments)


def _pair_value(instruction: Instruction, value: Argument | None, state: State) -> Value:
    if value is None:
        return "" if isinstance(instruction, Env | Label) else None
    return _word(state, value.text)


def _base(stage: Stage) -> Value:
    if stage.parent is not None:
        return ("stage", str(stage.parent.index))
    base = stage.from_.base
    return None if base is None else _word(stage.build.global_state, base.text)


def _word(state: State, text: str) -> Value:
    value = state.value(text)
    if value is not None:
        return value
    try:
        without = state.expand(text)
        # A value that cannot occur distinguishes the variable from its default and from other variables.
        marked = state.assume({name: f"\0{name}\0" for name in without.unmatched})
        return ("unknown", without.text, marked.expand(text).text)
    except ExpansionError:
        return ("unreadable", text)
