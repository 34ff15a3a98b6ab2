"""Replace `RUN cd dir && …` by WORKDIR and RUN, which other rewrites can analyze."""

from __future__ import annotations

from ....syntax.tree import Cmd, CopyOrAdd, Entrypoint, Healthcheck, Run, Workdir
from ...edits.edit import Edit, apply_edits
from ..base.blocks import lines_with_comments
from ..base.rewrite import RewriteOutcome, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage


def rewrite(build: Build) -> RewriteOutcome:
    """Replace the `cd` at the start of RUNs that call a package manager."""
    edits: list[Edit] = []
    for stage in build.stages:
        for run in stage.instructions:
            if isinstance(run, Run):
                edits += _workdir_for_cd(build, stage, run)
    if not edits:
        return RewriteOutcome("order")
    step = Step("Use WORKDIR instead of `cd`", "the manifests that the RUN reads can be copied before the source")
    return RewriteOutcome("order", apply_edits(build.dockerfile.source.text, edits), [step])


def _workdir_for_cd(build: Build, stage: Stage, run: Run) -> list[Edit]:
    """The edits that replace the `cd` of a RUN; none where that is not possible."""
    directory, here = _leading_cd(build, run), build.state(run).workdir
    if not directory or here is None or not any(build.package_calls(run)):
        return []
    first, second = build.commands(run)[:2]
    text = build.dockerfile.source.text
    start, end = lines_with_comments(text, run)
    edits = [Edit(start, start, f"WORKDIR {directory}\n"), Edit(first.start, second.start, "")]
    later = _next_workdir(build, stage, run)
    if later is None:
        edits.append(Edit(end, end, ("" if text[:end].endswith("\n") else "\n") + f"WORKDIR {here}\n"))
    elif later.value is not None and later.value.text == directory and not later.comments:
        edits.append(Edit(later.start, text.find("\n", later.end) + 1 or len(text), ""))
    return edits


def _leading_cd(build: Build, run: Run) -> str:
    """The path in the image of the `cd` that a plain list of commands starts with; empty for any other RUN."""
    commands = build.commands(run)
    state = build.state(run)
    if run.json or run.heredocs or run.flags or run.parent is not None or state.has_custom_shell or len(commands) < 2:
        return ""
    operators = {each for command in commands for each in (command.operator_before, command.operator_after)}
    if operators - {"", "&&"} or any(command.context for command in commands):
        return ""
    first, rest = commands[0], commands[1:]
    if first.name != "cd" or len(first.words) != 2 or any(command.name == "cd" for command in rest):
        return ""
    word = first.words[1]
    literal = not word.dynamic and not set(word.value) & set("$~*?[ -")
    return (state.path(word.value) or "") if literal else ""


def _next_workdir(build: Build, stage: Stage, run: Run) -> Workdir | None:
    """The next absolute WORKDIR after the RUN; None where an instruction before it uses the current one."""
    for step in stage.instructions[build.index_of(run) + 1 :]:
        if isinstance(step, Workdir):
            return step if step.value is not None and step.value.text.startswith("/") else None
        if isinstance(step, Run | Cmd | Entrypoint | Healthcheck | CopyOrAdd):
            return None
    return None
