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
    """A stage is named `scratch` or `context`.

    ## Why
    BuildKit reserves `scratch` for the empty image and `context` for the build context, so the stage is ambiguous in
    FROM and `--from`.
    """
    alias = instruction.alias
    if alias is not None and alias.text.lower() in ("scratch", "context"):
        what = "the empty image" if alias.text.lower() == "scratch" else "the build context"
        yield Finding(f"`{alias.text}` is reserved by BuildKit for {what}; rename the stage", alias)


EXAMPLES = (
    Bad("FROM debian:12 AS «scratch»", message="reserved by BuildKit for the empty image"),
    Good("FROM scratch AS base"),
    Bad("FROM debian:12 AS «Context»", why="stage names are case-insensitive"),
    Good("FROM debian:12 AS contexts"),
)
