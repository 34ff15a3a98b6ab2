"""DL4003."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import WARNING, Bad, Finding, Good, rule
from .replaced import replaced_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


@rule(
    "DL4003",
    level=WARNING,
    since="0.1",
    aliases=("buildkit:MultipleInstructionsDisallowed", "trivy:DS-0016"),
    onbuild=False,
    fix=SAFE,
    formerly=("second-cmd",),
)
def multiple_cmd(stage: Stage, build: Build) -> Iterator[Finding]:
    """A stage has several CMD instructions; only the last one takes effect.

    ## Why
    The container runs only the last one; the earlier one was usually meant to run too.

    ## What to do
    Keep one. Start several programs from one script, or use one container for each.

    ## Fix safety
    Safe: the removed instruction has no effect on the image.

    ## Exceptions
    - No fix if a comment would be lost.
    """
    yield from replaced_instructions(stage, "CMD")


EXAMPLES = (
    Bad('«CMD ["a"]»\nCMD ["b"]', message="line 3 overrides it", fixed='CMD ["b"]'),
    Good('CMD ["a"]\nENTRYPOINT ["b"]'),
    Bad("«CMD a»\nRUN b\n«cmd c»\nCMD d", fixed="RUN b\nCMD d"),
    Bad("«CMD a \\\n# why\n  b»\nCMD c", why="a comment would be lost", fixed="CMD a \\\n# why\n  b\nCMD c"),
    Good('FROM debian:12 AS a\nCMD ["a"]\nFROM a\nCMD ["b"]', why="different stages"),
    Good("ONBUILD CMD a\nCMD b", why="ONBUILD applies to images built on this one"),
)
