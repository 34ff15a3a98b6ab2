"""Helpers of rules about shell commands."""

from __future__ import annotations

from ...syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...syntax.command import Command

SHELL_NAMES = frozenset(("sh", "bash", "ash", "dash", "zsh", "ksh"))
_SCRIPTS = frozenset(("sh -c", "heredoc"))


def program_span(command: Command) -> Span:
    """From the start of a command, including wrappers and assignments, to the end of its program: `sudo make`."""
    return Span(command.start, max(command.words[0].end if command.words else command.end, command.start))


def enclosing_constructs(command: Command) -> list[str]:
    """The shell constructs around a command, except those that only pass a script to a shell."""
    return [label for label in command.context if label not in _SCRIPTS]


def sequential_commands(commands: Sequence[Command]) -> list[Command]:
    """The commands that the script runs in sequence, outside any other shell construct.

    `sh -c 'a && b'` and a shell that reads a heredoc are replaced by their commands `a` and `b`.
    """
    found: list[Command] = []
    for index, command in enumerate(commands):
        inside = commands[index + 1].context if index + 1 < len(commands) else ()
        hands_over = len(inside) > len(command.context) and inside[-1:] in (("sh -c",), ("heredoc",))
        if not (command.name in SHELL_NAMES and hands_over) and not enclosing_constructs(command):
            found.append(command)
    return found


def has_errexit(options: Sequence[str]) -> bool:
    """Whether the options of a shell, or of `set`, stop it at the first failure: `-e`, `-eux`, `-o errexit`."""
    for option, value in zip(options, [*options[1:], ""], strict=False):
        if (
            option[:1] == "-"
            and option[:2] != "--"
            and ("e" in option or (option.endswith("o") and value == "errexit"))
        ):
            return True
    return False


def sets_errexit(command: Command) -> bool:
    """Whether the command is `set -e` or `trap … ERR`."""
    if command.name == "trap":
        return any(word.value == "ERR" for word in command.args)
    return command.name == "set" and has_errexit([word.value for word in command.args])
