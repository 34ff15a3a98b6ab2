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
    """The final image has no HEALTHCHECK.

    ## Why
    Without a check, Docker and Swarm only see whether the process is running, not whether it responds. Off by default:
    Kubernetes ignores HEALTHCHECK, and command line tools have nothing to check.

    ## What to do
    Add `HEALTHCHECK CMD …` with a command that queries the program, or `HEALTHCHECK NONE` if there is nothing to check.
    """
    final = build.final_stage
    if final is None or final.from_.base is None:
        return
    chain = [final, *final.ancestors]
    if not any(isinstance(i, Healthcheck) for stage in chain for i in stage.instructions):
        yield Finding(
            f"the image based on `{final.from_.base.text}` has no HEALTHCHECK; add one, or `HEALTHCHECK NONE`",
            final.from_.base,
        )


EXAMPLES = (
    Bad("FROM «debian:12-slim»\nCMD a"),
    Good("HEALTHCHECK CMD a"),
    Bad("FROM debian:12 AS b\nHEALTHCHECK CMD a\nFROM «debian:12-slim»\nCMD a", why="set in another stage"),
    Good("HEALTHCHECK NONE"),
    Good("FROM debian:12 AS base\nHEALTHCHECK CMD a\nFROM base\nCMD a", why="inherited"),
)
