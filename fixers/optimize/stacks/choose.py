"""Chooses by the base image which rewrite splits the only stage of a file into a builder and a runtime."""

from __future__ import annotations

from functools import partial

from ....syntax.tree import Run
from ..base.rewrite import NothingToDo, RewriteOutcome, RewriteRejected
from ..projects.distribution.build_programs import ONLY_SYSTEM, builds
from ..projects.distribution.distribution_bases import IMAGES
from ..projects.go_project import GO_BIN
from ..projects.jre import is_java_image
from ..projects.python.python_libraries import VENV_DIRECTORY
from ..projects.rust_output import CARGO_BIN
from ..split.planner import split_stage
from . import distribution, dotnet, go, java, node, php, python, python_lockfile, python_venv, ruby, rust

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ....model.build import Build, Stage
    from ....model.context import Context

ADDED_TO_PATH = (f"{VENV_DIRECTORY}/bin", CARGO_BIN, GO_BIN)
"""Directories that a rewrite may add to PATH of the final stage."""


def rewrite(build: Build, context: Context) -> RewriteOutcome:
    """Split the only stage of a file, by the rewrite for its base image."""
    stage = build.stages[0]
    name = (stage.base_ref.name if stage.base_ref else "") or ""
    stacks = {
        **dict.fromkeys(IMAGES, partial(split_stage, distribution.DistributionStack)),
        "golang": partial(split_stage, go.GoStack),
        "node": partial(split_stage, node.NodeStack),
        "php": partial(split_stage, php.PhpStack),
        "python": _python(build, stage),
        "ruby": partial(split_stage, ruby.RubyStack),
        "rust": partial(split_stage, rust.RustStack),
    }
    made = stacks.get(name)
    if dotnet.uses_dotnet_sdk(stage):
        made = partial(split_stage, dotnet.DotnetStack)
    elif stage.base_ref is not None and is_java_image(stage.base_ref):
        made = partial(split_stage, java.JavaStack)
    if made is None:
        return RewriteOutcome("multi-stage", rejection=_unsplit(build, stage, name or stage.image or ""))
    return made(build, stage, context)


def _unsplit(build: Build, stage: Stage, name: str) -> RewriteRejected:
    """The reason why a stage on an image is not split that no stack knows."""
    building = [step for step in stage.instructions if isinstance(step, Run) and builds(build, step)]
    if not building:
        return NothingToDo(ONLY_SYSTEM)
    removing = [any(call.verb == "remove" for call in build.package_calls(run)) for run in building]
    if all(removing):
        return NothingToDo("what the build needs is removed by the RUN that installs it")
    return RewriteRejected(f"splitting is not supported for the base image `{name}`", stage.from_)


def _python(build: Build, stage: Stage) -> Callable[[Build, Stage, Context], RewriteOutcome]:
    """The rewrite for Python, by what creates the environment."""
    if python_lockfile.installs_from_lock(build, stage):
        return partial(split_stage, python_lockfile.LockfileStack)
    venv = python_venv.creates_venv(build, stage)
    return partial(split_stage, python_venv.VenvStack if venv else python.PipStack)
