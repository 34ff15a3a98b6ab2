"""DL3057."""

from __future__ import annotations

from ...syntax.tree import Healthcheck
from ..base import INFO, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule(
    "DL3057",
    level=INFO,
    since="0.1",
    aliases=("trivy:DS-0026", "checkov:CKV_DOCKER_2", "cis:4.6", "dockle:CIS-DI-0006"),
    default=False,
    onbuild=False,
)
def missing_healthcheck(build: Build) -> Iterator[Finding]:
    """The image that is shipped has no HEALTHCHECK.

    ## Why
    Docker and Swarm see only whether the process lives, not whether it answers.

    ## What to do
    `HEALTHCHECK CMD …` with something that asks the program, or `HEALTHCHECK NONE` to say that there is nothing to
    ask. Off by default: Kubernetes does not look at it, and a tool that ends has no health.
    """
    final = build.final_stage
    if final is None or final.from_.base is None:
        return
    chain = [final, *final.ancestors]
    if not any(isinstance(i, Healthcheck) for stage in chain for i in stage.instructions):
        yield Finding(f"the image from `{final.from_.base.text}` has no HEALTHCHECK", final.from_.base)


EXAMPLES = (
    Bad("FROM «debian:12-slim»\nCMD a"),
    Bad("FROM debian:12 AS b\nHEALTHCHECK CMD a\nFROM «debian:12-slim»\nCMD a", why="of another stage"),
    Good("HEALTHCHECK CMD a"),
    Good("HEALTHCHECK NONE"),
    Good("FROM debian:12 AS base\nHEALTHCHECK CMD a\nFROM base\nCMD a", why="inherited"),
)
