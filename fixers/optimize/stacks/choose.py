"""Chooses by the base image which rewrite splits the only stage of a file into a builder and a runtime."""

from __future__ import annotations

from functools import partial

from ..base.rewrite import RewriteOutcome, RewriteRejected
from ..projects.jre import is_java_image
from ..projects.python_libraries import VENV_DIRECTORY
from ..projects.rust_output import CARGO_BIN
from ..split.planner import split_stage
from . import c, dotnet, go, java, node, php, python, python_lockfile, python_venv, ruby, rust

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ....model.build import Build, Stage
    from ....model.context import Context

_WITH_C = ("buildpack-deps", "debian", "gcc", "ubuntu")
"""Images that C and C++ are compiled on."""
ADDED_TO_PATH = (f"{VENV_DIRECTORY}/bin", CARGO_BIN)
"""Directories that a rewrite may add to PATH of the final stage."""


def rewrite(build: Build, context: Context) -> RewriteOutcome:
    """Split the only stage of a file, by the rewrite for its base image."""
    stage = build.stages[0]
    name = (stage.base_ref.name if stage.base_ref else "") or ""
    stacks = {
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
    elif made is None and name in _WITH_C and c.compiles_c(build, stage):
        made = partial(split_stage, c.CStack)
    if made is None:
        return RewriteOutcome(
            "multi-stage",
            rejection=RewriteRejected(
                f"splitting is not supported for the base image `{name or stage.image}`", stage.from_
            ),
        )
    return made(build, stage, context)


def _python(build: Build, stage: Stage) -> Callable[[Build, Stage, Context], RewriteOutcome]:
    """The rewrite for Python, by what creates the environment."""
    if python_lockfile.installs_from_lock(build, stage):
        return partial(split_stage, python_lockfile.LockfileStack)
    venv = python_venv.creates_venv(build, stage)
    return partial(split_stage, python_venv.VenvStack if venv else python.PipStack)
