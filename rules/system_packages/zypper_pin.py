"""DL3037."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import PackageSpan, quoted_packages, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3037", level=WARNING, since="0.1", default=False, prefilter=("zypper",))
def zypper_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`zypper install` takes whatever version the repository holds today.

    ## Why
    The same Dockerfile builds different images on different days.

    ## What to do
    Write `name=version`. Repositories drop old versions, so that a pinned build fails later;
    therefore this rule is off by default. A base image pinned by digest and a dated repository serve better.
    """
    for packages in unpinned_packages(build, run, "zypper"):
        yield Finding(
            f"{quoted_packages(packages)}: the version is left open; write `name=version`", PackageSpan(packages)
        )


EXAMPLES = (
    Bad("FROM opensuse/leap:15\nRUN zypper -n install «httpd»"),
    Bad("FROM opensuse/leap:15\nRUN zypper -n in a=1 «b»"),
    Good("FROM opensuse/leap:15\nRUN zypper -n install httpd=2.4.6"),
    Good("FROM opensuse/leap:15\nRUN zypper -n install -t pattern devel_basis", why="a pattern has no version"),
)
