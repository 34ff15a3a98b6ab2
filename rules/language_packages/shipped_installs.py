"""Which installs of an application's dependencies end up in the final image, and the manifests that they read."""

from __future__ import annotations

import posixpath

from ...model.image_paths import commands_with_directories, resolve_image_path
from ...syntax.instruction_checks import parse_mount_fields
from ...syntax.tree import Copy, Run
from ..runtime.started_scripts import copied_source
from ..stages.development import is_development_file, is_for_development

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall


class ShippedInstall:
    """An install that runs in any case: its RUN and call, its directory, and the stage with its ancestors."""

    __slots__ = ("call", "chain", "directory", "run")

    def __init__(self, run: Run, call: PackageCall, directory: str, chain: Sequence[Stage]) -> None:
        self.run = run
        self.call = call
        self.directory = directory
        self.chain = chain

    def manifest(self, build: Build, name: str) -> str | None:
        """The path in the build context of the file `name` in the directory of the install; None if unknown."""
        path = posixpath.join(self.directory, name)
        for flag in self.run.flags:
            fields = dict(parse_mount_fields(flag.value or "") or ()) if flag.name == "mount" else {}
            target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
            mounted = resolve_image_path(build, self.run, build.state(self.run).workdir, target)
            if mounted == path and "from" not in fields:
                return (fields.get("source") or fields.get("src") or "").lstrip("/") or None
        return copied_source(build, self.chain, path) or self._matched_by_pattern(build, name)

    def _matched_by_pattern(self, build: Build, name: str) -> str | None:
        """The file `name` that a COPY with a pattern, such as `Gemfile*`, puts into the directory."""
        context = build.context
        for stage in self.chain if context is not None else ():
            for step in stage.instructions:
                if isinstance(step, Copy) and step.flag("from") is None and step.destination is not None:
                    state = build.state(step)
                    patterns = [word.text for word in step.sources if "*" in word.text]
                    if context is not None and patterns and state.path(step.destination.text) == self.directory:
                        for path in (path for pattern in patterns for path in context.match(pattern)):
                            if posixpath.basename(path) == name:
                                return path
        return None


def shipped_installs(build: Build, manager: str, directories: Sequence[str]) -> Iterator[ShippedInstall]:
    """The installs by a manager in the final stage, and in stages from which it copies one of `directories`.

    `directories`: parts of the paths that hold the packages. Empty for images for development or tests.
    """
    final = build.final_stage
    if final is None or is_for_development(final) or is_development_file(build):
        return
    chain = [final, *final.ancestors]
    yield from _installs(build, manager, chain)
    seen = {stage.index for stage in chain}
    for stage in chain:
        for step in stage.instructions:
            flag = step.flag("from") if isinstance(step, Copy) else None
            source = build.source_stage(flag.value, stage) if flag is not None and flag.value else None
            if source is None or source.index in seen or not isinstance(step, Copy):
                continue
            if any(part in word.text for word in step.sources for part in directories):
                seen.add(source.index)
                yield from _installs(build, manager, [source, *source.ancestors])


def _installs(build: Build, manager: str, chain: Sequence[Stage]) -> Iterator[ShippedInstall]:
    runs = [step for stage in reversed(chain) for step in stage.instructions if isinstance(step, Run)]
    for run in runs:
        calls = {
            id(call.command): call
            for call in build.package_calls(run)
            if call.manager.name == manager and call.verb == "restore" and not call.uncertain
        }
        for command, directory in commands_with_directories(build, run) if calls else ():
            call = calls.get(id(command))
            if call is not None and directory and not command.context:
                yield ShippedInstall(run, call, directory, chain)
