"""Manifests first, then the install, then the source: so that a changed source file installs nothing anew."""

from __future__ import annotations

import posixpath

from ...syntax.tree import Run, Transfer
from .blocks import joined
from .copies import origin, placed
from .manifests import needed
from .plan import Checks, Outcome, Refused, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build, Stage
    from ...model.context import Context
    from ...syntax.tree import Instruction

NAME = "order"


def rewrite(build: Build, stage: Stage, context: Context) -> Outcome:
    """Copy the manifests of the first install that waits for the source before it, and the source behind it."""
    checks = Checks()
    try:
        return Outcome(NAME, *_rewritten(build, stage, context, checks), checks.met)
    except Refused as refusal:
        return Outcome(NAME, checks=checks.met, refusal=refusal)


def _rewritten(build: Build, stage: Stage, context: Context, checks: Checks) -> tuple[str, list[Step]]:
    copy, run = _waiting(build, stage, context)
    between = _between(stage, copy, run)
    checks.require(
        "nothing between the copy and the install needs the source",
        not any(isinstance(step, Run) for step in between),
        "a RUN stands between the copy and the install",
        run,
    )
    names = needed(build, stage, context, run)
    lines = copies_of(build, stage, context, names, run)
    text = build.dockerfile.source.text
    start, end = _line(text, copy)
    moved = text[start:end]
    first = text[:start] + "".join(f"{line}\n" for line in lines) + text[end : _line(text, run)[1]]
    new = first.rstrip("\n") + "\n" + moved.rstrip("\n") + "\n" + text[_line(text, run)[1] :]
    step = Step(
        f"Copy {', '.join(f'`{name}`' for name in names)} first, the source after the install",
        "a changed source file no longer installs all dependencies anew",
    )
    return joined([new]), [step]


def _waiting(build: Build, stage: Stage, context: Context) -> tuple[Transfer, Run]:
    """The first install of a manifest that waits for a copy of the whole source."""
    broad: Transfer | None = None
    for step in stage.instructions:
        if isinstance(step, Transfer) and any(
            place.instruction is step and place.folder and not place.source for place in placed(build, stage, context)
        ):
            broad = step
        if isinstance(step, Run) and broad is not None:
            calls = [call for call in build.calls(step) if call.verb in ("install", "restore")]
            if any(call.manager.ecosystem != "os" for call in calls):
                return broad, step
    raise Refused("no install of dependencies waits for a copy of the whole source")


def _between(stage: Stage, first: Instruction, last: Instruction) -> list[Instruction]:
    return [step for step in stage.instructions if first.start < step.start < last.start]


def _line(text: str, instruction: Instruction) -> tuple[int, int]:
    start = text.rfind("\n", 0, instruction.start) + 1
    end = text.find("\n", instruction.end)
    return start, len(text) if end < 0 else end + 1


def copies_of(build: Build, stage: Stage, context: Context, names: list[str], run: Run) -> list[str]:
    """COPYs that bring files of the context to where the copies of the stage bring them, before `run`."""
    targets: dict[str, list[str]] = {}
    folders: list[str] = []
    workdir = build.state(run).path(".") or "/"
    for name in names:
        path = _target(build, stage, context, name)
        if path is None or posixpath.basename(path) != posixpath.basename(name):
            raise Refused(f"where `{name}` lies in the image is not known", run)
        folder = posixpath.dirname(path)
        if name not in context.files():
            inside = posixpath.relpath(path, workdir) if path.startswith(workdir.rstrip("/") + "/") else path
            folders.append(f"COPY {name} {inside}/")
            continue
        below = folder == workdir or folder.startswith(workdir.rstrip("/") + "/")
        inside = posixpath.relpath(folder, workdir) if below else folder
        targets.setdefault(inside.rstrip("/") + "/", []).append(name)
    return [*(f"COPY {' '.join(names)} {target}" for target, names in targets.items()), *folders]


def _target(build: Build, stage: Stage, context: Context, name: str) -> str | None:
    for place in placed(build, stage, context):
        if not place.folder and place.source == name:
            return place.target
        if place.folder and (not place.source or name.startswith(place.source + "/")):
            path = posixpath.join(place.target, posixpath.relpath(name, place.source or "."))
            if origin(build, stage, context, path) == name:
                return path
    return None
