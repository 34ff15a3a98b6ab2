"""DL3040."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .common import Head, leaving_cache, too_late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3040", level=WARNING, since="0.1", also=("trivy:DS-0019", "trivy:DS-0027"))
def dnf_clean(run: Run, build: Build) -> Iterator[Finding]:
    """`dnf install`, `microdnf install` or `tdnf install` leaves its cache in the layer.

    ## Why
    Package lists and downloaded packages are of no use in the image.

    ## What to do
    End the same RUN with `&& dnf clean all`, or keep the cache outside with
    `--mount=type=cache,target=/var/cache/dnf` (for dnf 5 `/var/cache/libdnf5`).
    """
    for call in leaving_cache(build, run, "dnf", "microdnf", "tdnf"):
        head = Head(call)
        yield Finding(
            f"`{head.text}` leaves its cache in this layer; end this RUN with `{call.program} clean all`"
            + too_late(build, run, call),
            head,
        )


EXAMPLES = (
    Bad("FROM fedora:42\nRUN «dnf install» -y httpd"),
    Bad("FROM fedora:42\nRUN «microdnf install» -y httpd", message="`microdnf clean all`"),
    Good("FROM fedora:42\nRUN dnf install -y httpd && dnf clean all"),
    Good("FROM fedora:42\nRUN dnf install -y httpd && rm -rf /var/cache/dnf /var/cache/libdnf5"),
)
