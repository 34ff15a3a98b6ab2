"""DL3040."""

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


@rule(
    "DL3040",
    level=WARNING,
    since="0.1",
    aliases=("trivy:DS-0019", "trivy:DS-0027"),
    fix=SAFE,
    prefilter=("dnf",),
    scope=SHIPPED,
)
def dnf_clean(run: Run, build: Build) -> Iterator[Finding]:
    """`dnf install`, `microdnf install` or `tdnf install` leaves its cache in the layer.

    ## Why
    Package lists and downloaded packages are not needed in the image.

    ## What to do
    Clean up in the same RUN, or keep the cache out of the image with `--mount=type=cache,target=/var/cache/dnf` (dnf5:
    `/var/cache/libdnf5`).

    ## Fix safety
    Safe: later calls download what they need again.

    ## Exceptions
    - Stages that are not part of the final image, and images for development, tests and CI.
    - No fix if a later call needs the cache, if the call is in a condition, in a loop or before `||`, or if the user
      cannot write to the cache.
    """
    for call in calls_leaving_cache(build, run, "dnf", "microdnf", "tdnf"):
        head = CallPrefix(call)
        yield Finding(
            f"`{head.text}` leaves its cache in this layer; end this RUN with `{call.program} clean all`"
            + late_cleanup_note(build, run, call),
            head,
            fix=clean_all(build, run, call, "clean all"),
        )


EXAMPLES = (
    Bad(
        "FROM fedora:42\nRUN «dnf install» -y httpd",
        fixed="FROM fedora:42\nRUN dnf install -y httpd && dnf clean all",
    ),
    Good("FROM fedora:42\nRUN dnf install -y httpd && dnf clean all"),
    Bad(
        "FROM fedora:42\nRUN «dnf install» -y \\\n      a \\\n      b && \\\n    c",
        fixed="FROM fedora:42\nRUN dnf install -y \\\n      a \\\n      b && \\\n    dnf clean all && \\\n    c",
    ),
    Bad("FROM fedora:42\nRUN «microdnf install» -y httpd", message="`microdnf clean all`"),
    Bad(
        "FROM rockylinux:9\nRUN «dnf install» -y httpd && microdnf clean all",
        fixed="FROM rockylinux:9\nRUN dnf install -y httpd && dnf clean all && microdnf clean all",
        why="another cache",
    ),
    Bad("FROM fedora:42\nRUN «dnf in» -y httpd", fixed="FROM fedora:42\nRUN dnf in -y httpd && dnf clean all"),
    Good("FROM rockylinux:9\nRUN dnf install -y httpd && yum clean all"),
    Good("FROM fedora:42\nRUN dnf install -y httpd && rm -rf /var/cache/dnf /var/cache/libdnf5"),
)
