"""DL3041."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import PackageSpan, quoted_packages, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3041", level=WARNING, since="0.1", default=False, prefilter=("dnf",))
def dnf_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`dnf`, `microdnf` or `tdnf install` takes whatever version the repository holds today.

    ## Why
    The same Dockerfile builds different images on different days.

    ## What to do
    Write `name-version`. Repositories drop old versions, so that a pinned build fails later;
    therefore this rule is off by default. A base image pinned by digest and a dated repository serve better.
    """
    for packages in unpinned_packages(build, run, "dnf", "microdnf", "tdnf"):
        yield Finding(
            f"{quoted_packages(packages)}: the version is left open; write `name-version`", PackageSpan(packages)
        )


EXAMPLES = (
    Bad("FROM fedora:42\nRUN dnf install -y «httpd»"),
    Bad("FROM fedora:42\nRUN microdnf install -y «httpd»"),
    Bad("FROM fedora:42\nRUN dnf --enablerepo crb install -y a-1.2 «b»"),
    Good("FROM fedora:42\nRUN dnf --enablerepo crb install -y httpd-2.4.6"),
    Good("FROM fedora:42\nRUN dnf module install -y nodejs:20"),
)
