"""DL3036."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from ..packages.fixes import clean_all
from ..packages.package_findings import CallPrefix, calls_leaving_cache, late_cleanup_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3036", level=WARNING, since="0.1", aliases=("trivy:DS-0020",), fix=SAFE, prefilter=("zypper",), scope=SHIPPED)
def zypper_clean(run: Run, build: Build) -> Iterator[Finding]:
    """`zypper install` leaves its cache in the layer.

    ## Why
    Package lists and downloaded packages are not needed in the image.

    ## Fix safety
    Safe: later calls download what they need again.

    ## Exceptions
    - Stages that are not part of the final image, and images for development, tests and CI.
    - No fix if a later call needs the cache, if the call is in a condition, in a loop or before `||`, or if the user
      cannot write to the cache.
    """
    for call in calls_leaving_cache(build, run, "zypper"):
        head = CallPrefix(call)
        yield Finding(
            f"`{head.text}` leaves its cache in this layer; end this RUN with `zypper clean --all`"
            + late_cleanup_note(build, run, call),
            head,
            fix=clean_all(build, run, call, "clean --all"),
        )


EXAMPLES = (
    Bad(
        "FROM opensuse/leap:15\nRUN «zypper -n install» httpd",
        fixed="FROM opensuse/leap:15\nRUN zypper -n install httpd && zypper clean --all",
    ),
    Good("FROM opensuse/leap:15\nRUN zypper -n install httpd && zypper clean --all"),
    Good("FROM opensuse/leap:15\nRUN zypper -n install httpd && zypper cc -a"),
)
