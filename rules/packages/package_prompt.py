"""PKG003."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE
from ..base import WARNING, Bad, Finding, Good, rule
from .fixes import assume_yes
from .package_findings import CallPrefix, prompt_message, prompting_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("PKG003", level=WARNING, since="0.1", default=False, fix=SAFE)
def package_prompt(run: Run, build: Build) -> Iterator[Finding]:
    """`conda` or `pacman` prompts for confirmation.

    ## Why
    A build cannot answer the prompt, so it fails.

    ## Fix safety
    Safe: without the option, the build fails at the prompt. Unsafe next to `||`, in a condition or after `!`, where the
    failure may be intended.

    ## Exceptions
    - No fix if something may answer the prompt: a pipe or a redirection of standard input.
    """
    for call in prompting_calls(build, run, "conda", "pacman"):
        head = CallPrefix(call)
        message = prompt_message(head, f"add `{call.manager.flags.yes[0]}`")
        yield Finding(message, head, fix=assume_yes(build, run, call))


EXAMPLES = (
    Bad(
        "FROM condaforge/miniforge3:24.3.0-0\nRUN «conda install» numpy=2.0",
        message="add `-y`",
        fixed="FROM condaforge/miniforge3:24.3.0-0\nRUN conda install -y numpy=2.0",
    ),
    Good("FROM condaforge/miniforge3:24.3.0-0\nRUN conda install -y numpy=2.0"),
    Bad(
        "FROM archlinux:base\nRUN «pacman -S» curl",
        message="add `--noconfirm`",
        fixed="FROM archlinux:base\nRUN pacman -S --noconfirm curl",
    ),
    Good("FROM archlinux:base\nRUN pacman -S --noconfirm curl"),
)
