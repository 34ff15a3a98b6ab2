"""Finds unused suppression comments for the rules IGN001 and IGN002.

A name in a comment is unused if none of its rules has a finding in the lines the comment applies to. Rules that are not
selected are run for this only, so the selection does not make comments unused. ShellCheck's codes and comments that
suppress all rules are not checked.
"""

from __future__ import annotations

import re

from ...rules.base import UnusedIgnore
from ..config.selection import UnknownRule, matching_rules, normalize_selector
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
    """A comment, its names with the offsets of their list, and the lines it applies to (None: the whole file)."""

    __slots__ = ("comment", "dlint", "end", "lines", "names", "start")

    def __init__(self, comment: Comment, match: re.Match[str], lines: Sequence[int] | None) -> None:
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
    named = {name: rules_of for each in written for name in each.names if (rules_of := _rules(name)) is not None}
    known = {rule.code for rule in rules}
    missing = {rule.code: rule for found in named.values() for rule in found if rule.code not in known}
    if missing:
        run(list(missing.values()))
    found: list[UnusedIgnore] = []
    for each in written:
        unused = [name for name in each.names if name in named and not _used(name, each, suppressions)]
        if unused:
            found.append(_unused(build.dockerfile, each, unused))
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


def _used(name: str, written: _SuppressionComment, suppressions: Suppressions) -> bool:
    off = {normalize_selector(name)}
    return any(
        suppresses_rule(rule, off)
        for rule, line in suppressions.hidden
        if written.lines is None or line in written.lines
    )


def _unused(dockerfile: Dockerfile, written: _SuppressionComment, unused: Sequence[str]) -> UnusedIgnore:
    comment, kept = written.comment, [name for name in written.names if name not in unused]
    if kept:
        separator = ", " if written.dlint else ","
        tail = (
            "" if written.dlint else " " * (len(_text(dockerfile, written)) - len(_text(dockerfile, written).rstrip()))
        )
        text = dockerfile.source.text
        new = text[comment.start : written.start] + separator.join(kept) + tail + text[written.end : comment.end]
        return UnusedIgnore(comment, tuple(unused), written.dlint, (comment.start, comment.end, new))
    return UnusedIgnore(comment, tuple(unused), written.dlint, _without_line(dockerfile, comment))


def _text(dockerfile: Dockerfile, written: _SuppressionComment) -> str:
    return dockerfile.source.text[written.start : written.end]


def _without_line(dockerfile: Dockerfile, comment: Comment) -> tuple[int, int, str] | None:
    """The edit that removes the line of a comment; None if a later comment would become a directive."""
    source = dockerfile.source
    first = dockerfile.instructions[0].start if dockerfile.instructions else len(source.text)
    if comment.start < first:
        later = (each for each in dockerfile.comments if comment.start < each.start < first)
        if any(_DIRECTIVE.match(source.text, each.start) for each in later):
            return None
    starts = source.line_starts
    start = starts[comment.line - 1]
    if comment.line < len(starts):
        return start, starts[comment.line], ""
    # The last line has no line ending: remove the one before it.
    return len(source.text[:start].removesuffix("\n").removesuffix("\r")), len(source.text), ""


def _suppression_comments(dockerfile: Dockerfile) -> Iterator[_SuppressionComment]:
    """The comments that list names, with the first lines of the instructions they apply to."""
    owners = _owners(dockerfile)
    text = dockerfile.source.text
    for comment in dockerfile.comments:
        match = _LISTED.match(text, comment.start, comment.end)
        if match is None:
            continue
        owner = owners.get(comment.start)
        if (match["verb"] or "").lower() == "ignore-file" or (match["reach"] or "").lower() == "global":
            yield _SuppressionComment(comment, match, None)
        elif (match["reach"] or "").lower() == "stage":
            yield _SuppressionComment(comment, match, _stage_lines(dockerfile, owner))
        else:
            yield _SuppressionComment(comment, match, [owner.start_line] if owner is not None else [])


def _owners(dockerfile: Dockerfile) -> dict[int, Instruction]:
    """The instruction after or around each comment, by the offset of the comment."""
    found: dict[int, Instruction] = {}
    inside = [comment for comment in dockerfile.comments if comment.in_continuation]
    for instruction in dockerfile.instructions:
        for comment in instruction.comments:
            found[comment.start] = instruction
        for comment in inside:
            if instruction.start < comment.start < instruction.end:
                found[comment.start] = instruction
    return found


def _stage_lines(dockerfile: Dockerfile, owner: Instruction | None) -> list[int]:
    """The first lines of the instructions in the stage that starts with `owner`."""
    lines: list[int] = []
    if owner is None or owner.name != "FROM":
        return lines
    is_inside = False
    for instruction in dockerfile.instructions:
        if instruction.name == "FROM":
            is_inside = instruction is owner
        if is_inside:
            lines.append(instruction.start_line)
    return lines
