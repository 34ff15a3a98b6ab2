"""Move build arguments that change with every build (commit, date, version) after the installs."""

from __future__ import annotations

import re

from ....syntax.tree import Arg, CopyOrAdd, Env, Expose, Label, Run, Workdir
from ..base.blocks import lines_with_comments
from ..base.rewrite import RewriteOutcome, RewriteRejected, Step
from ..base.run_steps import deletes_caches, split_run
from ..manifests.manifests import install_inputs
from .early_installs import PACKAGE_MANAGER_VARIABLES, needs_no_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction

_CHANGING = re.compile(
    r"(?i)(.*_)?(git_?(sha|commit|hash|ref|rev|revision|branch|tag|version)|commit(_?(sha|hash|id|ref|date))?|sha1?|revision"
    r"|vcs_?(ref|url|revision)|build_?(date|time|timestamp|number|num|no|id|version|revision|tag|commit|ref|sha)"
    r"|source_?(commit|revision|branch|version)|timestamp|created|github_sha|github_run_id|ci_commit_.*"
    r"|(app|image|package|project|release)_?version)|version|release"
)
"""Names of build arguments whose value changes with every build or release."""


def rewrite(build: Build, stage: Stage, context: Context | None) -> RewriteOutcome:
    """Move the first ARG that changes with every build, and what uses its value, after the installs that follow."""
    steps = list(stage.instructions)
    for number, step in enumerate(steps):
        if not isinstance(step, Arg) or not all(_CHANGING.fullmatch(pair.key.text) for pair in step.pairs):
            continue
        moved = _with_users(steps[number:])
        names = _names(moved)
        if any(PACKAGE_MANAGER_VARIABLES.fullmatch(name) for name in names):
            continue
        passed = _last_passable_run(build, stage, context, steps[number:], moved, names)
        if passed is not None:
            return RewriteOutcome("order", _text(build, moved, passed), [_step(moved)])
    return RewriteOutcome("order")


def _with_users(steps: list[Instruction]) -> list[Instruction]:
    """The first step, an ARG, and the ARG, ENV and LABEL directly after it that change with it."""
    moved = [steps[0]]
    for step in steps[1:]:
        names = _names(moved)
        changing = isinstance(step, Arg) and all(_CHANGING.fullmatch(pair.key.text) for pair in step.pairs)
        if not changing and not (isinstance(step, Env | Label) and _mentions(step, names)):
            break
        moved.append(step)
    return moved


def _names(moved: list[Instruction]) -> set[str]:
    """The variables that the instructions set."""
    return {pair.key.text for step in moved if isinstance(step, Arg | Env) for pair in step.pairs}


def _mentions(step: Instruction, names: set[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", step.logical.text) for name in names)


def _last_passable_run(
    build: Build,
    stage: Stage,
    context: Context | None,
    steps: list[Instruction],
    moved: list[Instruction],
    names: set[str],
) -> Run | None:
    """The last RUN after which the instructions can be moved; None when there is none."""
    labels = {pair.key.text for step in moved if isinstance(step, Label) for pair in step.pairs}
    used = {name for step in moved for name in re.findall(r"\$\{?(\w+)", step.logical.text)}
    found: Run | None = None
    for step in steps[len(moved) :]:
        if _mentions(step, names) or step.heredocs:
            break
        if isinstance(step, Run):
            if not _only_installs(build, stage, context, step):
                break
            found = step
        elif isinstance(step, Env | Arg | Label):
            keys = {pair.key.text for pair in step.pairs}
            if keys & (used if not isinstance(step, Label) else labels):
                break
        elif not isinstance(step, Workdir | CopyOrAdd | Expose):
            break
    return found


def _only_installs(build: Build, stage: Stage, context: Context | None, run: Run) -> bool:
    """Whether a RUN only installs third-party packages, which read no variables of the application."""
    if needs_no_context(build, run):
        return True
    try:
        found = split_run(build, run)
        if context is None or not all(piece.call is not None or deletes_caches(piece) for piece in found):
            return False
        return bool(install_inputs(build, stage, context, run))
    except RewriteRejected:
        return False


def _text(build: Build, moved: list[Instruction], passed: Run) -> str:
    text = build.dockerfile.source.text
    start = lines_with_comments(text, moved[0])[0]
    end = lines_with_comments(text, moved[-1])[1]
    target = lines_with_comments(text, passed)[1]
    block = text[start:end].rstrip("\n")
    blank = "\n" if text[:start].endswith("\n\n") else ""
    rest = text[end:target].lstrip("\n") if blank else text[end:target]
    return f"{text[:start]}{rest.rstrip(chr(10))}\n{blank}{block}\n{text[target:]}"


def _step(moved: list[Instruction]) -> Step:
    shown = ", ".join(f"`{' '.join(step.logical.text.split())[:40]}`" for step in moved[:2])
    more = " …" if len(moved) > 2 else ""
    return Step(f"Move {shown}{more} after the installs", "a new value no longer reruns them")
