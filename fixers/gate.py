"""The gate: what a fixed file must hold before it may be written."""

from __future__ import annotations

from collections import Counter

from ..model.build import Build
from ..model.evaluated import build_semantics
from ..syntax.parser import parse_bash
from ..syntax.plain import index_at_offset, plain_form
from ..syntax.source import Source
from .edits.edit import SAFE, Edit, apply_edits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol

    from ..syntax.tree import Dockerfile
    from .edits.edit import Fix

    class FixableFinding(Protocol):
        """What the gate has to know of a finding; lint's Diagnostic is one."""

        @property
        def code(self) -> str:
            """The rule's code."""
            ...

        @property
        def severity(self) -> str:
            """One of LEVELS."""
            ...

        @property
        def message(self) -> str:
            """What is wrong."""
            ...

        @property
        def start(self) -> tuple[int, int]:
            """Line and column, from 1."""
            ...

        @property
        def fix(self) -> Fix | None:
            """What repairs it."""
            ...

    LintFunction = Callable[[str], Sequence[FixableFinding]]

LEVELS = ("error", "warning", "info", "style")
"""Severities, the gravest first."""


class CheckedText:
    """A text of the file with what is known of it: its tree, and what was found in it."""

    __slots__ = ("dockerfile", "findings", "text")

    def __init__(self, text: str, dockerfile: Dockerfile, found: Sequence[FixableFinding]) -> None:
        self.text = text
        self.dockerfile = dockerfile
        self.findings = found


class FixRejected(Exception):
    """The gate does not let a change pass; the message says why."""


def check_text(text: str, find: LintFunction) -> CheckedText:
    """What is known of a text before anything is changed."""
    return CheckedText(text, parse_bash(Source(text)), find(text))


def verify_fixes(before: CheckedText, fixed: Sequence[FixableFinding], find: LintFunction) -> CheckedText:
    """The file after the fixes of all findings in `fixed`, or Refused.

    The result parses on BuildKit's terms; no comment is lost; what the build does has changed as the safe fixes
    declare and not otherwise; each repaired kind of finding occurs less often, and nothing as grave as an error, or
    graver than what was repaired, is new.
    """
    fixes = [d.fix for d in fixed if d.fix is not None]
    try:
        text = apply_edits(before.text, [edit for fix in fixes for edit in fix.edits])
    except ValueError as error:
        raise FixRejected(str(error)) from None
    if text == before.text:
        raise FixRejected("it changes nothing")
    dockerfile = parse_bash(Source(text))
    if dockerfile.errors:
        first = dockerfile.errors[0]
        raise FixRejected(f"line {first.line} could not be parsed any more: {first.message}")
    _keeps_comments(before.dockerfile, dockerfile, fixes)
    if all(fix.safety == SAFE for fix in fixes):
        _builds_the_same(before.dockerfile, dockerfile, fixes)
    found = find(text)
    _is_better(before.findings, found, fixed)
    return CheckedText(text, dockerfile, found)


def _keeps_comments(before: Dockerfile, after: Dockerfile, fixes: Sequence[Fix]) -> None:
    dropped = [edit for fix in fixes if fix.removes_comment for edit in fix.edits]
    kept = Counter(
        comment.text
        for comment in before.comments
        if not any(edit.start <= comment.start and comment.end <= edit.end for edit in dropped)
    )
    lost = kept - Counter(comment.text for comment in after.comments)
    for text in lost:
        raise FixRejected(f"the comment `# {text}` would be lost")


def _builds_the_same(before: Dockerfile, after: Dockerfile, fixes: Sequence[Fix]) -> None:
    wanted = parse_bash(Source(declared_result(before, [edit for fix in fixes for edit in fix.declares])))
    if wanted.errors:
        raise FixRejected(f"the change that it declares could not be parsed: {wanted.errors[0].message}")
    if build_semantics(Build(wanted)) != build_semantics(Build(after)):
        raise FixRejected("the build would change in a way that the fix does not declare")


def require_same_build(before: Dockerfile, after: Dockerfile) -> None:
    """Raises Refused unless the two files build the same and have the same comments: they differ in layout only."""
    if after.errors:
        first = after.errors[0]
        raise FixRejected(f"line {first.line} could not be parsed any more: {first.message}")
    if [comment.text for comment in before.comments] != [comment.text for comment in after.comments]:
        raise FixRejected("its comments would change")
    _builds_the_same(before, after, ())


def declared_result(dockerfile: Dockerfile, edits: Sequence[Edit]) -> str:
    """The plain form of the file after the declared edits."""
    form = plain_form(dockerfile)
    moved = [Edit(index_at_offset(form, edit.start), index_at_offset(form, edit.end), edit.text) for edit in edits]
    try:
        return apply_edits(form.text, moved)
    except ValueError as error:
        raise FixRejected(f"declared {error}") from None


def _is_better(
    before: Sequence[FixableFinding], after: Sequence[FixableFinding], fixed: Sequence[FixableFinding]
) -> None:
    old, new = _counts(before), _counts(after)
    for code in {d.code for d in fixed}:
        if new[code] >= old[code]:
            raise FixRejected(f"{code} would still be found")
    repaired = min(LEVELS.index(d.severity) for d in fixed)
    for d in after:
        grave = LEVELS.index(d.severity)
        if (grave == 0 or grave < repaired) and new[d.code] > old[d.code]:
            raise FixRejected(f"it would bring {d.code} on line {d.start[0]}: {d.message}")


def _counts(found: Sequence[FixableFinding]) -> Mapping[str, int]:
    return Counter(d.code for d in found)
