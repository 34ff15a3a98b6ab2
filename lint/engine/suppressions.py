"""Suppression comments of dlint, hadolint, ShellCheck and BuildKit.

- `# dlint: ignore[CODE, …] reason` and `# dlint: ignore reason`: the next instruction, or the one whose continuation
  lines or heredoc contain the comment; `# dlint: ignore-file[…]`: the whole file.
- `# hadolint ignore=A,B`: the next instruction; `# hadolint stage ignore=A,B` before a FROM: its stage;
  `# hadolint global ignore=A,B`: the whole file.
- `# shellcheck disable=SC2086`: the next instruction, for ShellCheck's findings.
- `# check=skip=A,B` or `skip=all` of BuildKit: see buildkit_checks.py.

A finding belongs to the instruction that contains its first character, even if it is about a stage or the file.
"""

from __future__ import annotations

from ...rules.base import normalize_selector
from ..config.selection import RULE_FAMILIES, is_rule_selector
from .buildkit_checks import MULTIPLE_INSTRUCTIONS_CHECK, CheckDirectives

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from ...rules.base import Rule
    from ...syntax.tree import Comment, Dockerfile

_EVERYTHING = "*"


class Suppressions:
    """The suppression comments of a file.

    `file_level`: names suppressed in the whole file; `lines`: names by the first line of the instruction; `hidden`:
    each suppressed rule with the line of the comment's instruction; `checks`: BuildKit's `# check=`.
    """

    __slots__ = ("checks", "file_level", "hidden", "lines")

    def __init__(self, dockerfile: Dockerfile, comments: bool = True) -> None:
        """Without `comments`, only BuildKit's comments are read."""
        self.file_level: set[str] = set()
        self.lines: dict[int, set[str]] = {}
        self.hidden: list[tuple[Rule, int]] = []

        self.checks = CheckDirectives(dockerfile)
        # A check of the text, as a comment may be in a heredoc, where it is not one of the Dockerfile.
        text = dockerfile.source.text.lower()
        if not comments or ("ignore" not in text and "shellcheck" not in text):
            return
        for comment in dockerfile.comments:
            for verb, names in _read(comment.text):
                if verb in ("ignore-file", "global"):
                    self.file_level |= names
        self._read_instructions(dockerfile)

    def _read_instructions(self, dockerfile: Dockerfile) -> None:
        continuation = iter([comment for comment in dockerfile.comments if comment.in_continuation])
        upcoming = next(continuation, None)
        stage: set[str] = set()
        for instruction in dockerfile.instructions:
            within: list[Comment] = []
            while upcoming is not None and upcoming.start < instruction.end:
                if upcoming.start > instruction.start:
                    within.append(upcoming)
                upcoming = next(continuation, None)
            if instruction.name == "FROM":
                stage = _names(instruction.comments, "stage")
            names = _names(instruction.comments, "ignore") | _names(within, "ignore")
            for body in (heredoc.body for heredoc in instruction.heredocs):
                if "dlint:" in body:
                    names |= _names_in_body(body)
            if names or stage:
                self.lines[instruction.start_line] = stage | names if names else stage

    def hides_code(self, code: str, instruction_line: int) -> bool:
        """Whether ShellCheck findings with this code are suppressed in the instruction that starts on the line."""
        names, off = (code.lower(), "shellcheck"), self.lines.get(instruction_line)
        return _is_off(names, code.lower(), self.file_level) or (off is not None and _is_off(names, code.lower(), off))

    def hides(self, rule: Rule, instruction_line: int, aliases: Sequence[str]) -> bool:
        """Whether a finding of `rule` with these aliases is suppressed in the instruction that starts on the line."""
        off = self.lines.get(instruction_line)
        if suppresses_rule(rule, self.file_level) or (off is not None and suppresses_rule(rule, off)):
            self.hidden.append((rule, instruction_line))
            return True
        if "buildkit:" + MULTIPLE_INSTRUCTIONS_CHECK in aliases and instruction_line in self.checks.later:
            # hadolint reports the later of the two instructions, so its comments are there.
            later = self.checks.later[instruction_line]
            off = self.lines.get(later)
            if off is not None and suppresses_rule(rule, off):
                self.hidden.append((rule, later))
                return True
        return self.checks.skips(aliases, instruction_line)


def suppresses_rule(rule: Rule, off: set[str]) -> bool:
    """Whether these normalized names include the rule."""
    return _is_off(rule.normalized_names, rule.code.lower(), off) if off else False


def _is_off(names: Collection[str], code: str, off: set[str]) -> bool:
    if _EVERYTHING in off or not off.isdisjoint(names):
        return True
    prefixes = (code[:length] for length in range(1, len(code) + 1))
    return any(name in off and name.rstrip("0123456789") in RULE_FAMILIES for name in prefixes)


# Parsing of comments --------------------------------------------------------------------------------------------


def _names(comments: Iterable[Comment], wanted: str) -> set[str]:
    """The normalized names in comments with the verb `wanted`."""
    found: set[str] = set()
    for comment in comments:
        for verb, names in _read(comment.text):
            if verb == wanted:
                found |= names
    return found


def _names_in_body(body: str) -> set[str]:
    """The names in dlint's comments in a heredoc; other tools do not read comments there."""
    found: set[str] = set()
    for line in body.split("\n"):
        text = line.strip()
        if text.startswith("#"):
            for verb, names in _read_dlint(text[1:].strip()):
                if verb == "ignore":
                    found |= names
    return found


def _read(text: str) -> Iterator[tuple[str, set[str]]]:
    """The verb and names of a suppression comment; nothing for other comments."""
    yield from _read_dlint(text)
    if text.startswith("shellcheck disable="):
        yield "ignore", _codes(text.partition("=")[2].split("#")[0])
    if text[:8].lower() == "hadolint":
        words, equals, codes = text[8:].partition("=")
        verbs = words.split()
        if equals and verbs[-1:] == ["ignore"] and len(verbs) < 3:
            yield verbs[0], _codes(codes.split("#")[0])


def _read_dlint(text: str) -> Iterator[tuple[str, set[str]]]:
    """`dlint: verb[A, B] reason`; without brackets, the names after the verb, or all rules if there are none."""
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
