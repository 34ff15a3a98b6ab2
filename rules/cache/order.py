"""Which installs of a stage wait for which copies."""

from __future__ import annotations

from ...model.declarations import Declarations
from ...model.layers import named_package_installs, reads_no_project_files
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


OWN_RUN = ", in a RUN of its own"
"""Ends a remedy if the RUN of the install also does what needs the source code."""


def delayed_installs(stage: Stage, build: Build) -> Iterator[Delay]:
    """Installs that unnecessarily depend on COPYs: the COPYs, the call and a remedy (empty for packages by name).

    The list of the COPYs may grow when the next one is asked for.
    """
    if "onbuild" in (stage.root.image or ""):
        return  # these images copy the manifest and install in ONBUILD triggers
    if not any(isinstance(step, CopyOrAdd) and step.flag("from") is None for step in stage.instructions):
        return
    copies: list[CopySource] = []
    waits: list[CopySource] = []
    inherited = _inherited_installs(stage)
    early: set[str] = set()
    movable = True
    for instruction in stage.instructions:
        if isinstance(instruction, CopyOrAdd):
            added = list(copy_sources(build, instruction))
            copies += added
            waits += [copy for copy in added if copy.delays_package_install(build)]
        elif isinstance(instruction, Run):
            for install in manifest_installs(build, instruction):
                if install.dedupe_key not in early and install.dedupe_key not in inherited:
                    early.add(install.dedupe_key)
                    delay = _manifest_delay(build, instruction, copies, install)
                    if delay is not None:
                        yield delay
            if waits and movable:
                yield from ((waits, call, "") for call in named_package_installs(build, instruction))
                movable = reads_no_project_files(build, instruction)


def _inherited_installs(stage: Stage) -> Declarations:
    return Declarations({}) if stage.parent is None else stage.parent.inherit("manifest installs", _installs)


def _installs(stage: Stage, inherited: Declarations | None) -> Declarations:
    """The installs from manifests in the stage and its ancestors, by their keys."""
    found = inherited or Declarations({})
    for run in (step for step in stage.instructions if isinstance(step, Run)):
        for install in manifest_installs(stage.build, run):
            found = found.declare(install.dedupe_key, None)
    return found


def _advice(build: Build, install: ManifestInstall, path: str | None, own: str) -> str:
    advice = install.advice(build, path)
    return advice if "cache mounts" in advice else advice + own


def _manifest_delay(build: Build, run: Run, copies: list[CopySource], install: ManifestInstall) -> Delay | None:
    """The copies that the install in `run` unnecessarily waits for; None if there are none."""
    waits = [copy for copy in copies if copy.delays_manifest_install(build, install.directory)]
    path = waits[0].to_context_path(install.directory) if waits else None
    if not waits or install.reads_project_files(build, path):
        return None
    copied_alone = any(copy.copies_manifest(install.name, install.directory) for copy in copies)
    own = "" if reads_no_project_files(build, run) else OWN_RUN
    return waits, install.call, _advice(build, install, None if copied_alone else path, own)
