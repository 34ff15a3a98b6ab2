"""DL3014."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.earlier_settings import is_configured
from ..packages.fixes import assume_yes
from ..packages.package_findings import CallPrefix, prompting_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3014", level=WARNING, since="0.1", aliases=("trivy:DS-0021",), fix=SAFE, prefilter=("apt",))
def apt_yes(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get install` without `-y` prompts for confirmation.

    ## Why
    A build cannot answer the prompt: apt-get treats the end of the input as "no", and the build fails. It prompts
    whenever additional packages would be installed or removed, so a working build fails when a new version adds a
    dependency.

    ## Fix safety
    Safe: without the option, the build fails at the prompt. Unsafe next to `||`, in a condition or after `!`, where the
    failure may be intended.

    ## Exceptions
    - Dry runs (`-s`) and stages that configure `APT::Get::Assume-Yes`.
    - No fix if something may answer the prompt: a pipe or a redirection of standard input.
    """
    for call in prompting_calls(build, run, "apt"):
        if not is_configured(build, run, "::assume-yes", "apt.conf"):
            head = CallPrefix(call)
            yield Finding(
                f"`{head.text}` may prompt for confirmation, which a build cannot answer; add `-y`",
                head,
                fix=assume_yes(build, run, call),
            )


EXAMPLES = (
    Bad("RUN «apt-get install» curl", fixed="RUN apt-get install -y curl"),
    Good("RUN apt-get install -y curl"),
    Bad(
        "RUN apt-get update && «apt-get upgrade» \\\n && a",
        fixed="RUN apt-get update && apt-get upgrade -y \\\n && a",
    ),
    Bad('RUN ["«apt-get", "install»", "curl"]', fixed='RUN ["apt-get", "install", "-y", "curl"]'),
    Bad(
        "RUN env DEBIAN_FRONTEND=noninteractive «apt-get -q install» curl",
        why="DEBIAN_FRONTEND does not answer this prompt",
    ),
    Good("RUN apt-get -qq install curl", why="-qq implies -y"),
    Good("RUN apt-get -o APT::Get::Assume-Yes=true install curl"),
    Good("RUN apt-get autoremove", why="prompts only if there is something to remove"),
    Good("RUN yes | apt-get install curl"),
    Good("RUN if apt-get install -s curl; then echo a; fi", why="a dry run"),
    Good("RUN echo 'APT::Get::Assume-Yes 1;' > /etc/apt/apt.conf.d/90-yes\nRUN apt-get install curl"),
    Good("RUN echo apt-get install curl", why="not a command"),
    Good('ARG P="-y --no-install-recommends"\nRUN apt-get install $P curl', why="the value of the variable"),
    Good('RUN F=-y; apt-get install "$F" curl'),
    Bad("ARG P=curl\nRUN «apt-get install» $P"),
)
