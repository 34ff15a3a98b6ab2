"""DL3024."""

from __future__ import annotations

from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


@rule(
    "DL3024",
    level=ERROR,
    since="0.1",
    aliases=("buildkit:DuplicateStageName", "trivy:DS-0012", "checkov:CKV_DOCKER_11"),
    onbuild=False,
)
def duplicate_stage(build: Build) -> Iterator[Finding]:
    """Two stages have the same name.

    ## Why
    `COPY --from` and `--target` use the last stage of that name, `FROM` the last one before it, so the build may use a
    different stage than intended. Stage names are case-insensitive.

    ## What to do
    Rename one of the stages.
    """
    names: dict[str, Stage] = {}
    for stage in build.stages:
        alias = stage.from_.alias
        if alias is None:
            continue
        earlier = names.get(stage.name)
        if earlier is not None and earlier.from_.alias is not None:
            yield Finding(
                f"stage name `{earlier.from_.alias.text}` is already used on line {earlier.from_.start_line}",
                alias,
                related=[(earlier.from_.alias, "first used here")],
            )
        names[stage.name] = stage


EXAMPLES = (
    Bad("FROM debian:12 AS a\nFROM debian:12 AS «a»", message="stage name `a` is already used on line 1"),
    Good("FROM debian:12 AS a\nFROM a AS b"),
    Bad("FROM debian:12 AS Build\nFROM debian:12 AS «build»", why="stage names are case-insensitive"),
    Good("FROM debian:12\nFROM debian:12"),
)
