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
    """A stage has several ENTRYPOINT instructions, of which only the last one counts.

    ## Why
    The container runs the last one. Most often the earlier one was meant to run too, and never does.

    ## What to do
    Keep one. Start several programs from one script, or in a container each.

    ## Fix safety
    Safe: what is taken out never reaches the image. Left alone when a comment would be lost with it.
    """
    yield from replaced_instructions(stage, "ENTRYPOINT")


EXAMPLES = (
    Bad('«ENTRYPOINT ["a"]»\nENTRYPOINT ["b"]', message="line 3 replaces it", fixed='ENTRYPOINT ["b"]'),
    Bad("«ENTRYPOINT a»\nENTRYPOINT []", why="the second one takes the first away"),
    Good('ENTRYPOINT ["a"]\nCMD ["b"]'),
    Good('FROM debian:12 AS a\nENTRYPOINT ["a"]\nFROM a\nENTRYPOINT ["b"]', why="another stage"),
)
