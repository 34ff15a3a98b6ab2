"""Which files of the build context pip reads."""

from __future__ import annotations

from dataclasses import dataclass

from ...base.copies import context_path
from ...manifests.requirements import Requirements, read_requirements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .....model.build import Build, Stage
    from .....model.context import Context
    from .....syntax.tree import Run
    from .build_record import BuildRecord


@dataclass(frozen=True, slots=True)
class RequirementFiles:
    """The requirement files that pip reads, and the first RUN that reads one; None for none."""

    names: list[str]
    first: Run | None


def requirement_files(build: Build, stage: Stage, context: Context, effects: BuildRecord) -> RequirementFiles | None:
    """The files that the builder reads; None when it may read other files than requirements."""
    if effects.trees or effects.cloned or not effects.pip:
        return None
    found = Requirements()
    first: Run | None = None
    for place, call in effects.pip:
        if any(package.kind in ("project", "file", "variable") for package in call.packages):
            return None
        for name in (*call.requirements, *call.constraints):
            source = context_path(build, stage, context, place.path(name))
            if source is None or build.state(place.run).path(".") != place.here:
                return None
            first = first or place.run
            read_requirements(context, source, found)
    return RequirementFiles(list(found.files), first)
