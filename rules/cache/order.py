"""Which installs of a stage wait for which copies."""

from __future__ import annotations

from ...model.layers import lineage, named_installs, reads_no_source
from ...syntax.tree import Run, Transfer
from .installs import installs
from .sources import Sources, sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.packages.calls import Call

    Delay = tuple[list[Sources], Call, str]


def delayed(stage: Stage, build: Build) -> Iterator[Delay]:
    """The installs that wait for copies without need, and what to do; no advice for packages by name."""
    if "onbuild" in (stage.root.image or ""):
        return  # such an image copies the manifest and installs by itself
    if not any(isinstance(step, Transfer) and step.flag("from") is None for step in stage.instructions):
        return
    copies: list[Sources] = []
    early: set[str] = set()
    movable = True
    for instruction in lineage(stage):
        own = build.stage_of(instruction) is stage
        if isinstance(instruction, Transfer) and own:
            copies += sources(build, instruction)
        elif isinstance(instruction, Run):
            for install in installs(build, instruction):
                if install.subject not in early:
                    early.add(install.subject)
                    waits = [copy for copy in copies if copy.delays(build, install.folder)]
                    path = waits[0].relative(install.folder) if waits else None
                    if waits and not install.reads_more(build, path):
                        apart = any(copy.carries(install.name, install.folder) for copy in copies)
                        yield waits, install.call, install.advice(None if apart else path)
            waits = [copy for copy in copies if copy.delays_all(build)] if movable else []
            if waits:
                yield from ((waits, call, "") for call in named_installs(build, instruction))
                movable = reads_no_source(build, instruction)
