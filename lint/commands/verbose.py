"""`--verbose`: which configuration and which build context apply to a file, and why."""

from __future__ import annotations

import os

from ...model.build import Build
from ...model.ignore_file import find_ignore_file
from ...model.layers import local_sources
from ...syntax.parser import parse
from ...syntax.source import SourceError
from ...syntax.tree import CopyOrAdd
from ..config.layer import display_path
from ..engine.linter import read_source
from ..output.summary import counted
from ..terminal.streams import debug

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.planning import LintPlans


def describe(paths: Sequence[str], roots: Sequence[str], plans: LintPlans) -> None:
    """Write how many files there are and, for each, its configuration file and build context."""
    debug(f"found {counted(len(paths), 'file')}")
    for path in paths:
        config = plans.config(path)
        debug(f"{path}: configuration: {display_path(config.file) if config.file else 'none, using defaults'}")
        debug(f"{path}: build context: {_context(path, roots, plans)}")


def _context(path: str, roots: Sequence[str], plans: LintPlans) -> str:
    """The build context, how it was found, and its ignore file."""
    try:
        build = Build(parse(read_source(path)))
    except SourceError as error:
        return f"unknown ({error})"
    context = plans.context_finder(path, roots)(build)
    if context is None:
        assumed = plans.assumed_context(path, build, roots)
        if assumed is None:
            return "unknown; set `context` in dlint.toml"
        return f"assumed to be {display_path(assumed)}, so no rule uses it; set `context` in dlint.toml"
    ignore = find_ignore_file(path, context.root)
    ignored = f"ignore file: {display_path(os.path.normpath(ignore))}" if ignore else "no ignore file"
    return f"{display_path(context.root)} ({_origin(path, context.root, build, roots, plans)}), {ignored}"


def _origin(path: str, root: str, build: Build, roots: Sequence[str], plans: LintPlans) -> str:
    if "context" in plans.config(path).dockerfile_settings(path):
        return "from the key `context`"
    for each in plans.builds(path, roots):
        if each.context and os.path.realpath(each.context) == os.path.realpath(root):
            return f"from {display_path(each.file)}:{each.line}"
    instructions = (each for stage in build.stages for each in stage.instructions)
    copies = any(isinstance(each, CopyOrAdd) and any(local_sources(build, each)) for each in instructions)
    return "found from the files that are copied" if copies else "the directory of the Dockerfile"
