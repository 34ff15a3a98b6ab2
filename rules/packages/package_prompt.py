"""PKG003."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import WARNING, Bad, Finding, Good, rule
from .common import CallPrefix, prompting_calls
from .fixes import assume_yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("PKG003", level=WARNING, since="0.1", default=False, fix=SAFE)
def package_prompt(run: Run, build: Build) -> Iterator[Finding]:
    """A package manager that hadolint does not know stops and asks.

    ## Why
    A build has nobody to answer, and the end of input is a no.

    ## What to do
    `conda install -y`, `pacman --noconfirm`.

    ## Fix safety
    Safe: without an answer the build fails. Behind `||`, in a condition or behind `!` the failure may be meant, and it
    is unsafe. No fix where something else may answer (a pipe, a redirection).
    """
    for call in prompting_calls(build, run, "conda", "pacman"):
        head = CallPrefix(call)
        yield Finding(
            f"`{head.text}` waits for an answer that never comes; add `{call.manager.yes_flags[0]}`",
            head,
            fix=assume_yes(build, run, call),
        )


EXAMPLES = (
    Bad(
        "FROM condaforge/miniforge3:24.3.0-0\nRUN «conda install» numpy=2.0",
        message="add `-y`",
        fixed="FROM condaforge/miniforge3:24.3.0-0\nRUN conda install -y numpy=2.0",
    ),
    Bad(
        "FROM archlinux:base\nRUN «pacman -S» curl",
        message="add `--noconfirm`",
        fixed="FROM archlinux:base\nRUN pacman -S --noconfirm curl",
    ),
    Good("FROM condaforge/miniforge3:24.3.0-0\nRUN conda install -y numpy=2.0"),
    Good("FROM archlinux:base\nRUN pacman -S --noconfirm curl"),
)
