"""Figures of a Dockerfile: stages, layers, and the RUNs that run again after a change."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from ....model.layers import makes_layer, rebuilt_after
from ....model.packages.managers import MANAGERS
from ....syntax.tree import Run
from .copies import context_copies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build
    from ....model.context import Context
    from .copies import CopiedPath

_MANIFESTS = tuple({name for manager in MANAGERS for name in (*manager.manifests, *manager.locks)})


class BuildFigures:
    """Figures of a Dockerfile.

    `stages`: number of stages; `layers`: number of layers added to the base image; `source`, `manifest`, `base`: number
    of RUNs that run again after a change of a source file, a manifest or the base image.
    """

    __slots__ = ("base", "layers", "manifest", "source", "stages")

    def __init__(self, build: Build, context: Context) -> None:
        final = build.final_stage
        chain = [*final.ancestors, final] if final is not None else []
        needed = [stage for stage in build.stages if stage.index in build.needed_stages()]
        self.stages = len(build.stages)
        self.layers = sum(makes_layer(step) for stage in chain for step in stage.instructions)
        runs = [step for stage in needed for step in stage.instructions if isinstance(step, Run)]
        self.base = len(runs)
        source = {id(run) for run in runs if _binds(run)}
        manifest: set[int] = set()
        for stage in needed:
            for place in context_copies(build, stage, context):
                again = {id(step) for step in rebuilt_after(build, place.instruction) if isinstance(step, Run)}
                source |= again if _brings_source(context, place) else set()
                manifest |= again if _brings_manifest(context, place) else set()
        self.source = len(source)
        self.manifest = len(manifest)

    def rows(self, other: BuildFigures) -> list[tuple[str, int, int]]:
        """(label, figure here, figure of `other`) for each figure."""
        return [
            ("stages", self.stages, other.stages),
            ("layers in the image", self.layers, other.layers),
            ("RUNs rerun after a source change", self.source, other.source),
            ("RUNs rerun after a manifest change", self.manifest, other.manifest),
            ("RUNs rerun after a base image change", self.base, other.base),
        ]


def _is_manifest(name: str) -> bool:
    return any(fnmatchcase(posixpath.basename(name), pattern) for pattern in _MANIFESTS)


def _below(context: Context, place: CopiedPath) -> list[str]:
    prefix = place.source + "/" if place.source else ""
    return [name for name in context.files() if name.startswith(prefix)] if place.folder else [place.source]


def _brings_source(context: Context, place: CopiedPath) -> bool:
    return any(not _is_manifest(name) for name in _below(context, place))


def _brings_manifest(context: Context, place: CopiedPath) -> bool:
    return any(map(_is_manifest, _below(context, place)))


def _binds(run: Run) -> bool:
    """Whether a RUN has a bind mount of the build context."""
    mounts = [flag.value or "" for flag in run.flags if flag.name == "mount"]
    return any("type=bind" in mount and "from=" not in mount for mount in mounts)
