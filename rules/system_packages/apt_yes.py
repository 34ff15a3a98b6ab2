"""DL3014."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import CallPrefix, prompting_calls
from ..packages.fixes import assume_yes
from ..packages.settings import is_configured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3014", level=WARNING, since="0.1", aliases=("trivy:DS-0021",), fix=SAFE, prefilter=("apt",))
def apt_yes(run: Run, build: Build) -> Iterator[Finding]:
    """`apt-get install` without `-y` asks as soon as it has more to do than is named.

    ## Why
    A build has nobody to answer: apt-get reads an end of input, takes it for a no, and the build fails. It asks when
    other packages come along or go, so that the build works until a new version has one more dependency.

    ## What is left alone
    Simulations (`-s`), and stages with a setting of `APT::Get::Assume-Yes`.

    ## Fix safety
    Safe: where apt-get has something to ask, the build fails without the flag; where it has nothing, the flag does
    nothing. Behind `||`, in a condition or behind `!` the failure may be meant, and it is unsafe. No fix where
    something else may answer (a pipe, a redirection).
    """
    for call in prompting_calls(build, run, "apt"):
        if not is_configured(build, run, "::assume-yes", "apt.conf"):
            head = CallPrefix(call)
            yield Finding(
                f"`{head.text}` may ask, and a build has nobody to answer; add `-y`",
                head,
                fix=assume_yes(build, run, call),
            )


EXAMPLES = (
    Bad("RUN «apt-get install» curl", fixed="RUN apt-get install -y curl"),
    Bad(
        "RUN apt-get update && «apt-get upgrade» \\\n && a",
        fixed="RUN apt-get update && apt-get upgrade -y \\\n && a",
    ),
    Bad('RUN ["«apt-get", "install»", "curl"]', fixed='RUN ["apt-get", "install", "-y", "curl"]'),
    Bad("RUN env DEBIAN_FRONTEND=noninteractive «apt-get -q install» curl", why="the frontend does not answer for you"),
    Good("RUN apt-get install -y curl"),
    Good("RUN apt-get -qq install curl", why="-qq implies -y"),
    Good("RUN apt-get -o APT::Get::Assume-Yes=true install curl"),
    Good("RUN apt-get autoremove", why="it asks only where there is something to remove"),
    Good("RUN yes | apt-get install curl"),
    Good("RUN if apt-get install -s curl; then echo a; fi", why="a simulation"),
    Good("RUN echo 'APT::Get::Assume-Yes 1;' > /etc/apt/apt.conf.d/90-yes\nRUN apt-get install curl"),
    Good("RUN echo apt-get install curl", why="not a command"),
)
