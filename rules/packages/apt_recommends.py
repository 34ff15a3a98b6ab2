"""DL3015."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from .common import Head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3015", level=INFO, since="0.1", also=("trivy:DS-0029",))
def apt_recommends(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get install` also installs the packages that the named ones only recommend.

    ## Why
    Recommended packages are rarely needed in an image; they add size and attack surface.

    ## What to do
    Add `--no-install-recommends`, and name those that the program does need (`ca-certificates` is a usual one).
    """
    for call in build.calls(run):
        if call.manager.name == "apt" and call.verb == "install" and call.packages and not call.unsure:
            if call.skips_recommends() or all(package.kind == "file" for package in call.packages):
                continue
            head = Head(call)
            yield Finding(f"`{head.text}` also installs recommended packages; add `--no-install-recommends`", head)


EXAMPLES = (
    Bad("RUN «apt-get install» -y curl"),
    Bad("RUN «apt-get -y install» curl"),
    Good("RUN apt-get install --no-install-recommends -y curl"),
    Good("RUN apt-get -o APT::Install-Recommends=false install -y curl"),
    Good("RUN apt-get install -y ./tool.deb", why="a local file"),
    Good("RUN apt-get update"),
)
