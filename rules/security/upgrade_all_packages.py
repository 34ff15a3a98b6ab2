"""SEC006."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from ..packages.package_findings import CallPrefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule(
    "SEC006",
    level=INFO,
    since="0.1",
    default=False,
    aliases=("kics:package-manager-upgrade",),
    formerly=("any-upgrade",),
)
def upgrade_all_packages(run: Run, build: Build) -> Iterator[Finding]:
    """All packages of the base image are upgraded.

    ## Why
    The layer stores every upgraded file a second time, and two builds on the same day may differ. Off by default: if
    the base image is rarely rebuilt, an upgrade is the only source of fixes.

    ## What to do
    Use a newer base image.
    """
    for call in build.package_calls(run):
        if call.verb == "upgrade" and call.manager.ecosystem == "os" and not call.packages:
            head = CallPrefix(call)
            yield Finding(f"`{head.text}` upgrades all packages of the base image; use a newer base image", head)


EXAMPLES = (
    Bad("RUN apt-get update && «apt-get upgrade» -y"),
    Good("RUN apt-get install -y --only-upgrade openssl"),
    Bad("FROM alpine:3.20\nRUN «apk upgrade»"),
)
