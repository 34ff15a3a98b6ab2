"""DL3034."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.fixes import assume_yes
from ..packages.package_findings import CallPrefix, prompt_message, prompting_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3034", level=WARNING, since="0.1", fix=SAFE, prefilter=("zypper",))
def zypper_yes(run: Run, build: Build) -> Iterator[Finding]:
    """`zypper install` without `--non-interactive` or `-y` prompts for confirmation.

    ## Why
    A build cannot answer the prompt, so it fails.

    ## Fix safety
    Safe: without the option, the build fails at the prompt. Unsafe next to `||`, in a condition or after `!`, where the
    failure may be intended.

    ## Exceptions
    - No fix if something may answer the prompt: a pipe or a redirection of standard input.
    """
    for call in prompting_calls(build, run, "zypper"):
        head = CallPrefix(call)
        message = prompt_message(head, "use `zypper --non-interactive`")
        yield Finding(message, head, fix=assume_yes(build, run, call))


EXAMPLES = (
    Bad(
        "FROM opensuse/leap:15\nRUN «zypper install» httpd",
        fixed="FROM opensuse/leap:15\nRUN zypper --non-interactive install httpd",
    ),
    Good("FROM opensuse/leap:15\nRUN zypper --non-interactive install httpd"),
    Good("FROM opensuse/leap:15\nRUN zypper -n in httpd"),
    Good("FROM opensuse/leap:15\nRUN zypper install -y httpd"),
)
