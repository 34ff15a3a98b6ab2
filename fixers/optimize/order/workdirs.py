"""`RUN cd folder && …` as WORKDIR and RUN, so that the other rewrites can follow what runs where."""

from __future__ import annotations

from ....syntax.tree import Cmd, CopyOrAdd, Entrypoint, Healthcheck, Run, Workdir
from ...edits.edit import Edit, apply_edits
from ..base.rewrite import RewriteOutcome, Step
from .cache_order import lines_with_comments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage


def rewrite(build: Build) -> RewriteOutcome:
    """Take the `cd` out of RUNs that begin with it and call a package manager then."""
    edits: list[Edit] = []
    for stage in build.stages:
        for run in stage.instructions:
            if isinstance(run, Run):
                edits += _of_run(build, stage, run)
    if not edits:
        return RewriteOutcome("order")
    step = Step(
        "Say by WORKDIR where a RUN works", "what it reads is told by the file, and can be copied before the rest"
    )
    return RewriteOutcome("order", apply_edits(build.dockerfile.source.text, edits), [step])


def _of_run(build: Build, stage: Stage, run: Run) -> list[Edit]:
    commands = build.commands(run)
    state = build.state(run)
    if run.json or run.heredocs or run.flags or run.parent is not None or state.has_custom_shell or len(commands) < 2:
        return []
    first, rest = commands[0], commands[1:]
    plain = all(
        not each.context and each.operator_before in ("", "&&") and each.operator_after in ("", "&&")
        for each in commands
    )
    if not plain or first.name != "cd" or len(first.words) != 2 or any(each.name == "cd" for each in rest):
        return []
    folder, here = state.path(first.words[1].value), state.workdir
    literal = not first.words[1].dynamic and not set(first.words[1].value) & set("$~*?[ -")
    if folder is None or here is None or not literal or not any(build.package_calls(run)):
        return []
    text = build.dockerfile.source.text
    start, end = lines_with_comments(text, run)
    edits = [Edit(start, start, f"WORKDIR {folder}\n"), Edit(first.start, rest[0].start, "")]
    later = _next(build, stage, run)
    if later is None:
        edits.append(Edit(end, end, ("" if text[:end].endswith("\n") else "\n") + f"WORKDIR {here}\n"))
    elif later.value is not None and later.value.text == folder and not later.comments:
        edits.append(Edit(later.start, text.find("\n", later.end) + 1 or len(text), ""))
    return edits


def _next(build: Build, stage: Stage, run: Run) -> Workdir | None:
    """The WORKDIR behind the RUN that sets the folder anew, None where something goes by the old one before."""
    for step in stage.instructions[build.index_of(run) + 1 :]:
        if isinstance(step, Workdir):
            return step if step.value is not None and step.value.text.startswith("/") else None
        if isinstance(step, Run | Cmd | Entrypoint | Healthcheck | CopyOrAdd):
            return None
    return None
