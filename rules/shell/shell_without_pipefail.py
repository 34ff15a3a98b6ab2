"""COR025."""

from __future__ import annotations

from ...model.layers import first_step
from ...syntax.tree import Run, Shell
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Instruction

_SUITES = frozenset(
    "precise trusty xenial bionic focal jammy noble squeeze wheezy jessie stretch buster bullseye bookworm".split()
)
"""Releases of Debian and Ubuntu whose dash does not know `pipefail`, which POSIX has since 2024."""


@rule("COR025", level=ERROR, since="0.1", onbuild=False, prefilter=("pipefail",))
def shell_without_pipefail(shell: Shell, build: Build) -> Iterator[Finding]:
    """SHELL sets pipefail for a `sh` that does not know it, so every RUN fails.

    ## Why
    `/bin/sh` of Debian up to 12 and Ubuntu up to 24.04 is dash, which answers `sh: 0: Illegal option -o pipefail`.

    ## What to do
    Use bash: `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`.

    ## Exceptions
    - Base images that are not known to have such a `sh`, and stages that link `/bin/sh` to another shell.
    """
    words, stage = [word.text for word in shell.words], build.stage_of(shell)
    facts = stage.base_facts if stage is not None else None
    if stage is None or facts is None or facts.suite not in _SUITES or facts.family not in ("debian", "ubuntu"):
        return
    name = words[0].rpartition("/")[2] if words else ""
    if name not in ("sh", "dash") or "pipefail" not in words:
        return
    steps = stage.instructions
    if first_step(stage, "RUN with /bin/sh", _names_shell) < len(steps):
        return
    later = (steps[index] for index in range(build.index_of(shell) + 1, len(steps)))
    following = next((step for step in later if isinstance(step, Run | Shell)), None)
    if isinstance(following, Run):
        message = f"`{name}` of this base image is dash, which has no `pipefail`, so every RUN fails; use `/bin/bash`"
        yield Finding(message, shell.words[0])


def _names_shell(step: Instruction) -> bool:
    return isinstance(step, Run) and "/bin/sh" in step.logical.text


EXAMPLES = (
    Bad('SHELL ["«/bin/sh»", "-o", "pipefail", "-c"]\nRUN a | b', message="use `/bin/bash`"),
    Good('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b'),
    Bad('FROM ubuntu:22.04\nSHELL ["«sh»", "-eo", "pipefail", "-c"]\nRUN a | b'),
    Good('FROM alpine:3.22\nSHELL ["/bin/sh", "-o", "pipefail", "-c"]\nRUN a | b', why="busybox knows it"),
    Good('FROM debian:13-slim\nSHELL ["/bin/sh", "-o", "pipefail", "-c"]\nRUN a | b', why="a newer dash"),
    Good('SHELL ["/bin/sh", "-o", "pipefail", "-c"]\nCMD a', why="no RUN follows"),
    Good('FROM example/a\nSHELL ["/bin/sh", "-o", "pipefail", "-c"]\nRUN a | b', why="an unknown base image"),
    Good('RUN ln -sf bash /bin/sh\nSHELL ["/bin/sh", "-o", "pipefail", "-c"]\nRUN a | b'),
)
