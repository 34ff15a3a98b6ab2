"""DL3023."""

from __future__ import annotations

from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Copy


@rule("DL3023", level=ERROR, since="0.1", aliases=("trivy:DS-0006",), default=False, onbuild=False)
def copy_from_itself(copy: Copy, build: Build) -> Iterator[Finding]:
    """`COPY --from` references its own stage.

    ## Why
    A stage cannot be copied from before it is built, so BuildKit rejects the file. Off by default because `build-error`
    reports it too.
    """
    flag, stage = copy.flag("from"), build.stage_of(copy)
    if flag is None or not flag.value or stage is None:
        return
    if build.source_stage(flag.value) is stage:
        yield Finding(f"`{flag.text}` copies from its own stage; use an earlier stage", flag)


EXAMPLES = (
    Bad("FROM debian:12 AS a\nCOPY «--from=a» /b /c"),
    Good("FROM debian:12 AS a\nFROM debian:12\nCOPY --from=a /b /c"),
    Bad("FROM debian:12 AS a\nCOPY «--from=A» /b /c"),
    Bad("FROM debian:12\nCOPY «--from=0» /b /c"),
    Bad("FROM debian:12 AS a\nFROM debian:12 AS a\nCOPY «--from=a» /b /c", why="the last stage with that name is used"),
)
