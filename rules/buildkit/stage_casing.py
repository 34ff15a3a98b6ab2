"""BK001."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("BK001", level=WARNING, since="0.1", also=("buildkit:StageNameCasing",))
def stage_casing(instruction: From, build: Build) -> Iterator[Finding]:
    """The name of a stage has capital letters.

    ## Why
    BuildKit keeps names of stages in lower case. `--from=Build` and `--target Build` find the stage, but `FROM Build`
    does not: it asks for an image, and images have no capitals either, so the build fails.

    ## What to do
    Write the name in lower case, here and wherever it is used.
    """
    alias = instruction.alias
    if alias is not None and alias.text != alias.text.lower():
        yield Finding(f"the stage name `{alias.text}` should be `{alias.text.lower()}`", alias)


EXAMPLES = (
    Bad("FROM debian:12 AS «Build»", message="should be `build`"),
    Bad("FROM debian:12 AS «BASE»\nFROM debian:12 AS other"),
    Good("FROM debian:12 AS build-1"),
    Good("FROM debian:12"),
)
