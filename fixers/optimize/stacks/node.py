"""Node.js: dependencies and build in a stage with compilers, run on the slim image of the same version."""

from __future__ import annotations

import posixpath
from itertools import chain

from ....syntax.tree import CopyOrAdd, Run
from ..base.blocks import instruction_text
from ..base.copies import context_path
from ..base.rewrite import NothingToDo, RewriteRejected, Step
from ..base.run_steps import FILES_AND_USERS
from ..base.stage_facts import is_within, places_of, require_root
from ..manifests.manifests import compiles_native_addon, install_inputs, read_package_json
from ..manifests.stage_packages import node_packages
from ..projects.node.node_build import build_outputs, build_scripts
from ..projects.node.node_install import BUILDS, DependencyInstall, is_global, place_program
from ..projects.node.node_packages import (
    StartedPrograms,
    node_program_packages,
    written_lock,
)
from ..projects.node.node_production import omitting_option, writes_among_packages
from ..projects.node.node_static import SERVERS, StaticSite
from ..split.plan import Added, Artifact, Place
from .slim_bases import SlimStack, slim_bases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions
    from ..base.run_steps import RunCommand
    from ..base.system import AptInstall
    from ..manifests.manifests import PackageJson
    from ..split.language_stack import Bases, PlacedCommand
    from ..split.plan import Entry

_BUILDERS = ("npx", "tsc", "vite", "webpack", "ng")
"""Programs that build when they run in a RUN."""
_INSTEAD = "the image gets the packages without devDependencies instead"


class NodeStack(SlimStack):
    """A stage that installs packages for Node.js, and may build: `install` is the RUN that installs the dependencies.

    `call`: the call that does
    `directory`: the directory that it works in
    `built`: the RUNs that build, in order
    `outputs`: the directories that the build fills, relative to the project; None when unknown
    `omitting`: the option that omits devDependencies, "" where they stay
    `lock`: the lock file that the install writes and something reads, "" for none
    `served`: what a server of static files reads, where the final stage needs nothing else of the project
    """

    title = "Install and build in a separate stage"
    why = "keeps compilers and caches out of the image"
    needs_start = False
    takes_compound = True
    runtime_variables = frozenset("PORT HOST TZ LANG LC_ALL".split())

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.call: PackageCall | None = None
        self.directory = ""
        self.built: list[Run] = []
        self.outputs: list[str] | None = None
        self.omitting = ""
        self.lock = ""
        self.served: list[str] = []

    def choose_bases(self) -> Bases:
        return slim_bases(self.stage, self.checks, "Node.js", ("debian", "alpine"))

    def is_split(self, run: Run) -> bool:
        builds = any(command.name in _BUILDERS for command in self.build.commands(run))
        return builds or any(call.manager.ecosystem in ("os", "node") for call in self.build.package_calls(run))

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        call, text, name = command.call, command.text, command.command.name
        if call is None and name == "corepack":
            return Place.BUILDER, "provides the package manager"
        if call is None and name in _BUILDERS:
            return self._place_build(run, text)
        if call is None and (command.kind != FILES_AND_USERS or name != "rm" or "node_modules" in text):
            raise RewriteRejected(f"`{text[:60]}` is in the same RUN as an install; move it to a separate RUN", run)
        if call is None or call.verb == "clean":
            return Place.DROPPED, "deletes caches, which the final stage does not get"
        if call.manager.ecosystem != "node" or call.uncertain:
            raise RewriteRejected(f"the effect of `{text[:60]}` is unknown", run)
        if call.packages:
            if not is_global(call):
                raise RewriteRejected(
                    f"`{text[:60]}` adds packages to package.json; install them from package.json", run
                )
            return Place.BUILDER, "installs a program"
        if call.verb in ("install", "restore"):
            self._take_install(run, call)
            return Place.BUILDER, "installs the dependencies"
        return self._place_build(run, text)

    def _take_install(self, run: Run, call: PackageCall) -> None:
        """Record the install of the dependencies."""
        if self.install is not None and self.install is not run:
            raise RewriteRejected("the dependencies are installed more than once", run)
        if call.has("--prefix", "-C", "--cwd", "--dir", "--workspace", "-w"):
            raise RewriteRejected("the install runs in another directory; use WORKDIR instead of the option", run)
        self.install = run
        self.call = self.call or call
        self.directory = self.build.state(run).path(".") or ""

    def _place_build(self, run: Run, text: str) -> tuple[Place, str]:
        """The place of a command that builds."""
        later = any(call.verb in ("install", "restore") and not call.packages for call in self.build.package_calls(run))
        if later and run is not self.install:
            raise RewriteRejected(
                f"`{text[:60]}` runs before the install in the same RUN; move it after the install", run
            )
        if run not in self.built:
            self.built.append(run)
        return Place.BUILDER, BUILDS

    def resolve(self) -> list[Step]:
        install, call = self.install, self.call
        self.checks.require("a package manager installs the dependencies", install, "no RUN installs the dependencies")
        assert install is not None and call is not None
        self.compiles = bool(self.built)
        self.last = (self.built or [install])[-1]
        self.require_remaining_runs()
        require_root(self.build, install, self.checks)
        manifest, data = self._package_json(install)
        scripts = build_scripts(self.build, self.built)
        self.outputs = build_outputs(self.context, posixpath.dirname(manifest), data, scripts)
        self.served = self._find_served(data)
        needs = self.system_needs("node")
        if not self.served:
            needs.add_packages("node", node_packages(self.context, manifest, data, self.context.files(), install))
            if all(each.is_plain for each in self.commands[id(install)]):
                self.omitting = omitting_option(self.build, self.stage, self.context, install, call, data)
        self.checks.require("the system dependencies of the packages are known", True)
        self._find_inputs(install, manifest, data)
        if not (self.bases.runtime or self.installs_compilers() or self.omitting or self.served):
            raise NothingToDo(
                "the base image is already slim and nothing can be left out, so a second stage saves nothing"
            )
        late = {id(run) for run in self.stage.instructions if run.start > self.last.start}
        started = StartedPrograms(self.build, self.stage, self.context, data, served=bool(self.served))
        for number, placed in self.commands.items():
            new = [place_program(each, started, built=bool(self.built), late=number in late) for each in placed]
            self.commands[number] = list(chain.from_iterable(new))
        if self.served:
            self.find_needs(needs.packages, self.programs().packages())
            return [Step("Copy only what the image serves", "it runs no code of the project and imports no package")]
        self.lock = written_lock(self.build, self.stage, self.context, install, call, started)
        needs.add_packages("node", self._global_packages())
        programs = node_program_packages(self.context, needs.packages, self.programs(), self.checks)
        self.find_needs(needs.packages, programs)
        return [Step("Omit devDependencies", "the program does not import them")] if self.omitting else []

    def _find_served(self, data: PackageJson) -> list[str]:
        """What a server of static files reads; empty when more of the project may be needed."""
        calls = (each.command.call for commands in self.commands.values() for each in commands)
        installed = {package.name for call in calls if call is not None for package in call.packages} & SERVERS
        installed -= data.names("dependencies", "devDependencies", "optionalDependencies")
        installed.update(name for install in self.system.values() for name in install.names() if name == "nginx")
        if not self.built or not installed:
            return []
        kept = [step for step in self.remaining() if isinstance(step, Run | CopyOrAdd) and not self._is_source(step)]
        site = StaticSite(self.build, self.stage, self.context, self.directory, installed)
        return site.paths(kept, self.outputs)

    def _is_source(self, step: Instruction) -> bool:
        """Whether an instruction copies files to the project only, before the build."""
        assert self.last is not None
        mine = places_of(self.build, self.stage, self.context, step) if step.start < self.last.start else []
        return bool(mine) and all(is_within(place.target, self.directory) for place in mine)

    def keeps(self, copy: Instruction) -> bool:
        """Whether the final stage copies what a COPY brings: where files are served, not the source."""
        return not (self.served and self._is_source(copy)) and super().keeps(copy)

    def _global_packages(self) -> set[str]:
        """The packages that the final stage installs globally."""
        placed = [each for commands in self.commands.values() for each in commands]
        kept = [each.command.call for each in placed if each.place in (Place.RUNTIME, Place.BOTH)]
        return {package.name for call in kept if call is not None for package in call.packages}

    def _package_json(self, install: Run) -> tuple[str, PackageJson]:
        """The name of package.json and its data."""
        path = posixpath.join(self.directory, "package.json")
        manifest = context_path(self.build, self.stage, self.context, path)
        self.checks.require(
            "package.json is in the build context",
            manifest,
            "no package.json is copied to the directory where the install runs",
            install,
        )
        assert manifest is not None
        return manifest, read_package_json(self.context, manifest, install)

    def _find_inputs(self, install: Run, manifest: str, data: PackageJson) -> None:
        """Find what the install reads, what the final stage gets, and whether devDependencies can be omitted."""
        try:
            self.find_manifests(install_inputs(self.build, self.stage, self.context, install))
        except RewriteRejected:
            self.manifests, self.covered = [], []
        unknown = compiles_native_addon(self.context, manifest) or not self.manifests or self.outputs is None
        if unknown and not self.served:
            self.copied_directory = self.directory
        elif any("node_modules/" in name for name in self.context.files()):
            raise RewriteRejected(
                "node_modules in the build context overwrites the installed one; add it to .dockerignore"
            )
        if not self.built:
            alone = len(self.build.commands(install)) == 1
            self.omitting = self.omitting if alone and self.manifests else ""
        elif self.omitting and self.manifests and not writes_among_packages(data):
            self.first_part = self.free_name("dependencies", "production")
        else:
            self.omitting = ""

    def builder_reads(self, copy: CopyOrAdd) -> bool:
        return bool(self.built) or bool(self.copied_directory)

    def installs_in_builder(self, system: AptInstall) -> bool:
        return bool(system.packages)

    def builder_run(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        assert self.call is not None
        entries = self.kept_run(run, commands)
        if run is self.install:
            builder = DependencyInstall(self.call, self.omitting, self.manifests, first_part=bool(self.first_part))
            alone = len(self.build.commands(run)) == 1
            entries = builder.entries(run, commands, instruction_text(self.build, run) if alone else "")
        if run is self.last and self.first_part and self.copied_directory:
            entries.append(Added(f"RUN rm -rf {posixpath.join(self.directory, 'node_modules')}", _INSTEAD))
        return entries

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.last is not None
        if self.served:
            yield from ((self.last, Artifact(path, "what the image serves")) for path in self.served)
            return
        modules = posixpath.join(self.directory, "node_modules")
        packages = Artifact(modules, "the installed packages", stage=self.first_part)
        if self.copied_directory:
            yield self.last, Artifact(self.copied_directory, "the project, whose build may write anywhere")
            if self.first_part:
                yield self.last, packages
            return
        at = self.first_needed()
        yield at, packages
        if self.lock:
            yield at, Artifact(posixpath.join(self.directory, self.lock), "the lock file, which something reads")
        for name in self.outputs or () if self.built else ():
            yield self.last, Artifact(posixpath.join(self.directory, name), "what the build makes")
