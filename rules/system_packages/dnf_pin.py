"""DL3041."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import PackageSpan, unpinned_message, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3041", level=WARNING, since="0.1", default=False, prefilter=("dnf",), scope=SHIPPED, subject=VERSION_WORDS)
def dnf_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`dnf`, `microdnf` or `tdnf install` installs a package without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days. The rule is off by default, because repositories
    remove old versions and a pinned build then fails.

    ## What to do
    Pin the version, or use a dated repository snapshot or a base image pinned by digest instead.
    """
    for packages in unpinned_packages(build, run, "dnf", "microdnf", "tdnf"):
        yield Finding(unpinned_message(packages, "{}-<version>"), PackageSpan(packages))


EXAMPLES = (
    Bad("FROM fedora:42\nRUN dnf install -y «httpd»"),
    Good("FROM fedora:42\nRUN dnf --enablerepo crb install -y httpd-2.4.6"),
    Bad("FROM fedora:42\nRUN microdnf install -y «httpd»"),
    Bad("FROM fedora:42\nRUN dnf --enablerepo crb install -y a-1.2 «b»"),
    Good("FROM fedora:42\nRUN dnf module install -y nodejs:20"),
)
