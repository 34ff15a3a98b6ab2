"""DL3033."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import PackageSpan, unpinned_message, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3033", level=WARNING, since="0.1", default=False, prefilter=("yum",), scope=SHIPPED, subject=VERSION_WORDS)
def yum_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`yum install` installs a package without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days. The rule is off by default, because repositories
    remove old versions and a pinned build then fails.

    ## What to do
    Pin the version, or use a dated repository snapshot or a base image pinned by digest instead.
    """
    for packages in unpinned_packages(build, run, "yum"):
        yield Finding(unpinned_message(packages, "{}-<version>"), PackageSpan(packages))


EXAMPLES = (
    Bad("FROM centos:7\nRUN yum install -y «httpd»"),
    Good("FROM centos:7\nRUN yum install -y httpd-2.4.6"),
    Bad(
        "FROM centos:7\nRUN yum install -y httpd-2.4.6 «java-1.8.0-openjdk»",
        why="a number in the name is not a version",
    ),
    Good("FROM centos:7\nRUN yum install -y https://example.com/a.rpm"),
    Good('FROM centos:7\nRUN yum groupinstall -y "Development Tools"', why="a group has no version"),
)
