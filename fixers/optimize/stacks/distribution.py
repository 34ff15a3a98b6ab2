"""Programs compiled on Debian or Ubuntu, and languages from their packages: built in a stage with all packages."""

from __future__ import annotations

from ....syntax.tree import Onbuild, Run, Shell, User
from ..base.programs import require_no_compilation
from ..base.rewrite import NothingToDo, RewriteRejected
from ..base.run_steps import RunGroup
from ..base.stage_facts import is_within, reject_ownership, require_root, require_workdir
from ..projects.distribution.build_effects import BuildEffects
from ..projects.distribution.build_programs import ONLY_SYSTEM, builds
from ..projects.distribution.distribution_bases import distribution_bases, distribution_of
from ..projects.distribution.distribution_checks import (
    CHANGING,
    require_build_packages,
    require_independent,
    require_saving,
    require_sources_first,
    system_packages,
)
from ..projects.distribution.final_needs import FinalNeeds
from ..projects.distribution.final_packages import final_packages
from ..projects.distribution.package_parts import adds_package_source, is_jdk
from ..projects.distribution.requirement_files import requirement_files
from ..projects.distribution.run_packages import RunPackages
from ..projects.distribution.source_tree import clean_command, copied_directories
from ..projects.jre import require_no_jdk_use
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import Added, Artifact, Kept, Place, RuntimePackage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions, Step
    from ..base.run_steps import RunCommand
    from ..base.system import AptInstall
    from ..split.language_stack import PlacedCommand
    from ..split.plan import Entry

_CLEANED = "the program reads neither sources nor objects"


class DistributionStack(LanguageStack):
    """A stage that compiles programs, or installs packages of a language, with the packages of a distribution.

    `effects`: what the builder writes; `needs`: what of it the final stage needs
    `upgrades`: RUNs of the final stage that upgrade packages, each with the one of the file
    `building`: the RUNs that download, compile or install, which the builder has as they are written
    """

    title = "Build in a separate stage"
    why = "keeps compilers, headers, build tools and caches out of the image"
    rejected = (Onbuild, Shell)

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.distribution = distribution_of(stage, checks)
        self.effects = BuildEffects(build, context, copied_directories(build, stage, context))
        self.building = [step for step in stage.instructions if isinstance(step, Run) and builds(build, step)]
        self.upgrades: list[tuple[Run, Entry]] = []

    def choose_bases(self) -> Bases:
        if not self.building:
            raise NothingToDo(ONLY_SYSTEM)
        if self.distribution.is_full:
            require_workdir(self.stage, self.building[0], self.checks, self.stage.from_)
        else:
            require_build_packages(self.build, self.stage)
        names = [package.name for package in system_packages(self.build, self.stage)]
        return distribution_bases(self.stage, self.distribution, names)

    def is_split(self, run: Run) -> bool:
        system = any(call.manager.ecosystem == "os" for call in self.build.package_calls(run))
        return system or self._is_verbatim(run)

    def _is_verbatim(self, run: Run) -> bool:
        """Whether the builder has a RUN as it is: it builds, or before that changes only files of the builder."""
        if run in self.building or run.start > self.building[-1].start:
            return run in self.building
        commands, state = self.build.commands(run), self.build.state(run)
        words = [word.value for command in commands for word in command.operands()]
        paths = [state.path(word) or "/" for word in words]
        trees = (*self.effects.trees, *self.effects.sources)
        inside = all(any(is_within(path, tree) for tree in trees) for path in paths)
        return bool(paths) and inside and all(command.name in CHANGING for command in commands)

    def run_groups(self, run: Run) -> list[RunGroup]:
        verbatim = self._is_verbatim(run)
        if run.heredocs or run.json or run.flags:
            raise RewriteRejected("this RUN has options, a heredoc or the exec form; use a plain RUN", run)
        found = RunPackages(self.build, run, verbatim=verbatim)
        if found.install is not None:
            self.system[id(run)] = found.install
        for upgrade in found.upgrades:
            self.upgrades.append((run, Added(f"RUN apt-get update && {upgrade} && rm -rf /var/lib/apt/lists/*")))
        if verbatim:
            self.effects.read(run)
        return [RunGroup.of(command) for command in found.rest]

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        if self._is_verbatim(run):
            return Place.BUILDER, "builds" if run in self.building else "prepares the build"
        if command.command.name in ("cd", "export"):
            remedy = "WORKDIR" if command.command.name == "cd" else "ENV"
            raise RewriteRejected(f"`{command.text[:60]}` affects the commands after it; use {remedy} instead", run)
        if adds_package_source(command.text):
            raise RewriteRejected(f"`{command.text[:60]}` adds a package source between installs of packages", run)
        require_independent(self.building, run, command.command)
        last = run.start > self.building[-1].start
        return (Place.RUNTIME, "the build does not need it") if last else (Place.BOTH, "both stages may need it")

    def installs_in_builder(self, system: AptInstall) -> bool:
        # The builder has the RUNs as they are written.
        return system not in self.system.values()

    def builder_run(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        assert self.last is not None
        if run.start > self.last.start:
            return []
        before = self.manifests if run is self.install else []
        cleaning = self.needs.cleaned if run is self.last else []
        return [*before, Kept(run), *(Added(f"RUN {clean_command(tree)}", _CLEANED) for tree in cleaning)]

    def resolve(self) -> list[Step]:
        self.last = self.building[-1]
        self.install = self.building[0]
        self.compiles = True
        self.effects.require_known_trees()
        for run in self.building:
            require_root(self.build, run, self.checks)
        for step in self.stage.instructions:
            if isinstance(step, User) and step.start < self.last.start:
                raise RewriteRejected("USER changes before the build; move it after the build", step)
        self.reject_copies_from_stages()
        require_saving(self.system.values(), full=self.distribution.is_full)
        at = (self.build, self.stage, self.context)
        self.needs = FinalNeeds(at, self.distribution, self.effects, self.remaining(), self.building)
        if any(is_jdk(name) for install in self.system.values() for name in install.names()):
            require_no_jdk_use(self.context, self.checks)
        files = requirement_files(self.build, self.stage, self.context, self.effects)
        if files is not None:
            self.install = files.first or self.install
            self.try_manifests(files.names, self.last)
            self.compiles = bool(files.names) and not self.manifests
        return []

    def file_packages(self) -> dict[str, RuntimePackage]:
        runs = [step for step in self.stage.instructions if isinstance(step, Run) and id(step) in self.system]
        return final_packages(self.needs, [(run, self.system[id(run)]) for run in runs])

    def is_in_both(self, run: Run) -> bool:
        assert self.last is not None
        return run.start < self.last.start

    def require_remaining_runs(self) -> None:
        installs = [step for step in self.stage.instructions if id(step) in self.system]
        for run in [step for step in self.stage.instructions if isinstance(step, Run)]:
            for each in self.commands_in(run, Place.BOTH):
                self.needs.require_untouched(run, each.command.command)
        for run in self.remaining():
            if isinstance(run, Run):
                require_no_compilation(self.build, self.stage, self.context, run)
                for command in self.build.commands(run):
                    require_independent(self.building, run, command)
                    if run.start < self.building[-1].start:
                        self.needs.require_untouched(run, command)
                require_sources_first(run, installs)

    def keeps(self, copy: Instruction) -> bool:
        assert self.last is not None
        if copy.start < self.last.start and self.needs.replaces(copy):
            reject_ownership(copy)
            return False
        return super().keeps(copy)

    def runtime_packages(self) -> Iterable[RuntimePackage]:
        return self.program_packages

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.last is not None
        copied = [Artifact(path, why) for path, why in self.needs.artifacts.items()]
        return [*self.upgrades, *((self.last, entry) for entry in (*copied, *self.needs.libraries()))]
