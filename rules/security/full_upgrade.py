"""SEC005."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import Head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("SEC005", level=WARNING, since="0.1", also=("trivy:DS-0024",))
def full_upgrade(run: Run, build: Build) -> Iterator[Finding]:
    """The whole distribution is upgraded to another release's packages.

    ## Why
    `dist-upgrade` may remove packages and pull in new ones, so the image becomes another one than its base tag says.

    ## What to do
    Take a newer base image. Security fixes alone come with `apt-get upgrade`.
    """
    for call in build.calls(run):
        if call.verb == "dist-upgrade" and call.manager.name == "apt":
            head = Head(call)
            yield Finding(f"`{head.text}` replaces the base's packages, and may remove some; take a newer base", head)


EXAMPLES = (
    Bad("RUN apt-get update && «apt-get dist-upgrade» -y"),
    Bad("RUN «apt-get -y full-upgrade»"),
    Good("RUN apt-get update && apt-get upgrade -y"),
)
