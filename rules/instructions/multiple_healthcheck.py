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
    """A stage has several HEALTHCHECK instructions; only the last one takes effect.

    ## Why
    Docker runs only the last one, so failures that the earlier one would detect go unnoticed.

    ## What to do
    Keep one. Use a script for several checks.

    ## Fix safety
    Safe: the removed instruction has no effect on the image.

    ## Exceptions
    - No fix if a comment would be lost.
    """
    yield from replaced_instructions(stage, "HEALTHCHECK")


EXAMPLES = (
    Bad('«HEALTHCHECK CMD ["a"]»\nHEALTHCHECK NONE', fixed="HEALTHCHECK NONE"),
    Good('HEALTHCHECK CMD ["a"]'),
    Bad('«HEALTHCHECK CMD ["a"]»\nHEALTHCHECK --interval=5m CMD ["b"]', message="line 3 overrides it"),
    Good('FROM debian:12 AS a\nHEALTHCHECK CMD ["a"]\nFROM a\nHEALTHCHECK NONE', why="different stages"),
)
