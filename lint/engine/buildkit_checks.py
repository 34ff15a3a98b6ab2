"""BuildKit's `# check=`: which of its checks a file skips, enables, or turns into errors.

A parser directive applies to the whole file, a comment to the next instruction. The value ends at the first space and
has up to three parts: `skip=A,B` or `skip=all`, `experimental=…` in the same form, and `error=true`. Names are case
sensitive. Only BuildKit's checks are affected: `skip=all` does not suppress dlint's other rules.
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
"""Checks that BuildKit runs only if a file enables them; `skip=` does not affect them."""
MULTIPLE_INSTRUCTIONS_CHECK = "MultipleInstructionsDisallowed"
"""The check whose comment belongs to the later of two instructions, while dlint reports the earlier one."""
_WHOLE_FILE_ONLY = frozenset(
    ("ConsistentInstructionCasing", "DuplicateStageName", "ReservedStageName", "NoEmptyContinuation",
     "InvalidDefaultArgInFrom", "InvalidBaseImagePlatform")
)  # fmt: skip
_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_NONE: frozenset[str] = frozenset()


class CheckDirective:
    """A parsed `check=` value: names (or `all`) to skip and to enable, and whether findings are errors."""

    __slots__ = ("error", "experimental", "skip")

    def __init__(self, value: str) -> None:
        self.skip = self.experimental = _NONE
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
    """The `check=` directives of a file.

    `file`: the directive of the whole file; `lines`: comments by the first line of their instruction; `later`: from the
    line of a CMD, ENTRYPOINT or HEALTHCHECK to that of the next one in the stage, which replaces it.
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
        """Whether BuildKit skips a finding with these aliases in the instruction that starts on `line`."""
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
        """Whether the file enables an experimental check, for the whole file or for one instruction."""
        return bool(self.file.experimental) or any(options.experimental for options in self.lines.values())

    def is_enabled(self, aliases: Sequence[str], line: int) -> bool:
        """Whether the file enables an experimental check with one of these aliases for the instruction on `line`."""
        inline = self.lines.get(line)
        wanted = self.file.experimental | (inline.experimental if inline is not None else _NONE)
        return bool(wanted) and any(check in wanted or "all" in wanted for check in _checks(aliases))

    def is_error(self, aliases: Sequence[str]) -> bool:
        """Whether a finding with these aliases fails the build; only the directive can set this, not a comment."""
        return self.file.error and bool(_checks(aliases))


def experimental_rules(select: Sequence[str], ignore: Sequence[str]) -> list[Rule]:
    """The experimental checks that a file may enable: none if rules are selected explicitly, and no ignored ones."""
    rules = [rule for rule in RULES if not select and not EXPERIMENTAL_CHECKS.isdisjoint(_checks(rule.aliases))]
    if rules and ignore:
        chosen = select_rules([rule.code for rule in rules], ignore)
        return [rule for rule in rules if rule in chosen]
    return rules


def _checks(aliases: Sequence[str]) -> list[str]:
    return [name[len(_PREFIX) :] for name in aliases if name.startswith(_PREFIX)]


def _inline(dockerfile: Dockerfile, instruction: Instruction, heads: set[int]) -> str:
    """The value of the first `# check=` comment before the instruction, empty if there is none.

    As in BuildKit, it must start in the first column and have no bare `#` after it; directives do not count.
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
