"""DL3033."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import PackageSpan, quoted_packages, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3033", level=WARNING, since="0.1", default=False, prefilter=("yum",))
def yum_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`yum install` takes whatever version the repository holds today.

    ## Why
    The same Dockerfile builds different images on different days.

    ## What to do
    Write `name-version`. Repositories drop old versions, so that a pinned build fails later;
    therefore this rule is off by default. A base image pinned by digest and a dated repository serve better.
    """
    for packages in unpinned_packages(build, run, "yum"):
        yield Finding(
            f"{quoted_packages(packages)}: the version is left open; write `name-version`", PackageSpan(packages)
        )


EXAMPLES = (
    Bad("FROM centos:7\nRUN yum install -y «httpd»"),
    Bad("FROM centos:7\nRUN yum install -y httpd-2.4.6 «java-1.8.0-openjdk»", why="a number in the name is no version"),
    Good("FROM centos:7\nRUN yum install -y httpd-2.4.6"),
    Good("FROM centos:7\nRUN yum install -y https://example.com/a.rpm"),
    Good('FROM centos:7\nRUN yum groupinstall -y "Development Tools"', why="a group has no version"),
)
