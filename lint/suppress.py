"""Inline suppression in three dialects.

- `# dlint: ignore[CODE, …] reason` and `# dlint: ignore reason`: the next instruction, or the instruction in whose
  continuation the comment stands; `# dlint: ignore-file[…]`: the whole file.
- `# hadolint ignore=A,B`: the next instruction; `# hadolint global ignore=A,B`: the whole file.
- `# check=skip=A,B` or `skip=all`: the whole file as a parser directive, the next instruction elsewhere
  (docs.docker.com/build/checks/).
"""

from __future__ import annotations

from .select import normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..rules.base import Rule
    from ..syntax.tree import Comment, Dockerfile

_EVERYTHING = "*"


class Suppressions:
    """What the comments of a file switch off: names for the whole file and for lines of instructions."""

    __slots__ = ("everywhere", "lines")

    def __init__(self, dockerfile: Dockerfile) -> None:
        self.everywhere: set[str] = set()
        self.lines: dict[int, set[str]] = {}
        directive = dockerfile.directive("check")
        if directive is not None:
            self.everywhere |= _check_names(directive.value)
        if not any("ignore" in comment.text or "check" in comment.text for comment in dockerfile.comments):
            return
        for comment in dockerfile.comments:
            self.everywhere |= _file_names(comment.text)
        for instruction in dockerfile.instructions:
            inside = [c for c in dockerfile.comments if c.inside and instruction.start <= c.start < instruction.end]
            names = _names(instruction.comments) | _names(inside)
            if names:
                self.lines[instruction.start_line] = names

    def hides(self, rule: Rule, instruction_line: int) -> bool:
        """Whether a finding of `rule` in the instruction that begins on the line is switched off."""
        if not self.everywhere and not self.lines:
            return False
        off = self.everywhere | self.lines.get(instruction_line, set())
        return _EVERYTHING in off or any(normal(name) in off for name in rule.names)


def _names(comments: Iterable[Comment]) -> set[str]:
    """The names that the comments before (or inside) an instruction switch off for it."""
    names: set[str] = set()
    for comment in comments:
        text = comment.text
        if text.startswith("dlint:"):
            verb, codes = _dlint(text)
            if verb == "ignore":
                names |= codes
        elif text.startswith("hadolint"):
            rest = text[len("hadolint") :].strip()
            if rest.startswith("ignore"):
                names |= _codes(rest.partition("=")[2].split(" #")[0])
        elif text.lower().startswith("check") and not comment.inside:
            name, equals, value = text.partition("=")
            if equals and name.strip().lower() == "check":
                names |= _check_names(value.strip())
    return names


def _file_names(text: str) -> set[str]:
    if text.startswith("dlint:"):
        verb, codes = _dlint(text)
        return codes if verb == "ignore-file" else set()
    if text.startswith("hadolint"):
        rest = text[len("hadolint") :].split()
        if rest[:1] == ["global"] and len(rest) > 1:
            return _codes(text.partition("=")[2])
    return set()


def _dlint(text: str) -> tuple[str, set[str]]:
    """Verb and codes of `dlint: verb[A, B] reason`; every rule without brackets."""
    rest = text[len("dlint:") :].strip()
    verb = rest.split("[")[0].split(" ")[0]
    if rest[len(verb) : len(verb) + 1] != "[":
        return verb, {_EVERYTHING}
    return verb, _codes(rest[len(verb) + 1 :].partition("]")[0])


def _codes(text: str) -> set[str]:
    return {normal(code) for code in text.replace(",", " ").split()}


def _check_names(value: str) -> set[str]:
    """The names behind `skip=` of a `check` directive; the value ends at the first space, as BuildKit cuts it."""
    names: set[str] = set()
    for part in value.split(" ")[0].split(";"):
        key, _, listed = part.partition("=")
        if key == "skip":
            names |= {_EVERYTHING if name == "all" else normal(name) for name in listed.split(",") if name}
    return names
