"""DL3015."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE
from ..base import INFO, Bad, Finding, Good, rule
from ..options import pedantic
from ..packages.earlier_settings import is_configured
from ..packages.fixes import add_flag
from ..packages.package_findings import CallPrefix, in_shipped_image, is_dry_run, unseen_by_hadolint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Run


@rule("DL3015", level=INFO, since="0.1", aliases=("trivy:DS-0029",), fix=UNSAFE, prefilter=("apt",))
def apt_recommends(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get install` without `--no-install-recommends` also installs recommended packages.

    ## Why
    Recommended packages are rarely needed in an image; they add size and attack surface.

    ## What to do
    Add `--no-install-recommends` and list the recommended packages that the program needs, often `ca-certificates`. To
    keep all of them, use `--install-recommends`.

    ## Fix safety
    Unsafe: a later step or the program in the image may need a package that is only recommended.

    ## Exceptions
    - Stages that are not part of the final image; hadolint reports them.
    - Dry runs (`-s`), and stages that configure `APT::Install-Recommends`.
    """
    if not in_shipped_image(build, run) and not pedantic(build):
        return
    for call in build.package_calls(run):
        if call.manager.name != "apt" or call.verb != "install" or call.uncertain or not _has_recommends(call):
            continue
        if unseen_by_hadolint(build, call) or is_configured(build, run, "::install-recommends", "apt.conf"):
            continue
        head = CallPrefix(call)
        flag = call.manager.flags.no_recommends[1 if call.program == "aptitude" else 0]
        yield Finding(
            f"`{head.text}` also installs recommended packages; add `{flag}`",
            head,
            fix=add_flag(build, run, call, flag, UNSAFE),
        )


def _has_recommends(call: PackageCall) -> bool:
    """Whether the call installs recommended packages without asking for them, also those of a local file."""
    if call.skips_recommends() or call.has("--install-recommends") or is_dry_run(call):
        return False
    return bool(call.packages)


EXAMPLES = (
    Bad("RUN «apt-get install» -y curl", fixed="RUN apt-get install --no-install-recommends -y curl"),
    Good("RUN apt-get install --no-install-recommends -y curl"),
    Bad("RUN «aptitude install» -y curl", fixed="RUN aptitude install --without-recommends -y curl"),
    Bad("RUN «apt-get -y install» curl"),
    Good("RUN apt-get -o APT::Install-Recommends=false install -y curl"),
    Bad("RUN «apt-get install» -y ./tool.deb", why="a local file has recommended packages too"),
    Good("RUN apt-get update"),
    Good("FROM debian:12 AS build\nRUN apt-get install -y gcc\nFROM debian:12-slim\nCOPY --from=build /a /a"),
    Good("RUN apt-get install -y --install-recommends wine", why="installed on purpose"),
    Good("RUN apt-get install -s curl", why="a dry run"),
    Good("RUN echo 'APT::Install-Recommends 0;' > /etc/apt/apt.conf.d/90-x\nRUN apt-get install -y curl"),
    Good("COPY apt.conf /etc/apt/apt.conf.d/90-own\nRUN apt-get install -y curl", why="its content is unknown"),
    Good('ENV P="--no-install-recommends -y"\nRUN apt-get $P install curl', why="the value of the variable"),
)
