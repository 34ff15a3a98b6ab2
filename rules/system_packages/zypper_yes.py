"""DL3034."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import CallPrefix, prompting_calls
from ..packages.fixes import assume_yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3034", level=WARNING, since="0.1", fix=SAFE, prefilter=("zypper",))
def zypper_yes(run: Run, build: Build) -> Iterator[Finding]:
    """`zypper install` without a non-interactive switch stops and asks.

    ## Why
    A build has nobody to answer.

    ## Fix safety
    Safe: without an answer the build fails. Behind `||`, in a condition or behind `!` the failure may be meant, and it
    is unsafe. No fix where something else may answer (a pipe, a redirection).
    """
    for call in prompting_calls(build, run, "zypper"):
        head = CallPrefix(call)
        yield Finding(
            f"`{head.text}` asks, and a build has nobody to answer; write `zypper --non-interactive`",
            head,
            fix=assume_yes(build, run, call),
        )


EXAMPLES = (
    Bad(
        "FROM opensuse/leap:15\nRUN «zypper install» httpd",
        fixed="FROM opensuse/leap:15\nRUN zypper --non-interactive install httpd",
    ),
    Good("FROM opensuse/leap:15\nRUN zypper --non-interactive install httpd"),
    Good("FROM opensuse/leap:15\nRUN zypper -n in httpd"),
    Good("FROM opensuse/leap:15\nRUN zypper install -y httpd"),
)
