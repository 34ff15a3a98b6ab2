"""BuildKit's `# check=`: which of its checks a file skips, asks for, or makes errors of.

A parser directive counts for the whole file, a comment for the next instruction. The value is cut at the first space
and has at most three parts: `skip=A,B` or `skip=all`, `experimental=…` the same way, `error=true`. Names are compared
as they are written. It is about BuildKit's checks only: `skip=all` leaves dlint's other rules alone.
Source: docs.docker.com/build/checks/, BuildKit frontend/dockerfile/linter/linter.go and its recorded answers.
"""

from __future__ import annotations

from ...rules import RULES
from ..config.selection import select_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...rules.base import Rule
    from ...syntax.tree import Comment, Dockerfile, Instruction

_PREFIX = "buildkit:"
EXPERIMENTAL_CHECKS = frozenset(("InvalidDefinitionDescription",))
"""Checks that BuildKit runs only where a file asks for them; `skip=` never reaches them."""
MULTIPLE_INSTRUCTIONS_CHECK = "MultipleInstructionsDisallowed"
"""The check whose comment stands before another instruction, the later one, than its finding."""
_WHOLE_FILE_ONLY = frozenset(
    ("ConsistentInstructionCasing", "DuplicateStageName", "ReservedStageName", "NoEmptyContinuation",
     "InvalidDefaultArgInFrom", "InvalidBaseImagePlatform")
)  # fmt: skip
_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_NOTHING: frozenset[str] = frozenset()


class CheckDirective:
    """The value of a `check=` taken apart: names (or `all`) to skip and to switch on, and whether they are errors."""

    __slots__ = ("error", "experimental", "skip")

    def __init__(self, value: str) -> None:
        self.skip = self.experimental = _NOTHING
        self.error = False
        for part in value.partition(" ")[0].split(";", 2):
            key, _, listed = part.partition("=")
            if key == "skip":
                self.skip = frozenset(listed.split(","))
            elif key == "experimental":
                self.experimental = frozenset(listed.split(","))
            elif key == "error":
                self.error = listed in _TRUE


class CheckDirectives:
    """What a file says about BuildKit's checks: `file` for all of it, `lines` by the first line of an instruction.

    `later` leads from a CMD, ENTRYPOINT or HEALTHCHECK that a later one of its stage replaces to that one.
    """

    __slots__ = ("file", "later", "lines")

    def __init__(self, dockerfile: Dockerfile) -> None:
        directive = dockerfile.directive("check")
        self.file = CheckDirective(directive.value if directive is not None else "")
        self.lines: dict[int, CheckDirective] = {}
        self.later: dict[int, int] = {}
        before: dict[str, int] = {}
        heads = {directive.line for directive in dockerfile.directives}
        for instruction in dockerfile.instructions:
            value = _inline(dockerfile, instruction, heads) if instruction.comments else ""
            if value:
                self.lines[instruction.start_line] = CheckDirective(value)
            name = instruction.name
            if name == "FROM":
                before.clear()
            elif name in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
                if name in before:
                    self.later[before[name]] = instruction.start_line
                before[name] = instruction.start_line

    def skips(self, aliases: Sequence[str], line: int) -> bool:
        """Whether BuildKit would be silent on a finding with these names in the instruction that begins on `line`."""
        checks = _checks(aliases)
        return bool(checks) and all(self._skips(check, line) for check in checks)

    def _skips(self, check: str, line: int) -> bool:
        if check in EXPERIMENTAL_CHECKS:
            return False
        if "all" in self.file.skip or check in self.file.skip:
            return True
        inline = self.lines.get(self.later.get(line, line) if check == MULTIPLE_INSTRUCTIONS_CHECK else line)
        return inline is not None and check not in _WHOLE_FILE_ONLY and ("all" in inline.skip or check in inline.skip)

    @property
    def enables_experimental(self) -> bool:
        """Whether the file switches any experimental check on, for all of it or for one instruction."""
        return bool(self.file.experimental) or any(options.experimental for options in self.lines.values())

    def is_enabled(self, aliases: Sequence[str], line: int) -> bool:
        """Whether the file switches an experimental check with one of these names on for the instruction."""
        inline = self.lines.get(line)
        wanted = self.file.experimental | (inline.experimental if inline is not None else _NOTHING)
        return bool(wanted) and any(check in wanted or "all" in wanted for check in _checks(aliases))

    def is_error(self, aliases: Sequence[str]) -> bool:
        """Whether a finding with these names makes the build fail; only the directive says so, no comment."""
        return self.file.error and bool(_checks(aliases))


def experimental_rules(select: Sequence[str], ignore: Sequence[str]) -> list[Rule]:
    """The experimental checks that a file may switch on itself: none beside a selection, and none that is ignored."""
    rules = [rule for rule in RULES if not select and not EXPERIMENTAL_CHECKS.isdisjoint(_checks(rule.aliases))]
    if rules and ignore:
        chosen = select_rules([rule.code for rule in rules], ignore)
        return [rule for rule in rules if rule in chosen]
    return rules


def _checks(aliases: Sequence[str]) -> list[str]:
    return [name[len(_PREFIX) :] for name in aliases if name.startswith(_PREFIX)]


def _inline(dockerfile: Dockerfile, instruction: Instruction, heads: set[int]) -> str:
    """The value of the first `# check=` before the instruction.

    As BuildKit reads them: in the first column, not before a bare `#`, and no directive of the head of the file.
    """
    starts = dockerfile.source.line_starts
    block: list[Comment] = []
    for comment in instruction.comments:
        if comment.line not in heads and comment.start == starts[comment.line - 1]:
            block = [*block, comment] if comment.text else []
    for comment in block:
        key, equals, value = comment.text.partition("=")
        if equals and key.strip().lower() == "check":
            return value.strip()
    return ""
