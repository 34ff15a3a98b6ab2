"""DL3030."""

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


@rule("DL3030", level=WARNING, since="0.1", fix=SAFE, prefilter=("yum",))
def yum_yes(run: Run, build: Build) -> Iterator[Finding]:
    """`yum install` without `-y` stops and asks.

    ## Why
    A build has nobody to answer, and yum takes the end of input for a no.

    ## Fix safety
    Safe: without an answer the build fails. Behind `||`, in a condition or behind `!` the failure may be meant, and it
    is unsafe. No fix where something else may answer (a pipe, a redirection).
    """
    for call in prompting_calls(build, run, "yum"):
        if is_configured(build, run, "assumeyes", "yum.conf", "dnf.conf"):
            continue
        head = CallPrefix(call)
        yield Finding(
            f"`{head.text}` asks, and a build has nobody to answer; add `-y`", head, fix=assume_yes(build, run, call)
        )


EXAMPLES = (
    Bad("FROM centos:7\nRUN «yum install» httpd", fixed="FROM centos:7\nRUN yum install -y httpd"),
    Good("FROM centos:7\nRUN yum install -y httpd"),
    Good("FROM centos:7\nRUN yum -y install httpd"),
    Good("FROM centos:7\nRUN yum --assumeyes install httpd"),
    Good("FROM centos:7\nRUN echo assumeyes=1 >> /etc/yum.conf\nRUN yum install httpd"),
    Good("FROM centos:7\nRUN yum install --assumeno httpd", why="the answer is no"),
)
