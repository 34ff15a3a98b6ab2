"""DL3038."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .common import Head, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3038", level=WARNING, since="0.1")
def dnf_yes(run: Run, build: Build) -> Iterator[Finding]:
    """`dnf install`, `microdnf install` or `tdnf install` without `-y` stops and asks.

    ## Why
    A build has nobody to answer, and dnf takes the end of input for a no.
    """
    for call in asking(build, run, "dnf", "microdnf", "tdnf"):
        head = Head(call)
        yield Finding(f"`{head.text}` waits for an answer that never comes; add `-y`", head)


EXAMPLES = (
    Bad("FROM fedora:42\nRUN «dnf install» httpd"),
    Bad("FROM fedora:42\nRUN «microdnf install» httpd && microdnf clean all"),
    Good("FROM fedora:42\nRUN dnf install -y httpd"),
    Good("FROM fedora:42\nRUN dnf -y --enablerepo crb install httpd"),
)
