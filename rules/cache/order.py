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
    from .installs import ManifestInstall

    Delay = tuple[list[CopySource], PackageCall, str]


def delayed_installs(stage: Stage, build: Build) -> Iterator[Delay]:
    """Installs that unnecessarily depend on COPYs: the COPYs, the call and a remedy (empty for packages by name)."""
    if "onbuild" in (stage.root.image or ""):
        return  # these images copy the manifest and install in ONBUILD triggers
    if not any(isinstance(step, CopyOrAdd) and step.flag("from") is None for step in stage.instructions):
        return
    copies: list[CopySource] = []
    early: set[str] = set()
    movable = True
    for instruction in inherited_instructions(stage):
        if isinstance(instruction, CopyOrAdd) and build.stage_of(instruction) is stage:
            copies += copy_sources(build, instruction)
        elif isinstance(instruction, Run):
            for install in manifest_installs(build, instruction):
                if install.dedupe_key not in early:
                    early.add(install.dedupe_key)
                    delay = _manifest_delay(build, copies, install)
                    if delay is not None:
                        yield delay
            waits = [copy for copy in copies if copy.delays_package_install(build)] if movable else []
            if waits:
                yield from ((waits, call, "") for call in named_package_installs(build, instruction))
                movable = reads_no_project_files(build, instruction)


def _manifest_delay(build: Build, copies: list[CopySource], install: ManifestInstall) -> Delay | None:
    """The copies that the install unnecessarily waits for; None if there are none."""
    waits = [copy for copy in copies if copy.delays_manifest_install(build, install.directory)]
    path = waits[0].to_context_path(install.directory) if waits else None
    if not waits or install.reads_project_files(build, path):
        return None
    copied_alone = any(copy.copies_manifest(install.name, install.directory) for copy in copies)
    return waits, install.call, install.advice(None if copied_alone else path)
