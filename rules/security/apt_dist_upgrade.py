"""SEC005."""

from __future__ import annotations

from ..base import INFO, LOW, SHIPPED, Bad, Finding, Good, rule
from ..packages.earlier_settings import is_preceded, lowercase_text
from ..packages.package_findings import CallPrefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule(
    "SEC005",
    level=INFO,
    since="0.1",
    confidence=LOW,
    aliases=("trivy:DS-0024",),
    formerly=("full-upgrade",),
    scope=SHIPPED,
    subject=("upgrades?", "dist-upgrade", "full-upgrade", "updates?"),
)
def apt_dist_upgrade(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get dist-upgrade` may remove packages of the base image.

    ## Why
    To upgrade every package, `dist-upgrade` removes conflicting ones. Packages that the base image needs may silently
    disappear.

    ## What to do
    Use a newer base image. For fixes only, use `apt-get upgrade`, or `apt-get upgrade --with-new-pkgs` if upgrades need
    new dependencies.

    ## Exceptions
    - Rolling distributions, where it is the way to upgrade.
    - Stages that change the package sources first.
    """
    for call in build.package_calls(run):
        if call.verb == "dist-upgrade" and call.manager.name == "apt" and not _is_intended(build, run):
            head = CallPrefix(call)
            yield Finding(
                f"`{head.text}` may remove packages of the base image; use `apt-get upgrade --with-new-pkgs`", head
            )


def _is_intended(build: Build, run: Run) -> bool:
    """Whether the stage switches to another release, or is based on a rolling distribution."""
    stage = build.stage_of(run)
    ref = stage.base_ref if stage is not None else None
    if ref is not None:
        words = set(f"{ref.repository}-{ref.tag or ''}".replace("/", "-").replace("_", "-").split("-"))
        if not words.isdisjoint(_ROLLING):
            return True
    return is_preceded(build, run, ("sources.list",), lambda step: "sources.list" in lowercase_text(step))


_ROLLING = frozenset(("kali", "kalilinux", "rolling", "sid", "unstable", "testing", "experimental", "devel"))


EXAMPLES = (
    Bad("RUN apt-get update && «apt-get dist-upgrade» -y"),
    Good("RUN apt-get update && apt-get upgrade -y"),
    Bad("RUN «apt-get -y full-upgrade»"),
    Good("FROM kalilinux/kali-rolling\nRUN apt-get dist-upgrade -y", why="a rolling distribution"),
    Good(
        "RUN sed -i s/bookworm/trixie/ /etc/apt/sources.list\nRUN apt-get dist-upgrade -y",
        why="switches to another release",
    ),
)
