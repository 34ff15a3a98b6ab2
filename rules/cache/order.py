"""Which installs of a stage wait for which copies."""

from __future__ import annotations

from ...model.layers import inherited_instructions, named_package_installs, reads_no_project_files
from ...syntax.tree import CopyOrAdd, Run
from .installs import manifest_installs
from .sources import CopySource, copy_sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall

    Delay = tuple[list[CopySource], PackageCall, str]


def delayed_installs(stage: Stage, build: Build) -> Iterator[Delay]:
    """Installs that depend on COPYs without need: the COPYs, the call and a remedy (empty for packages by name)."""
    if "onbuild" in (stage.root.image or ""):
        return  # these images copy the manifest and install in ONBUILD triggers
    if not any(isinstance(step, CopyOrAdd) and step.flag("from") is None for step in stage.instructions):
        return
    copies: list[CopySource] = []
    early: set[str] = set()
    movable = True
    for instruction in inherited_instructions(stage):
        own = build.stage_of(instruction) is stage
        if isinstance(instruction, CopyOrAdd) and own:
            copies += copy_sources(build, instruction)
        elif isinstance(instruction, Run):
            for install in manifest_installs(build, instruction):
                if install.dedupe_key not in early:
                    early.add(install.dedupe_key)
                    waits = [copy for copy in copies if copy.delays_manifest_install(build, install.folder)]
                    path = waits[0].to_context_path(install.folder) if waits else None
                    if waits and not install.reads_project_files(build, path):
                        apart = any(copy.copies_manifest(install.name, install.folder) for copy in copies)
                        yield waits, install.call, install.advice(None if apart else path)
            waits = [copy for copy in copies if copy.delays_package_install(build)] if movable else []
            if waits:
                yield from ((waits, call, "") for call in named_package_installs(build, instruction))
                movable = reads_no_project_files(build, instruction)
