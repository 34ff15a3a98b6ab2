"""Keep the target directory of Cargo in a cache mount, and copy what other stages need out of it."""

from __future__ import annotations

import posixpath

from ...syntax.tree import CopyOrAdd, Run
from ..edits.edit import Edit
from .base.rewrite import RewriteRejected
from .base.run_steps import split_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build, Stage
    from ...syntax.tree import Argument

_OUT = "/out"
"""The directory for what other stages copy."""


def mount_cargo_target(build: Build, stage: Stage, run: Run) -> tuple[str, list[Edit]]:
    """The target directory of the only build of a stage, and the edits that copy results out of it; "" where unknown.

    A mount is not part of the image, so each path in it that another stage copies is copied to /out by the same RUN.
    """
    target = _target_directory(build, stage, run)
    copied = _copied_results(build, stage, target) if target else []
    paths = list(dict.fromkeys(path for _, path in copied))
    if not paths or len({posixpath.basename(path) for path in paths}) < len(paths):
        return "", []
    workdir = build.state(run).path(".") or "/"
    shown = " ".join(posixpath.relpath(path, workdir) for path in paths)
    edits = [Edit(run.end, run.end, f" \\\n    && mkdir -p {_OUT} \\\n    && cp -r {shown} {_OUT}/")]
    edits += [Edit(word.start, word.end, f"{_OUT}/{posixpath.basename(path)}") for word, path in copied]
    return target, edits


def _target_directory(build: Build, stage: Stage, run: Run) -> str:
    """Where a RUN compiles with Cargo; empty where other instructions of the stage use that, too."""
    state = build.state(run)
    text = build.dockerfile.source.text
    uses_out = any(f"{word}/".startswith(f"{_OUT}/") for word in text.split())
    if build.is_shipped(stage) or build.dockerfile.escape != "\\" or "CARGO_TARGET_DIR" in text or uses_out:
        return ""
    try:
        pieces = split_run(build, run)
    except RewriteRejected:
        return ""
    calls = [
        call
        for step in stage.instructions
        if isinstance(step, Run)
        for call in build.package_calls(step)
        if call.manager.name == "cargo" and call.verb in ("build", "restore")
    ]
    mine = [piece for piece in pieces if piece.call is not None and piece.call.path in ("build", "b")]
    if len(calls) != 1 or len(mine) != 1 or calls[0].has("--target-dir", "--manifest-path", "-C", "--config"):
        return ""
    workdir = state.path(".")
    others = [step for step in stage.instructions if step is not run and isinstance(step, Run | CopyOrAdd)]
    descended = any(stage in each.ancestors for each in build.stages)
    if workdir in (None, "/") or descended or any("target" in step.logical.text for step in others):
        return ""
    return posixpath.join(workdir or "", "target")


def _copied_results(build: Build, stage: Stage, target: str) -> list[tuple[Argument, str]]:
    """What other stages copy from the target directory; empty where they copy it in another way."""
    found: list[tuple[Argument, str]] = []
    for other in build.stages:
        for step in other.instructions:
            if isinstance(step, Run) and step.flag("mount") is not None and "from=" in step.logical.text:
                return []
            flag = step.flag("from") if isinstance(step, CopyOrAdd) else None
            if not isinstance(step, CopyOrAdd) or flag is None:
                continue
            if build.source_stage(flag.value or "", other) is not stage:
                continue
            for word in step.sources:
                path = posixpath.normpath(posixpath.join("/", word.text))
                if set("$*?[") & set(path) or (target + "/").startswith(path.rstrip("/") + "/"):
                    return []
                if path.startswith(target + "/"):
                    found.append((word, path))
    return found
