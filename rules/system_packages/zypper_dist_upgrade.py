"""DL3035."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import CallPrefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3035", level=WARNING, since="0.1", prefilter=("zypper",))
def zypper_dist_upgrade(run: Run, build: Build) -> Iterator[Finding]:
    """`zypper dist-upgrade` turns the image into another release.

    ## Why
    It may remove, replace and downgrade packages, so the image becomes another one than its base tag says.

    ## What to do
    Take a newer base image. Fixes alone come with `zypper patch` or `zypper update`.
    """
    for call in build.package_calls(run):
        if call.verb == "dist-upgrade" and call.manager.name == "zypper":
            head = CallPrefix(call)
            yield Finding(f"`{head.text}` replaces the base's packages; take a newer base image", head)


EXAMPLES = (
    Bad("FROM opensuse/leap:15\nRUN «zypper -n dist-upgrade»"),
    Bad("FROM opensuse/leap:15\nRUN «zypper dup» -y && zypper clean -a"),
    Good("FROM opensuse/leap:15\nRUN zypper -n patch"),
)
