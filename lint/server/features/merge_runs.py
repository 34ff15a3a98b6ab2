"""Merging the RUNs that are selected."""

from __future__ import annotations

from ....fixers.edits.edit import apply_edits
from ....fixers.edits.join_runs import join
from ....fixers.gate import Refused, declared
from ....model.build import Build
from ....model.evaluated import evaluated
from ....syntax.parser import parse
from ....syntax.source import Source
from ....syntax.tree import Run
from .workspace_edits import from_fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lsprotocol import types

    from ..documents import Document


def selected(document: Document, start: int, end: int) -> list[Run]:
    """The RUNs that a selection touches when there are several and nothing else is between them; else empty."""
    touched = [each for each in document.dockerfile.instructions if each.start <= end and start <= each.end]
    runs = [each for each in touched if isinstance(each, Run)]
    return runs if len(runs) == len(touched) > 1 else []


def merged(document: Document, start: int, end: int) -> list[types.TextEdit]:
    """The edits that make one RUN of the selected ones. Raises Refused."""
    build = document.build
    change = join(build, selected(document, start, end))
    if change is None:
        raise Refused(
            "these RUNs cannot be made one: a command would find another folder, other options or mounts, "
            "or a failure would go unseen"
        )
    edits, declares = change
    after = parse(Source(apply_edits(document.text.text, edits)))
    wanted = parse(Source(declared(document.dockerfile, declares)))
    if after.errors or evaluated(Build(after)) != evaluated(Build(wanted)):
        raise Refused("the build would change")
    if len(after.comments) != len(document.dockerfile.comments):
        raise Refused("a comment would be lost")
    return from_fix(document, edits)
