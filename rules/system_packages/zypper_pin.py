"""DL3037."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import PackageSpan, unpinned_message, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3037", level=WARNING, since="0.1", default=False, prefilter=("zypper",), scope=SHIPPED, subject=VERSION_WORDS)
def zypper_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`zypper install` installs a package without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days. The rule is off by default, because repositories
    remove old versions and a pinned build then fails.

    ## What to do
    Pin the version, or use a dated repository snapshot or a base image pinned by digest instead.
    """
    for packages in unpinned_packages(build, run, "zypper"):
        yield Finding(unpinned_message(packages, "{}=<version>"), PackageSpan(packages))


EXAMPLES = (
    Bad("FROM opensuse/leap:15\nRUN zypper -n install «httpd»"),
    Good("FROM opensuse/leap:15\nRUN zypper -n install httpd=2.4.6"),
    Bad("FROM opensuse/leap:15\nRUN zypper -n in a=1 «b»"),
    Good("FROM opensuse/leap:15\nRUN zypper -n install -t pattern devel_basis", why="a pattern has no version"),
)
