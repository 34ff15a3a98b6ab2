"""Consecutive RUN instructions that could be combined."""

from __future__ import annotations

from itertools import pairwise

from ...syntax.instruction_checks import parse_mount_fields
from ...syntax.shell import DIALECTS
from ...syntax.source import Span
from ...syntax.tree import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.tree import Instruction

_TESTS = ("[", "[[")
_INNER = frozenset(("sh -c", "heredoc", "xargs", "find -exec", "eval"))

_FAST = frozenset(
    ("mkdir", "chmod", "chown", "chgrp", "ln", "touch", "cp", "mv", "rm", "rmdir", "install", "echo", "printf", "cat",
     "tee", "sed", "useradd", "adduser", "groupadd", "addgroup", "usermod", "groupmod", "passwd", "chpasswd", "set",
     "export", "cd", "true", "test", "[", "update-alternatives", "ldconfig")
)  # fmt: skip


def consecutive_run_pairs(instructions: Sequence[Instruction]) -> Iterator[tuple[Run, Run]]:
    """Pairs of adjacent RUN instructions with the same flags, or of ONBUILD triggers."""
    for before, instruction in pairwise(instructions):
        first, second = as_run(before), as_run(instruction)
        if first and second and (first.parent is None) == (second.parent is None) and same_flags(first, second):
            yield first, second


def as_run(instruction: Instruction) -> Run | None:
    """The instruction if it is a RUN, or the RUN trigger of an ONBUILD; else None."""
    found = instruction.trigger or instruction
    return found if isinstance(found, Run) else None


def same_flags(first: Run, second: Run) -> bool:
    """Whether two RUNs have the same flags, ignoring the order of flags and of mount fields."""
    return _flags(first) == _flags(second)


def _flags(run: Run) -> list[str]:
    return sorted(_mount(flag.value or "") if flag.name == "mount" else flag.text for flag in run.flags)


def _mount(value: str) -> str:
    return ",".join(sorted(f"{key}={field}" for key, field in parse_mount_fields(value) or ()))


def keyword_span(run: Run) -> Span:
    """The span of the keyword RUN."""
    return Span(run.start, run.keyword_end)


def is_single_command(build: Build, run: Run) -> bool:
    """Whether a RUN is a single command of a Unix shell; tests (`[ -f a ]`) are not counted."""
    script = build.script(run)
    commands = [c for c in script.commands if c.words and c.name not in _TESTS and _INNER.isdisjoint(c.context)]
    return script.dialect in DIALECTS and len(commands) <= 1


def is_trivial(build: Build, run: Run) -> bool:
    """Whether a RUN consists only of small, fast commands."""
    commands = build.commands(run)
    return bool(commands) and all(command.name in _FAST or not command.words for command in commands)
