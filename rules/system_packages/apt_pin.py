"""DL3008."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import PackageSpan, unpinned_message, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3008", level=WARNING, since="0.1", default=False, prefilter=("apt",), scope=SHIPPED, subject=VERSION_WORDS)
def apt_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get install` installs a package without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days. The rule is off by default, because Debian and
    Ubuntu remove old versions from their archives and a pinned build then fails.

    ## What to do
    Pin the version, or use a dated repository snapshot or a base image pinned by digest instead.
    """
    for packages in unpinned_packages(build, run, "apt"):
        yield Finding(unpinned_message(packages, "{}=<version>"), PackageSpan(packages))


EXAMPLES = (
    Bad("RUN apt-get install -y «curl»"),
    Good("RUN apt-get install -y curl=7.88.1-10"),
    Bad("RUN apt-get install -y a=1 «b»"),
    Bad("RUN tools='a=1 b'; apt-get install -y «$tools»", why="the RUN assigns the variable"),
    Bad("ENV TOOLS='a b'\nRUN env A=1 apt-get install -y «$TOOLS»", why="ENV sets the variable"),
    Good("RUN tools='a=1 b=2'; apt-get install -y $tools"),
    Good("RUN apt-get install -y $TOOLS", why="the value is unknown"),
    Good("RUN apt-get install -y ./tool.deb", why="a local file"),
    Good("RUN apt-get install -s curl", why="a dry run"),
)
