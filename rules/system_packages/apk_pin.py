"""DL3018."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import PackageSpan, quoted_packages, unpinned_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3018", level=WARNING, since="0.1", default=False, prefilter=("apk",))
def apk_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`apk add` takes whatever version the repository holds today.

    ## Why
    The same Dockerfile builds different images on different days.

    ## What to do
    Write `name=version` or `name~=1.2`. The repositories of Alpine keep only the newest version of a release, so that
    a pinned build fails later; therefore this rule is off by default.
    """
    for packages in unpinned_packages(build, run, "apk"):
        yield Finding(
            f"{quoted_packages(packages)}: the version is left open; write `name=version`", PackageSpan(packages)
        )


EXAMPLES = (
    Bad("FROM alpine:3.20\nRUN apk add --no-cache «curl»"),
    Good("FROM alpine:3.20\nRUN apk add --no-cache curl=8.9.0-r0"),
    Good("FROM alpine:3.20\nRUN apk add --no-cache curl~=8.9"),
)
