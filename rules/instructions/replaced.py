"""Instructions of which only the last one in a stage takes effect."""

from __future__ import annotations

from itertools import pairwise

from ...fixers.edits.edit import SAFE, Fix
from ...fixers.edits.instructions import remove_instruction
from ..base import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Stage
    from ...syntax.tree import Dockerfile, Instruction


def replaced_instructions(stage: Stage, name: str) -> Iterator[Finding]:
    """A finding for each instruction `name` of the stage that a later one overrides.

    Like BuildKit, it marks the instruction without effect; hadolint marks the later one.
    """
    for earlier, later in pairwise([i for i in stage.instructions if i.name == name]):
        yield Finding(
            f"this {name} has no effect: the {name} on line {later.start_line} overrides it; remove one",
            earlier,
            related=[(later, "overrides it")],
            fix=_fix(stage.build.dockerfile, earlier),
        )


def _fix(dockerfile: Dockerfile, instruction: Instruction) -> Fix | None:
    edits = remove_instruction(dockerfile, instruction)
    return Fix(f"Remove this {instruction.name}", SAFE, *edits) if edits else None
