"""DL3012."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import ERROR, Bad, Finding, Good, rule
from .replaced import replaced_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


@rule(
    "DL3012",
    level=ERROR,
    since="0.1",
    aliases=("buildkit:MultipleInstructionsDisallowed", "trivy:DS-0023"),
    onbuild=False,
    fix=SAFE,
    prefilter=("healthcheck",),
    formerly=("second-healthcheck",),
)
def multiple_healthcheck(stage: Stage, build: Build) -> Iterator[Finding]:
    """A stage has several HEALTHCHECK instructions, of which only the last one counts.

    ## Why
    Docker asks the last one only; what the earlier one looks at may be broken for long without a word.

    ## What to do
    Keep one. A script may look at several things.

    ## Fix safety
    Safe: what is taken out never reaches the image. Left alone when a comment would be lost with it.
    """
    yield from replaced_instructions(stage, "HEALTHCHECK")


EXAMPLES = (
    Bad('«HEALTHCHECK CMD ["a"]»\nHEALTHCHECK --interval=5m CMD ["b"]', message="line 3 replaces it"),
    Bad('«HEALTHCHECK CMD ["a"]»\nHEALTHCHECK NONE', fixed="HEALTHCHECK NONE"),
    Good('HEALTHCHECK CMD ["a"]'),
    Good('FROM debian:12 AS a\nHEALTHCHECK CMD ["a"]\nFROM a\nHEALTHCHECK NONE', why="another stage"),
)
