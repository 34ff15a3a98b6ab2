"""SEC001."""

from __future__ import annotations

from ...syntax.tree import User
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build

_ROOTLESS = ("nonroot", "rootless", "unprivileged", "non-root")


@rule(
    "SEC001",
    level=WARNING,
    since="0.1",
    default=False,
    aliases=(
        "trivy:DS-0002",
        "checkov:CKV_DOCKER_3",
        "kics:fd54f200-402c-4333-a5a4-36ef6709af2f",
        "semgrep:missing-user",
    ),
    onbuild=False,
)
def missing_user(build: Build) -> Iterator[Finding]:
    """The final image never sets USER, so its program runs as root.

    ## Why
    An attacker who takes over a program running as root controls the whole container, and is one kernel exploit away
    from the host. Off by default: many images drop root in an entrypoint script, which dlint cannot see.

    ## What to do
    Create a user, give it the files that it must write, and end the stage with `USER`.
    """
    final = build.final_stage
    if final is None or final.is_windows or final.root.image in (None, "scratch"):
        return
    chain = [final, *final.ancestors]
    if any(isinstance(instruction, User) for stage in chain for instruction in stage.instructions):
        return
    facts, base = final.base_facts, final.from_.base
    image = final.root.image or ""
    if base is None or any(word in image for word in _ROOTLESS):
        return
    if facts is not None and facts.user not in (None, "root", "0"):
        return
    yield Finding(f"the image based on `{base.text}` never sets USER, so it runs as root; add a non-root USER", base)


EXAMPLES = (
    Bad("FROM «debian:12-slim»\nCMD a"),
    Good("FROM debian:12-slim\nUSER 1000\nCMD a"),
    Bad("FROM debian:12-slim AS b\nUSER a\nFROM «debian:12-slim»\nCOPY --from=b /a /a", why="set in another stage"),
    Good("FROM debian:12-slim AS base\nUSER 1000\nFROM base\nCMD a", why="inherited"),
    Good("FROM example.com/static:nonroot\nCMD a"),
    Good("FROM scratch\nCOPY a /a"),
)
