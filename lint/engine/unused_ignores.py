"""Finds unused suppression comments for the rules IGN001 and IGN002.

A name in a comment is unused if none of its rules has a finding in the lines the comment applies to. Rules that are not
selected are run for this only, so the selection does not make comments unused. ShellCheck's codes and comments that
suppress all rules are not checked.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left

from ...rules.base import UnusedIgnore, normalize_selector
from ..config.selection import UnknownRule, matching_rules
from .suppressions import suppresses_rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...model.build import Build
    from ...rules.base import Rule
    from ...syntax.tree import Comment, Dockerfile, Instruction
    from .suppressions import Suppressions

COMMENT_RULES = ("IGN001", "IGN002")
_LISTED = re.compile(
    r"#\s*(?:(?P<dlint>dlint:)\s*(?P<verb>ignore-file|ignore)\s*=?\s*\[(?P<codes>[^\]]*)\]"
    r"|hadolint\s+(?:(?P<reach>global|stage)\s+)?ignore\s*=(?P<others>[^#]*))",
    re.IGNORECASE,
)
_DIRECTIVE = re.compile(r"#\s*\w+\s*=")


class _SuppressionComment:
    """A comment, its names with the offsets of their list, and the lines it applies to (None: the whole file).

    The lines are the first lines of instructions.
    """

    __slots__ = ("comment", "dlint", "end", "lines", "names", "start")

    def __init__(self, comment: Comment, match: re.Match[str], lines: range | None) -> None:
        group = "codes" if match["dlint"] else "others"
        self.comment = comment
        self.dlint = bool(match["dlint"])
        self.start = match.start(group)
        self.end = match.end(group)
        self.names = match[group].replace(",", " ").split()
        self.lines = lines


def find_unused_ignores(
    build: Build, rules: Sequence[Rule], suppressions: Suppressions, run: Callable[[Sequence[Rule]], object]
) -> list[UnusedIgnore]:
    """The unused names of the comments of a file; `rules` have run already, `run` runs others."""
    written = list(_suppression_comments(build.dockerfile))
    names = {name for each in written for name in each.names}
    named = {name: rules_of for name in sorted(names) if (rules_of := _rules(name)) is not None}
    known = {rule.code for rule in rules}
    missing = {rule.code: rule for found in named.values() for rule in found if rule.code not in known}
    if missing:
        run(list(missing.values()))
    hidden = _HiddenFindings(build.dockerfile, suppressions)
    last_directive = _last_directive(build.dockerfile)
    found: list[UnusedIgnore] = []
    for each in written:
        unused = [name for name in each.names if name in named and not hidden.has(name, each.lines)]
        if unused:
            found.append(_unused(build.dockerfile, each, unused, last_directive))
    return found


def _rules(name: str) -> Sequence[Rule] | None:
    """The rules of a name; None for names that are not checked: ShellCheck, all rules, unknown codes."""
    plain = normalize_selector(name)
    if plain in ("all", "shellcheck") or plain.startswith("sc"):
        return None
    try:
        return matching_rules(name)
    except UnknownRule:
        return None


class _HiddenFindings:
    """Where which rules have suppressed findings."""

    def __init__(self, dockerfile: Dockerfile, suppressions: Suppressions) -> None:
        self._rules = {rule.code: rule for rule, _ in suppressions.hidden}
        first_lines = {instruction.start_line for instruction in dockerfile.instructions}
        lines: dict[str, set[int]] = {}
        for rule, line in suppressions.hidden:
            if line in first_lines:
                lines.setdefault(rule.code, set()).add(line)
        self._lines = {code: sorted(found) for code, found in lines.items()}
        self._codes: dict[str, list[str]] = {}

    def has(self, name: str, lines: range | None) -> bool:
        """Whether a rule of this name has a suppressed finding in these lines; None is the whole file."""
        if name not in self._codes:
            off = {normalize_selector(name)}
            self._codes[name] = [code for code, rule in self._rules.items() if suppresses_rule(rule, off)]
        return any(lines is None or self._is_in(code, lines) for code in self._codes[name])

    def _is_in(self, code: str, lines: range) -> bool:
        found = self._lines.get(code, [])
        at = bisect_left(found, lines.start)
        return at < len(found) and found[at] in lines


def _unused(
    dockerfile: Dockerfile, written: _SuppressionComment, unused: Sequence[str], last_directive: int
) -> UnusedIgnore:
    gone = set(unused)
    comment, kept = written.comment, [name for name in written.names if name not in gone]
    if kept:
        separator = ", " if written.dlint else ","
        tail = (
            "" if written.dlint else " " * (len(_text(dockerfile, written)) - len(_text(dockerfile, written).rstrip()))
        )
        text = dockerfile.source.text
        new = text[comment.start : written.start] + separator.join(kept) + tail + text[written.end : comment.end]
        return UnusedIgnore(comment, tuple(unused), written.dlint, (comment.start, comment.end, new))
    return UnusedIgnore(comment, tuple(unused), written.dlint, _without_line(dockerfile, comment, last_directive))


def _text(dockerfile: Dockerfile, written: _SuppressionComment) -> str:
    return dockerfile.source.text[written.start : written.end]


def _last_directive(dockerfile: Dockerfile) -> int:
    """Where the last comment that may become a directive begins; -1 if there is none."""
    text = dockerfile.source.text
    first = dockerfile.instructions[0].start if dockerfile.instructions else len(text)
    starts = [each.start for each in dockerfile.comments if each.start < first]
    return next((start for start in reversed(starts) if _DIRECTIVE.match(text, start)), -1)


def _without_line(dockerfile: Dockerfile, comment: Comment, last_directive: int) -> tuple[int, int, str] | None:
    """The edit that removes the line of a comment; None if a later comment would become a directive."""
    if comment.start < last_directive:
        return None
    source = dockerfile.source
    starts = source.line_starts
    start = starts[comment.line - 1]
    if comment.line < len(starts):
        return start, starts[comment.line], ""
    # The last line has no line ending: remove the one before it.
    return len(source.text[:start].removesuffix("\n").removesuffix("\r")), len(source.text), ""


def _suppression_comments(dockerfile: Dockerfile) -> Iterator[_SuppressionComment]:
    """The comments that list names, with the first lines of the instructions they apply to."""
    owners = _owners(dockerfile)
    stages = [instruction.start_line for instruction in dockerfile.instructions if instruction.name == "FROM"]
    text = dockerfile.source.text
    for comment in dockerfile.comments:
        match = _LISTED.match(text, comment.start, comment.end)
        if match is None:
            continue
        owner = owners.get(comment.start)
        if (match["verb"] or "").lower() == "ignore-file" or (match["reach"] or "").lower() == "global":
            yield _SuppressionComment(comment, match, None)
        elif (match["reach"] or "").lower() == "stage":
            yield _SuppressionComment(comment, match, _stage_lines(stages, owner))
        else:
            yield _SuppressionComment(comment, match, _lines_of(owner))


def _owners(dockerfile: Dockerfile) -> dict[int, Instruction]:
    """The instruction after or around each comment, by the offset of the comment."""
    instructions = dockerfile.instructions
    found = {comment.start: instruction for instruction in instructions for comment in instruction.comments}
    starts = [instruction.start for instruction in instructions]
    for comment in dockerfile.comments:
        at = bisect_left(starts, comment.start) - 1
        if comment.in_continuation and at >= 0 and comment.start < instructions[at].end:
            found[comment.start] = instructions[at]
    return found


def _lines_of(owner: Instruction | None) -> range:
    return range(owner.start_line, owner.start_line + 1) if owner is not None else range(0)


def _stage_lines(stages: Sequence[int], owner: Instruction | None) -> range:
    """The lines of the stage that starts with `owner`; `stages` are the lines of all FROM."""
    if owner is None or owner.name != "FROM":
        return range(0)
    at = bisect_left(stages, owner.start_line) + 1
    return range(owner.start_line, stages[at] if at < len(stages) else sys.maxsize)
