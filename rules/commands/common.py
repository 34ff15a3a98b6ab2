"""What rules over shell commands share."""

from __future__ import annotations

from ...syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...syntax.command import Command

SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh", "ksh"))
_SCRIPTS = frozenset(("sh -c", "heredoc"))


def call_span(command: Command) -> Span:
    """From where a command begins, its wrappers and assignments included, to the end of its program: `sudo make`."""
    return Span(command.start, max(command.words[0].end if command.words else command.end, command.start))


def around(command: Command) -> list[str]:
    """The constructs around a command, those left out that only hand the script to a shell."""
    return [label for label in command.context if label not in _SCRIPTS]


def steps(commands: Sequence[Command]) -> list[Command]:
    """The commands that the script runs one after the other: in no other construct, and no shell that is only called.

    `sh -c 'a && b'` and a shell that reads a here-document give their `a` and `b`.
    """
    found: list[Command] = []
    for index, command in enumerate(commands):
        inside = commands[index + 1].context if index + 1 < len(commands) else ()
        hands_over = len(inside) > len(command.context) and inside[-1:] in (("sh -c",), ("heredoc",))
        if not (command.name in SHELLS and hands_over) and not around(command):
            found.append(command)
    return found
