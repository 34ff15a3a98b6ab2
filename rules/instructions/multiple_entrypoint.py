"""DL4004."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import ERROR, Bad, Finding, Good, rule
from .replaced import replaced_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


@rule(
    "DL4004",
    level=ERROR,
    since="0.1",
    aliases=("buildkit:MultipleInstructionsDisallowed", "trivy:DS-0007"),
    onbuild=False,
    fix=SAFE,
    prefilter=("entrypoint",),
    formerly=("second-entrypoint",),
)
def multiple_entrypoint(stage: Stage, build: Build) -> Iterator[Finding]:
    """A stage has several ENTRYPOINT instructions; only the last one takes effect.

    ## Why
    The container runs only the last one; the earlier one was usually meant to run too.

    ## What to do
    Keep one. Start several programs from one script, or use one container for each.

    ## Fix safety
    Safe: the removed instruction has no effect on the image.

    ## Exceptions
    - No fix if a comment would be lost.
    """
    yield from replaced_instructions(stage, "ENTRYPOINT")


EXAMPLES = (
    Bad('«ENTRYPOINT ["a"]»\nENTRYPOINT ["b"]', message="line 3 overrides it", fixed='ENTRYPOINT ["b"]'),
    Good('ENTRYPOINT ["a"]\nCMD ["b"]'),
    Bad("«ENTRYPOINT a»\nENTRYPOINT []", why="the second one resets the first"),
    Good('FROM debian:12 AS a\nENTRYPOINT ["a"]\nFROM a\nENTRYPOINT ["b"]', why="different stages"),
)
