"""Merges the selected RUN instructions."""

from __future__ import annotations

from ....fixers.edits.edit import apply_edits
from ....fixers.edits.join_runs import join_runs
from ....fixers.gate import FixRejected, declared_result
from ....model.build import Build
from ....model.semantics import build_semantics
from ....syntax.parser import parse
from ....syntax.source import Source
from ....syntax.tree import Run
from .workspace_edits import fix_text_edits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lsprotocol import types

    from ..documents import Document


def selected_runs(document: Document, start: int, end: int) -> list[Run]:
    """The RUNs in a selection, if there are several and no other instructions; otherwise empty."""
    touched = [each for each in document.dockerfile.instructions if each.start <= end and start <= each.end]
    runs = [each for each in touched if isinstance(each, Run)]
    return runs if len(runs) == len(touched) > 1 else []


def merge_runs(document: Document, start: int, end: int) -> list[types.TextEdit]:
    """The edits that merge the selected RUNs. Raises FixRejected."""
    build = document.build
    change = join_runs(build, selected_runs(document, start, end))
    if change is None:
        raise FixRejected(
            "these RUN instructions cannot be merged: a command would run in another directory, with other options or "
            "mounts, or its failure would be ignored"
        )
    edits, declares = change
    after = parse(Source(apply_edits(document.text.text, edits)))
    wanted = parse(Source(declared_result(document.dockerfile, declares)))
    if after.errors or build_semantics(Build(after)) != build_semantics(Build(wanted)):
        raise FixRejected("the build would change")
    if len(after.comments) != len(document.dockerfile.comments):
        raise FixRejected("a comment would be lost")
    return fix_text_edits(document, edits)
