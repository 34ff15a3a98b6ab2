"""DL3018."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import PackageSpan, unpinned_message, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3018", level=WARNING, since="0.1", default=False, prefilter=("apk",), scope=SHIPPED, subject=VERSION_WORDS)
def apk_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`apk add` installs a package without a pinned version.

    ## Why
    The same Dockerfile installs different versions on different days. The rule is off by default, because Alpine keeps
    only the newest version of each package and a pinned build then fails.

    ## Exceptions
    - A version range with an upper bound, such as `curl~=8.9`.
    """
    for packages in unpinned_packages(build, run, "apk"):
        yield Finding(unpinned_message(packages, "{}=<version>"), PackageSpan(packages))


EXAMPLES = (
    Bad("FROM alpine:3.20\nRUN apk add --no-cache «curl»"),
    Good("FROM alpine:3.20\nRUN apk add --no-cache curl=8.9.0-r0"),
    Good("FROM alpine:3.20\nRUN apk add --no-cache curl~=8.9"),
)
