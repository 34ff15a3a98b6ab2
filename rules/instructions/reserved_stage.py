"""DL3063."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("DL3063", level=WARNING, since="0.1", aliases=("buildkit:ReservedStageName",), prefilter=("scratch", "context"))
def reserved_stage(instruction: From, build: Build) -> Iterator[Finding]:
    """A stage is called `scratch` or `context`.

    ## Why
    To BuildKit `scratch` is the empty image, and `context` the files that are sent: such a stage cannot be told from
    them in FROM and `--from`.

    ## What to do
    Give the stage another name.
    """
    alias = instruction.alias
    if alias is not None and alias.text.lower() in ("scratch", "context"):
        what = "the empty image" if alias.text.lower() == "scratch" else "the build context"
        yield Finding(f"`{alias.text}` means {what} to BuildKit; give the stage another name", alias)


EXAMPLES = (
    Bad("FROM debian:12 AS «scratch»", message="means the empty image"),
    Bad("FROM debian:12 AS «Context»", why="names of stages have no case"),
    Good("FROM scratch AS base"),
    Good("FROM debian:12 AS contexts"),
)
