"""DL3035."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import CallPrefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3035", level=WARNING, since="0.1", prefilter=("zypper",))
def zypper_dist_upgrade(run: Run, build: Build) -> Iterator[Finding]:
    """`zypper dist-upgrade` upgrades the whole base image.

    ## Why
    It may remove, replace and downgrade packages, so the image no longer matches the tag of its base image.

    ## What to do
    Use a newer base image. `zypper patch` and `zypper update` install fixes only.
    """
    for call in build.package_calls(run):
        if call.verb == "dist-upgrade" and call.manager.name == "zypper":
            head = CallPrefix(call)
            yield Finding(f"`{head.text}` upgrades the whole base image; use a newer base image instead", head)


EXAMPLES = (
    Bad("FROM opensuse/leap:15\nRUN «zypper -n dist-upgrade»"),
    Good("FROM opensuse/leap:15\nRUN zypper -n patch"),
    Bad("FROM opensuse/leap:15\nRUN «zypper dup» -y && zypper clean -a"),
)
