"""DL3032."""

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


@rule("DL3032", level=WARNING, since="0.1", aliases=("trivy:DS-0015",), fix=SAFE, prefilter=("yum",), scope=SHIPPED)
def yum_clean(run: Run, build: Build) -> Iterator[Finding]:
    """`yum install` leaves its cache in the layer.

    ## Why
    Package lists and downloaded packages are not needed in the image. `yum clean metadata` removes only part of it.

    ## What to do
    Clean up in the same RUN, or keep the cache out of the image with `--mount=type=cache,target=/var/cache/yum`.

    ## Fix safety
    Safe: later calls download what they need again.

    ## Exceptions
    - Stages that are not part of the final image, and images for development, tests and CI.
    - No fix if a later call needs the cache, if the call is in a condition, in a loop or before `||`, or if the user
      cannot write to the cache.
    """
    for call in calls_leaving_cache(build, run, "yum"):
        head = CallPrefix(call)
        yield Finding(
            f"`{head.text}` leaves its cache in this layer; end this RUN with `yum clean all`"
            + late_cleanup_note(build, run, call),
            head,
            fix=clean_all(build, run, call, "clean all"),
        )


EXAMPLES = (
    Bad(
        "FROM centos:7\nRUN «yum install» -y httpd \\\n && make",
        fixed="FROM centos:7\nRUN yum install -y httpd \\\n && yum clean all \\\n && make",
    ),
    Good("FROM centos:7\nRUN yum install -y httpd && yum clean all"),
    Bad(
        "FROM centos:7\nRUN set -eux; \\\n    «yum install» -y a; \\\n    b",
        fixed="FROM centos:7\nRUN set -eux; \\\n    yum install -y a; \\\n    yum clean all; \\\n    b",
    ),
    Bad("FROM centos:7\nRUN «yum install» -y a || b", fixed="FROM centos:7\nRUN yum install -y a || b"),
    Bad("FROM centos:7\nRUN «yum install» -y httpd && yum clean metadata"),
    Good("FROM centos:7\nRUN yum install -y httpd && rm -rf /var/cache/yum"),
    Good("FROM centos:7\nRUN --mount=type=cache,target=/var/cache/yum yum install -y httpd"),
)
