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
    """A stage has several CMD instructions, of which only the last one counts.

    ## Why
    The container runs the last one. Most often the earlier one was meant to run too, and never does.

    ## What to do
    Keep one. Start several programs from one script, or in a container each.

    ## Fix safety
    Safe: what is taken out never reaches the image. Left alone when a comment would be lost with it.
    """
    yield from replaced_instructions(stage, "CMD")


EXAMPLES = (
    Bad('«CMD ["a"]»\nCMD ["b"]', message="line 3 replaces it", fixed='CMD ["b"]'),
    Bad("«CMD a»\nRUN b\n«cmd c»\nCMD d", fixed="RUN b\nCMD d"),
    Bad("«CMD a \\\n# why\n  b»\nCMD c", why="its comment would be lost", fixed="CMD a \\\n# why\n  b\nCMD c"),
    Good('CMD ["a"]\nENTRYPOINT ["b"]'),
    Good('FROM debian:12 AS a\nCMD ["a"]\nFROM a\nCMD ["b"]', why="another stage"),
    Good("ONBUILD CMD a\nCMD b", why="one is for the images built on this one"),
)
