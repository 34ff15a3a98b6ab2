"""DL3036."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .common import Head, leaving_cache, too_late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3036", level=WARNING, since="0.1", also=("trivy:DS-0020",))
def zypper_clean(run: Run, build: Build) -> Iterator[Finding]:
    """`zypper install` leaves its cache in the layer.

    ## Why
    Package lists and downloaded packages are of no use in the image.

    ## What to do
    End the same RUN with `&& zypper clean --all`.
    """
    for call in leaving_cache(build, run, "zypper"):
        head = Head(call)
        yield Finding(
            f"`{head.text}` leaves its cache in this layer; end this RUN with `zypper clean --all`"
            + too_late(build, run, call),
            head,
        )


EXAMPLES = (
    Bad("FROM opensuse/leap:15\nRUN «zypper -n install» httpd"),
    Good("FROM opensuse/leap:15\nRUN zypper -n install httpd && zypper clean --all"),
    Good("FROM opensuse/leap:15\nRUN zypper -n install httpd && zypper cc -a"),
)
