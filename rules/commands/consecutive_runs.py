"""DL3059."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE, Fix
from ...fixers.edits.join_runs import join_runs
from ..base import HANDWRITTEN, INFO, LOW, Bad, Finding, Good, rule
from ..options import pedantic
from ..stages.development import ships
from ..text import format_line_numbers
from .consecutive import consecutive_run_pairs, is_single_command, is_trivial, keyword_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Run

_MIN_RUNS = 3


@rule(
    "DL3059",
    level=INFO,
    since="0.1",
    onbuild=False,
    fix=SAFE,
    scope=HANDWRITTEN,
    subject=("layers?", "cache", "caching", "separate", "separately"),
)
def consecutive_runs(stage: Stage, build: Build) -> Iterator[Finding]:
    """Three or more consecutive RUN instructions make small changes.

    ## Why
    Each RUN creates a layer and starts a container, and fast commands gain nothing from a separate cache entry. A file
    whose owner or mode changes in another layer is stored twice.

    ## What to do
    Combine them with `&&` or in a heredoc.

    ## Fix safety
    Safe: the instructions are combined with `&&` if no command can notice that it shares a shell with the others.
    Unsafe for what `pedantic` reports: the results are then cached together.

    ## Exceptions
    - Stages that are not part of the final image, and images for development or tests.
    - RUN instructions that install, download or compile: repeated installs are reported by OPT002, late deletions by
      OPT003.
    - RUN instructions with different flags, or with other instructions in between.

    ## Options
    - `pedantic`: like hadolint, report each single-command RUN that follows another one.
    """
    if pedantic(build):
        for before, run in consecutive_run_pairs(stage.instructions):
            if is_single_command(build, before) and is_single_command(build, run):
                line = (before.parent or before).start_line
                message = f"this RUN creates a separate layer; combine it with the RUN on line {line}"
                yield Finding(message, keyword_span(run), fix=_fix(build, [before, run], UNSAFE))
        return
    for group in _groups(build, stage) if ships(build, stage) else ():
        numbers = [run.start_line for run in group]
        yield Finding(
            f"{len(group)} consecutive RUN instructions create {len(group)} small layers "
            f"({format_line_numbers(numbers)}); combine them",
            keyword_span(group[1]),
            related=[(keyword_span(run), "can be combined") for run in (group[0], *group[2:])],
            fix=_fix(build, group, SAFE),
            confidence=LOW,
        )


def _fix(build: Build, runs: list[Run], safety: str) -> Fix | None:
    change = join_runs(build, runs)
    return change and Fix("Combine the RUN instructions", safety, *change)


def _groups(build: Build, stage: Stage) -> Iterator[list[Run]]:
    """Each sequence of at least _MIN_RUNS trivial RUN instructions."""
    group: list[Run] = []
    for before, run in consecutive_run_pairs(stage.instructions):
        if run.parent is not None or not (is_trivial(build, before) and is_trivial(build, run)):
            continue
        if group and group[-1] is before:
            group.append(run)
            continue
        if len(group) >= _MIN_RUNS:
            yield group
        group = [before, run]
    if len(group) >= _MIN_RUNS:
        yield group


_PEDANTIC = {"pedantic": True}

EXAMPLES = (
    Bad(
        "RUN mkdir /a\n«RUN» chown b /a\n# for c\nRUN ln -s /a /c",
        message="lines 2, 3 and 5",
        fixed="RUN mkdir /a && \\\n    chown b /a && \\\n    # for c\n    ln -s /a /c",
    ),
    Good("RUN mkdir /a\nRUN chown b /a", why="only two RUN instructions"),
    Bad(
        "RUN cd /a && mkdir b\n«RUN» chown b /a\nRUN ln -s /a /c",
        fixed="RUN cd /a && mkdir b\nRUN chown b /a\nRUN ln -s /a /c",
    ),
    Bad("RUN apt-get update\nRUN mkdir /a\n«RUN» useradd b\nRUN chown b /a && chmod 700 /a\nRUN make"),
    Bad("RUN a\n# why\n«RUN» b c\n«RUN» d", options=_PEDANTIC),
    Bad("RUN --mount=type=cache,target=/x a\n«RUN» --mount=target=/x,type=cache b", options=_PEDANTIC),
    Good("RUN mkdir /a\nRUN make\nRUN chown b /a", why="`make` is not a small change"),
    Good("RUN mkdir /a\nUSER b\nRUN touch /a/b\nRUN touch /a/c"),
    Good("FROM debian:12 AS b\nRUN mkdir /a\nRUN touch /a/b\nRUN touch /a/c\nFROM scratch\nCOPY --from=b /a /a"),
    Good("RUN a && b\nRUN c", options=_PEDANTIC, why="more than one command"),
    Good("RUN a\nRUN --network=none b", options=_PEDANTIC, why="different flags"),
)
