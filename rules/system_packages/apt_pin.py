"""DL3008."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import PackageSpan, quoted_packages, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3008", level=WARNING, since="0.1", default=False, prefilter=("apt",))
def apt_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get install` takes whatever version the archive holds today.

    ## Why
    The same Dockerfile builds different images on different days.

    ## What to do
    Write `name=version`. The archives of Debian and Ubuntu drop old versions, so that a pinned build fails later;
    therefore this rule is off by default. A dated snapshot archive or a base image pinned by digest serves better.
    """
    for packages in unpinned_packages(build, run, "apt"):
        yield Finding(
            f"{quoted_packages(packages)}: the version is left open; write `name=version`", PackageSpan(packages)
        )


EXAMPLES = (
    Bad("RUN apt-get install -y «curl»"),
    Bad("RUN apt-get install -y a=1 «b»"),
    Bad("RUN tools='a=1 b'; apt-get install -y «$tools»", why="the RUN gives the value"),
    Bad("ENV TOOLS='a b'\nRUN env A=1 apt-get install -y «$TOOLS»", why="ENV gives the value"),
    Good("RUN tools='a=1 b=2'; apt-get install -y $tools"),
    Good("RUN apt-get install -y $TOOLS", why="nobody knows what it holds"),
    Good("RUN apt-get install -y curl=7.88.1-10", shown=True),
    Good("RUN apt-get install -y ./tool.deb", why="a local file"),
    Good("RUN apt-get install -s curl", why="only a question"),
)
