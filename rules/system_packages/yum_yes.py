"""DL3030."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.earlier_settings import is_configured
from ..packages.fixes import assume_yes
from ..packages.package_findings import CallPrefix, prompt_message, prompting_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3030", level=WARNING, since="0.1", fix=SAFE, prefilter=("yum",))
def yum_yes(run: Run, build: Build) -> Iterator[Finding]:
    """`yum install` without `-y` prompts for confirmation.

    ## Why
    A build cannot answer the prompt: yum treats the end of the input as "no", and the build fails.

    ## Fix safety
    Safe: without the option, the build fails at the prompt. Unsafe next to `||`, in a condition or after `!`, where the
    failure may be intended.

    ## Exceptions
    - Stages that configure `assumeyes` in `yum.conf`.
    - No fix if something may answer the prompt: a pipe or a redirection of standard input.
    """
    for call in prompting_calls(build, run, "yum"):
        if is_configured(build, run, "assumeyes", "yum.conf", "dnf.conf"):
            continue
        head = CallPrefix(call)
        yield Finding(prompt_message(head, "add `-y`"), head, fix=assume_yes(build, run, call))


EXAMPLES = (
    Bad("FROM centos:7\nRUN «yum install» httpd", fixed="FROM centos:7\nRUN yum install -y httpd"),
    Good("FROM centos:7\nRUN yum install -y httpd"),
    Good("FROM centos:7\nRUN yum -y install httpd"),
    Good("FROM centos:7\nRUN yum --assumeyes install httpd"),
    Good("FROM centos:7\nRUN echo assumeyes=1 >> /etc/yum.conf\nRUN yum install httpd"),
    Good("FROM centos:7\nRUN yum install --assumeno httpd", why="`--assumeno` answers the prompt"),
)
