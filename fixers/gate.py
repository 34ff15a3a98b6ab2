"""The gate: the checks that a fixed file must pass before it is written."""

from __future__ import annotations

from collections import Counter

from ..model.build import Build
from ..model.semantics import build_semantics
from ..syntax.parser import parse
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
        """What the gate needs to know about a finding; lint's Diagnostic satisfies it."""

        @property
        def code(self) -> str:
            """The code of the rule, such as `DL3008`."""
            ...

        @property
        def severity(self) -> str:
            """One of LEVELS."""
            ...

        @property
        def message(self) -> str:
            """The message of the finding."""
            ...

        @property
        def start(self) -> tuple[int, int]:
            """Line and column, 1-based."""
            ...

        @property
        def fix(self) -> Fix | None:
            """The fix, None when there is none."""
            ...

    LintFunction = Callable[[str], Sequence[FixableFinding]]

LEVELS = ("error", "warning", "info", "style")
"""Severities, the highest first."""


class CheckedText:
    """A text of the file with its tree and its findings."""

    __slots__ = ("dockerfile", "findings", "text")

    def __init__(self, text: str, dockerfile: Dockerfile, found: Sequence[FixableFinding]) -> None:
        self.text = text
        self.dockerfile = dockerfile
        self.findings = found


class FixRejected(Exception):
    """The gate rejects a change; the message is the reason."""


def check_text(text: str, find: LintFunction) -> CheckedText:
    """Parse and lint a text before anything is changed."""
    return CheckedText(text, parse(Source(text)), find(text))


def verify_fixes(before: CheckedText, fixed: Sequence[FixableFinding], find: LintFunction) -> CheckedText:
    """The file after the fixes of all findings in `fixed`. Raises FixRejected.

    The result must parse, keep all comments, and change the build only as the safe fixes declare. Each fixed rule must
    have fewer findings, and no new finding may be an error or more severe than the fixed ones.
    """
    fixes = [d.fix for d in fixed if d.fix is not None]
    try:
        text = apply_edits(before.text, [edit for fix in fixes for edit in fix.edits])
    except ValueError as error:
        raise FixRejected(str(error)) from None
    if text == before.text:
        raise FixRejected("the fix changes nothing")
    dockerfile = parse(Source(text))
    if dockerfile.errors:
        first = dockerfile.errors[0]
        raise FixRejected(f"line {first.line} would no longer parse: {first.message}")
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
    wanted = parse(Source(declared_result(before, [edit for fix in fixes for edit in fix.declares])))
    if wanted.errors:
        raise FixRejected(f"the declared change does not parse: {wanted.errors[0].message}")
    if build_semantics(Build(wanted)) != build_semantics(Build(after)):
        raise FixRejected("the build would change beyond what the fix declares")


def require_same_build(before: Dockerfile, after: Dockerfile) -> None:
    """Raises FixRejected unless the files differ in layout only: the same build and the same comments."""
    if after.errors:
        first = after.errors[0]
        raise FixRejected(f"line {first.line} would no longer parse: {first.message}")
    if [comment.text for comment in before.comments] != [comment.text for comment in after.comments]:
        raise FixRejected("the comments would change")
    _builds_the_same(before, after, ())


def declared_result(dockerfile: Dockerfile, edits: Sequence[Edit]) -> str:
    """The plain form (syntax/plain.py) of the file after the declared edits. Raises FixRejected."""
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
            raise FixRejected(f"{code} would still be reported")
    repaired = min(LEVELS.index(d.severity) for d in fixed)
    for d in after:
        level = LEVELS.index(d.severity)
        if (level == 0 or level < repaired) and new[d.code] > old[d.code]:
            raise FixRejected(f"it would introduce {d.code} on line {d.start[0]}: {d.message}")


def _counts(found: Sequence[FixableFinding]) -> Mapping[str, int]:
    return Counter(d.code for d in found)
