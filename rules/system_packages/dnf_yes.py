"""DL3038."""

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


@rule("DL3038", level=WARNING, since="0.1", fix=SAFE, prefilter=("dnf",))
def dnf_yes(run: Run, build: Build) -> Iterator[Finding]:
    """`dnf install`, `microdnf install` or `tdnf install` without `-y` prompts for confirmation.

    ## Why
    A build cannot answer the prompt: dnf treats the end of the input as "no", and the build fails.

    ## Fix safety
    Safe: without the option, the build fails at the prompt. Unsafe next to `||`, in a condition or after `!`, where the
    failure may be intended.

    ## Exceptions
    - `microdnf` outside Fedora: it did not prompt before it became dnf5 in Fedora 38. hadolint reports it.
    - Stages that configure `assumeyes` in `dnf.conf`.
    - No fix if something may answer the prompt: a pipe or a redirection of standard input.
    """
    for call in prompting_calls(build, run, "dnf", "microdnf", "tdnf"):
        if call.manager.name == "microdnf" and not _is_fedora(build, run):
            continue
        if is_configured(build, run, "assumeyes", "dnf.conf", "yum.conf"):
            continue
        head = CallPrefix(call)
        yield Finding(prompt_message(head, "add `-y`"), head, fix=assume_yes(build, run, call))


def _is_fedora(build: Build, run: Run) -> bool:
    stage = build.stage_of(run)
    return stage is not None and stage.base_ref is not None and "fedora" in stage.base_ref.repository


EXAMPLES = (
    Bad("FROM fedora:42\nRUN «dnf install» httpd", fixed="FROM fedora:42\nRUN dnf install -y httpd"),
    Good("FROM fedora:42\nRUN dnf install -y httpd"),
    Bad("FROM fedora:42\nRUN «microdnf install» httpd && microdnf clean all"),
    Good("FROM fedora:42\nRUN dnf -y --enablerepo crb install httpd"),
    Good("FROM fedora:42\nRUN echo assumeyes=True >> /etc/dnf/dnf.conf && dnf install httpd"),
    Good("FROM registry.access.redhat.com/ubi9-minimal\nRUN microdnf install httpd", why="this microdnf never prompts"),
)
