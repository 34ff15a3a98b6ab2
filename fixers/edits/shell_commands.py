"""Edits that insert or remove whole commands of a shell script."""

from __future__ import annotations

from itertools import pairwise

from ...syntax.shell import parse_script
from ...syntax.source import MappedText
from .edit import Edit
from .instructions import line_ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build
    from ...syntax.command import Command, Script
    from ...syntax.tree import CommandLine

    EditsAndDeclared = tuple[list[Edit], list[Edit]]

PIPE_OPERATORS = ("|", "|&")
_STATEMENT = (";", "\n")
_LONGEST_LINE = 120
_DEEPEST = 12
"""Columns; a line that is indented further is aligned with a word of the line above."""


class CommandLocation:
    """A command in its script. The script is parsed separately, so that its outermost commands have no context."""

    __slots__ = ("build", "command", "commands", "instruction", "number", "outer", "script")

    def __init__(
        self, build: Build, instruction: CommandLine, outer: Command, script: Script, commands: Sequence[Command]
    ) -> None:
        self.build = build
        self.instruction = instruction
        self.outer = outer
        self.script = script
        self.commands = commands
        self.number = next(number for number, each in enumerate(commands) if _same(each, outer))
        self.command = commands[self.number]

    def is_nested(self) -> bool:
        """Whether the script is part of another one: `sh -c "…"`."""
        return self.instruction.json or len(self.outer.context) > len(self.command.context)

    def in_heredoc(self) -> bool:
        """Whether the script is in a heredoc."""
        return any(doc.start <= self.outer.start < doc.terminator_end for doc in self.instruction.heredocs)


def _same(one: Command, other: Command) -> bool:
    return (one.start_index, one.end_index, one.text) == (other.start_index, other.end_index, other.text)


def locate_command(build: Build, instruction: CommandLine, command: Command) -> CommandLocation | None:
    """The location of a command; None where its script cannot be parsed reliably, and in exec form."""
    script = command.script
    first = build.commands(instruction)[0]
    if (instruction.json and script is first.script) or "\r" in script.text or build.script(instruction).error:
        return None
    if not _is_written(build, command):
        return None
    alone = parse_script(script)
    commands = [each for each in alone.commands if each.script is script]
    found = any(_same(each, command) for each in commands)
    return CommandLocation(build, instruction, command, alone, commands) if found and not alone.error else None


def _is_written(build: Build, command: Command) -> bool:
    """Whether the file has the first and last character of the command as the shell reads them."""
    text = build.dockerfile.source.text
    script = command.script.text
    return text[command.start] == script[command.start_index] and text[command.end - 1] == script[command.end_index - 1]


def insert_command_after(
    build: Build, instruction: CommandLine, command: Command, addition: str, separator: str = ""
) -> EditsAndDeclared | None:
    """The edits that run `addition` after `command` or its pipeline has succeeded, and their declaration.

    None where that would change the script: after `||`, inside other constructs, in the background. `addition` must
    mean the same in any quotes. `separator` is the text of ` && `; by default it follows the style of the script.
    """
    place = locate_command(build, instruction, command)
    if place is None or place.command.context:
        return None
    last = _end_of_pipeline(place)
    if last is None or any("<<" in redirect.operator for redirect in place.commands[last].redirects):
        return None
    joiner = _joiner(place, last)
    return _insert(place, last, joiner, addition, separator if joiner == "&&" else "") if joiner else None


def append_command(build: Build, instruction: CommandLine, command: Command, addition: str) -> EditsAndDeclared | None:
    """The edits that run `addition` at the end of the script of `command`, and their declaration; None as above."""
    place = locate_command(build, instruction, command)
    if place is None:
        return None
    last = place.commands[-1]
    text = last.script.text
    if last.context or last.operator_after == "&" or "<<" in text or text[last.end_index :].strip(" \t\n;"):
        return None
    if last.name in ("exit", "exec", "return") or "exec" in last.wrappers:
        return None
    # `set -e` has no effect on functions and groups before `&&`.
    if any("function" in each.context for each in place.commands) or (
        last.operator_before in PIPE_OPERATORS and not _is_flat(place)
    ):
        return None
    return _insert(place, len(place.commands) - 1, "&&", addition)


def _is_flat(place: CommandLocation) -> bool:
    return not any(command.context for command in place.commands)


def _end_of_pipeline(place: CommandLocation) -> int | None:
    commands, number = place.commands, place.number
    if (
        commands[number].operator_before in PIPE_OPERATORS or commands[number].operator_after in PIPE_OPERATORS
    ) and not _is_flat(place):
        return None
    while commands[number].operator_after in PIPE_OPERATORS:
        number += 1
        if (
            number >= len(commands)
            or commands[number].context
            or commands[number].operator_before not in PIPE_OPERATORS
        ):
            return None
    return number


def _joiner(place: CommandLocation, number: int) -> str | None:
    """The operator between command `number` and a new one after it; None where no operator is right."""
    commands = place.commands
    command = commands[number]
    if commands[place.number].operator_before == "||" or command.operator_after in ("||", "&"):
        return None
    rest = command.script.text[command.end_index :]
    if command.operator_after == "&&":
        # `a && b || c`: c would run when the new command fails.
        return None if _reaches_or(commands, number) else "&&"
    if command.operator_after in _STATEMENT and number + 1 < len(commands):
        return None if "$?" in rest else command.operator_after
    # The last command: with `&&` its failure is that of the script, with or without `set -e`.
    if command.operator_before == ";" and place.number == number and _exits_on_error(commands):
        return ";"
    return "&&"


def _reaches_or(commands: Sequence[Command], number: int) -> bool:
    for command in commands[number + 1 :]:
        if not command.context and command.operator_after not in ("&&", *PIPE_OPERATORS):
            return command.operator_after == "||"
    return False


def _exits_on_error(commands: Sequence[Command]) -> bool:
    """Whether the script starts with `set -e` and does not change it later."""
    first, *others = commands
    return first.name == "set" and first.has("-e") and not any(command.name == "set" for command in others)


def _insert(
    place: CommandLocation, number: int, joiner: str, addition: str, separator: str = ""
) -> EditsAndDeclared | None:
    command = place.commands[number]
    text = command.script.text
    plain = "\n" if joiner == "\n" else f" {joiner} " if joiner == "&&" else f"{joiner} "
    if not _only_adds(place.script, text[: command.end_index] + plain + addition + text[command.end_index :], addition):
        return None
    separator = separator or _separator(place, number, joiner, len(addition))
    edit = Edit(command.end, command.end, separator + addition)
    if place.in_heredoc():
        return [edit], [edit]
    source = place.build.dockerfile.source.text
    # The declaration has no line breaks; in quotes the indentation of a further line is significant.
    broken = place.build.dockerfile.escape + line_ending(source)
    return [edit], [Edit(command.end, command.end, separator.replace(broken, "") + addition)]


def _only_adds(before: Script, text: str, addition: str) -> bool:
    """Whether the text is the script plus the outermost command `addition`, and nothing else."""
    after = parse_script(MappedText(text, (0,), (0,)))
    old, new = _shape(before), _shape(after)
    return not after.error and any(
        text[each.start_index : each.end_index] == addition and not each.context and new[:at] + new[at + 1 :] == old
        for at, each in enumerate(after.commands)
    )


def _shape(script: Script) -> list[tuple[str, tuple[str, ...]]]:
    return [(command.text, command.context) for command in script.commands]


def _separator(place: CommandLocation, number: int, joiner: str, width: int) -> str:
    """The text that joins the new command to the one before it, in the style of the script."""
    text = place.build.dockerfile.source.text
    commands = place.commands
    command = commands[number]
    ending = "\n" if place.in_heredoc() else line_ending(text)
    if joiner == "\n":
        return ending + _indentation(text, _line_of(text, command.start), command.start)
    inline = f" {joiner} " if joiner == "&&" else f"{joiner} "
    for first, second in _neighbours(commands, number, joiner):
        between = text[first.end : second.start]
        if "\n" in between:
            return _line_break_like(place, between, second, joiner)
    start = _line_of(text, command.end)
    end = text.find("\n", command.end)
    line = len(text[start : end if end >= 0 else len(text)].rstrip())
    if (place.is_nested() or place.in_heredoc()) or (
        "\n" not in text[command.start : command.end] and line + width + 4 <= _LONGEST_LINE
    ):
        return inline
    escape = place.build.dockerfile.escape
    indent = _indentation(text, start, command.end) if start > place.instruction.start else "    "
    if len(indent) > _DEEPEST:
        first = _line_of(text, command.start)
        indent = _indentation(text, first, command.start) + "    "
    return f"{'' if joiner == '&&' else joiner} {escape}{ending}{indent}{'&& ' if joiner == '&&' else ''}"


def _neighbours(commands: Sequence[Command], number: int, joiner: str) -> list[tuple[Command, Command]]:
    """The pairs of commands that `joiner` joins, the nearest first."""
    pairs = [
        (a, b)
        for a, b in pairwise(commands)
        if a.operator_after == b.operator_before == joiner and a.context == b.context
    ]
    at = commands[number].start_index
    return sorted(pairs, key=lambda pair: abs(pair[1].start_index - at))


def _line_break_like(place: CommandLocation, between: str, second: Command, joiner: str) -> str:
    """A separator with a line break like `between`, the text before the command `second`."""
    text = place.build.dockerfile.source.text
    escape = "\\" if place.in_heredoc() else place.build.dockerfile.escape
    ending = "\n" if place.in_heredoc() else line_ending(text)
    start = _line_of(text, second.start)
    leading = text[start : second.start].strip().startswith(joiner)
    indent = _indentation(text, start, second.start)
    if leading:
        blank = text[start + len(indent) + len(joiner) : second.start]
        return f" {escape}{ending}{indent}{joiner}{blank or ' '}"
    gap = " " if joiner == "&&" else ""
    broken = "" if place.in_heredoc() and between.strip(" \t\n") == joiner else f" {escape}"
    return f"{gap}{joiner}{broken}{ending}{indent}"


def _line_of(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _indentation(text: str, start: int, end: int) -> str:
    line = text[start:end]
    return line[: len(line) - len(line.lstrip(" \t"))]


def remove_command(build: Build, instruction: CommandLine, command: Command) -> list[Edit] | None:
    """The edits that remove a command and the operator after it. They are their own declaration.

    None where no command follows, where its exit status is used, and where a comment is in between.
    """
    place = locate_command(build, instruction, command)
    if place is None or place.command.context or command.operator_before not in ("", "&&", *_STATEMENT):
        return None
    commands, number = place.commands, place.number
    if number + 1 >= len(commands) or not (
        command.operator_after == "&&" or (command.operator_after in _STATEMENT and command.operator_before != "&&")
    ):
        return None
    following = commands[number + 1]
    text = build.dockerfile.source.text
    between = text[command.end : following.start].replace(command.operator_after.strip(), "", 1)
    if (
        following.context
        or following.operator_before != command.operator_after
        or between.strip(" \t\r\n\\" + build.dockerfile.escape)
    ):
        return None
    script = command.script.text
    rest = parse_script(MappedText(script[: command.start_index] + script[following.start_index :], (0,), (0,)))
    expected = [(each.text, each.context) for each in place.script.commands if each is not place.command]
    if rest.error or _shape(rest) != expected:
        return None
    return [Edit(command.start, following.start, "")]
