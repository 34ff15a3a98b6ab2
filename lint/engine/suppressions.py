"""Inline suppression in three dialects.

- `# dlint: ignore[CODE, …] reason` and `# dlint: ignore reason`: the next instruction, or the instruction in whose
  continuation or here-document the comment stands; `# dlint: ignore-file[…]`: the whole file.
- `# hadolint ignore=A,B`: the next instruction; `# hadolint stage ignore=A,B` before a FROM: its stage;
  `# hadolint global ignore=A,B`: the whole file.
- `# shellcheck disable=SC2086`: as ignore, for ShellCheck's findings;
- `# check=skip=A,B` or `skip=all`, BuildKit's own: checks.py reads it.

A finding belongs to the instruction in which its first character stands, also when it is about a stage or the file.
"""

from __future__ import annotations

from ..config.selection import RULE_FAMILIES, is_rule_selector, normalize_selector
from .buildkit_checks import MULTIPLE_INSTRUCTIONS_CHECK, CheckDirectives

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ...rules.base import Rule
    from ...syntax.tree import Comment, Dockerfile

_EVERYTHING = "*"


class Suppressions:
    """What the comments of a file switch off: names for the whole file and for lines of instructions."""

    __slots__ = ("checks", "file_level", "hidden", "lines")

    def __init__(self, dockerfile: Dockerfile, comments: bool = True) -> None:
        """Without `comments` only what BuildKit reads counts."""
        self.file_level: set[str] = set()
        self.lines: dict[int, set[str]] = {}
        self.hidden: list[tuple[Rule, int]] = []
        """Each rule of which a finding was switched off by a comment, with the first line of the instruction."""
        self.checks = CheckDirectives(dockerfile)
        # Told from the text: a comment may also stand in a here-document, where it is the shell's.
        text = dockerfile.source.text.lower()
        if not comments or ("ignore" not in text and "shellcheck" not in text):
            return
        for comment in dockerfile.comments:
            for verb, names in _read(comment.text):
                if verb in ("ignore-file", "global"):
                    self.file_level |= names
        self._read_instructions(dockerfile)

    def _read_instructions(self, dockerfile: Dockerfile) -> None:
        inside = iter([comment for comment in dockerfile.comments if comment.in_continuation])
        next_inside = next(inside, None)
        stage: set[str] = set()
        for instruction in dockerfile.instructions:
            within: list[Comment] = []
            while next_inside is not None and next_inside.start < instruction.end:
                if next_inside.start > instruction.start:
                    within.append(next_inside)
                next_inside = next(inside, None)
            if instruction.name == "FROM":
                stage = _names(instruction.comments, "stage")
            names = stage | _names(instruction.comments, "ignore") | _names(within, "ignore")
            for body in (heredoc.body for heredoc in instruction.heredocs):
                if "dlint:" in body:
                    names |= _names_in_body(body)
            if names:
                self.lines[instruction.start_line] = names

    def hides_code(self, code: str, instruction_line: int) -> bool:
        """Whether ShellCheck's finding of this code in the instruction that begins on the line is switched off."""
        names, off = (code, "shellcheck"), self.lines.get(instruction_line)
        return _is_off(names, code.lower(), self.file_level) or (off is not None and _is_off(names, code.lower(), off))

    def hides(self, rule: Rule, instruction_line: int, aliases: Sequence[str]) -> bool:
        """Whether a finding of `rule`, known by these names to other tools, in the instruction that begins on the line
        is switched off.
        """
        off = self.lines.get(instruction_line)
        if suppresses_rule(rule, self.file_level) or (off is not None and suppresses_rule(rule, off)):
            self.hidden.append((rule, instruction_line))
            return True
        if "buildkit:" + MULTIPLE_INSTRUCTIONS_CHECK in aliases and instruction_line in self.checks.later:
            # hadolint names the later of two instructions, and so do the comments that were written for it.
            later = self.checks.later[instruction_line]
            off = self.lines.get(later)
            if off is not None and suppresses_rule(rule, off):
                self.hidden.append((rule, later))
                return True
        return self.checks.skips(aliases, instruction_line)


def suppresses_rule(rule: Rule, off: set[str]) -> bool:
    """Whether names in the form of `normal` switch a rule off."""
    return _is_off(rule.names, rule.code.lower(), off) if off else False


def _is_off(names: Sequence[str], code: str, off: set[str]) -> bool:
    if _EVERYTHING in off or any(normalize_selector(name) in off for name in names):
        return True
    return any(code.startswith(name) and name.rstrip("0123456789") in RULE_FAMILIES for name in off)


# What a comment says ----------------------------------------------------------------------------------------------


def _names(comments: Iterable[Comment], wanted: str) -> set[str]:
    """The names that comments of dlint and hadolint switch off with the verb `wanted`."""
    found: set[str] = set()
    for comment in comments:
        for verb, names in _read(comment.text):
            if verb == wanted:
                found |= names
    return found


def _names_in_body(body: str) -> set[str]:
    """The names of dlint's comments in a here-document, where only dlint looks for any."""
    found: set[str] = set()
    for line in body.split("\n"):
        text = line.strip()
        if text.startswith("#"):
            for verb, names in _read_dlint(text[1:].strip()):
                if verb == "ignore":
                    found |= names
    return found


def _read(text: str) -> Iterator[tuple[str, set[str]]]:
    """The verb and the names of a comment of dlint's or hadolint's; nothing for any other comment."""
    yield from _read_dlint(text)
    if text.startswith("shellcheck disable="):
        yield "ignore", _codes(text.partition("=")[2].split("#")[0])
    if text[:8].lower() == "hadolint":
        words, equals, codes = text[8:].partition("=")
        verbs = words.split()
        if equals and verbs[-1:] == ["ignore"] and len(verbs) < 3:
            yield verbs[0], _codes(codes.split("#")[0])


def _read_dlint(text: str) -> Iterator[tuple[str, set[str]]]:
    """`dlint: verb[A, B] reason`; every rule without brackets, but the rules that are named there without any."""
    if text[:6].lower() != "dlint:":
        return
    rest = text[6:].strip()
    verb = rest[: len(rest) - len(rest.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"))]
    rest = rest[len(verb) :].lstrip(" \t=")
    if rest.startswith("["):
        yield verb.lower(), _codes(rest[1:].partition("]")[0])
        return
    names: set[str] = set()
    for word in rest.replace(",", " ").split():
        if not is_rule_selector(word):
            break
        names.add(normalize_selector(word))
    yield verb.lower(), names or {_EVERYTHING}


def _codes(text: str) -> set[str]:
    names = {normalize_selector(code) for code in text.replace(",", " ").split()} - {""}
    return {_EVERYTHING if name == "all" else name for name in names}
