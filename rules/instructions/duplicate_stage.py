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
    `COPY --from` and `--target` find the last of them, `FROM` the last one above it: the build takes another stage than
    the reader. Names differ in more than their case: BuildKit knows no capitals.

    ## What to do
    Give every stage its own name.
    """
    names: dict[str, Stage] = {}
    for stage in build.stages:
        alias = stage.from_.alias
        if alias is None:
            continue
        earlier = names.get(stage.name)
        if earlier is not None and earlier.from_.alias is not None:
            yield Finding(
                f"the stage on line {earlier.from_.start_line} is called `{earlier.from_.alias.text}` already",
                alias,
                related=[(earlier.from_.alias, "the other stage")],
            )
        names[stage.name] = stage


EXAMPLES = (
    Bad("FROM debian:12 AS a\nFROM debian:12 AS «a»", message="line 1 is called `a`"),
    Bad("FROM debian:12 AS Build\nFROM debian:12 AS «build»", why="hadolint misses names that differ in case"),
    Good("FROM debian:12 AS a\nFROM a AS b"),
    Good("FROM debian:12\nFROM debian:12"),
)
