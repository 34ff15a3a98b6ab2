"""Move installs of packages by name before the source: they need no file of the build context."""

from __future__ import annotations

import re

from ....model.layers import named_package_installs
from ....syntax.tree import Arg, Cmd, CopyOrAdd, Entrypoint, Env, Expose, Healthcheck, Label, Run, Workdir
from ..base.blocks import join_blocks, lines_with_comments
from ..base.copies import context_copies, copies_application_only
from ..base.rewrite import RewriteOutcome, RewriteRejected, Step
from ..base.run_steps import deletes_caches, split_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction

_NO_FILES = (Cmd, Entrypoint, Expose, Healthcheck, Label)
PACKAGE_MANAGER_VARIABLES = re.compile(
    r"(?i)PATH|HOME|USER|SHELL|LANG.*|TZ|.*proxy"
    r"|(LC|LD|DEB|DEBIAN|DEBCONF|APT|DPKG|PIP|PIPX|UV|PYTHON|VIRTUAL|NPM|NODE|YARN|COREPACK|GEM|BUNDLE|CARGO|RUST|GO|CGO"
    r"|SSL|CURL|REQUESTS|CC|CXX|CFLAGS|UCF|NVM)(_.*)?"
)
"""Variables that a package manager, or a program that it starts, may read."""


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Move the first RUN that installs packages by name and follows the source before the copy of the source."""
    folders = [place for place in context_copies(build, stage, context) if place.folder]
    broad = {id(place.instruction) for place in folders}
    for number, run in enumerate(stage.instructions):
        if not isinstance(run, Run) or not needs_no_context(build, run):
            continue
        copy: Instruction | None = None
        for step in reversed(stage.instructions[:number]):
            if not _passable(build, stage, context, step, run):
                break
            if id(step) in broad:
                copy = step
        if copy is not None:
            return RewriteOutcome("order", _moved(build, copy, run), [_step(build, run)])
    return RewriteOutcome("order")


def needs_no_context(build: Build, run: Run) -> bool:
    """Whether the RUN only installs packages by name and deletes caches."""
    if not named_package_installs(build, run):
        return False
    try:
        found = split_run(build, run)
    except RewriteRejected:
        return False
    return all(piece.call is not None or deletes_caches(piece) for piece in found)


def _passable(build: Build, stage: Stage, context: Context, step: Instruction, run: Run) -> bool:
    """Whether the RUN does the same before `step` as after it."""
    if isinstance(step, _NO_FILES):
        return True
    if isinstance(step, Workdir):
        return True  # an empty directory
    if isinstance(step, Env):
        return not any(PACKAGE_MANAGER_VARIABLES.fullmatch(pair.key.text) for pair in step.pairs)
    if isinstance(step, Arg):
        return (
            not any(PACKAGE_MANAGER_VARIABLES.fullmatch(pair.key.text) for pair in step.pairs)
            and "$" not in run.logical.text
        )
    return isinstance(step, CopyOrAdd) and copies_application_only(build, stage, context, step)


def _moved(build: Build, copy: Instruction, run: Run) -> str:
    text = build.dockerfile.source.text
    to, _ = lines_with_comments(text, copy)
    start, end = lines_with_comments(text, run)
    apart = "\n" if text[:to].endswith("\n\n") else ""
    blank = "\n" if text[:start].endswith("\n\n") else ""
    above = text[:to].rstrip("\n") + "\n" + blank
    between = text[to:start].rstrip("\n") + "\n"
    return join_blocks([above + text[start:end].rstrip("\n") + "\n" + (apart or blank) + between + text[end:]])


def _step(build: Build, run: Run) -> Step:
    names = [package.name for call in build.package_calls(run) if call.verb == "install" for package in call.packages]
    shown = ", ".join(f"`{name}`" for name in names[:3]) + (" …" if len(names) > 3 else "")
    return Step(f"Install {shown} before copying the source", "a source change no longer reinstalls them")
