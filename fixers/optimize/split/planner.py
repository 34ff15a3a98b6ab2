"""Makes the plan of a stage split from the answers of a language."""

from __future__ import annotations

from dataclasses import replace

from ....syntax.tree import Arg, CopyOrAdd, Env, Run, Workdir
from ..base.program_walk import ProgramWalk
from ..base.programs import FULL_IMAGE_PROGRAMS
from ..base.rewrite import PlanReport, RewriteOutcome, RewriteRejected, Step, run_rewrite
from ..base.stage_facts import NAME, is_from_context, is_within, places_of
from ..base.system import require_package_archive
from .plan import (
    Added,
    Kept,
    KeptCommands,
    PackageInstall,
    Place,
    PlannedCommand,
    PlannedInstruction,
    PlannedStage,
    RuntimePackage,
    SplitPlan,
)
from .plan_report import plan_json, plan_lines
from .writer import write_split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions
    from ..base.system import AptInstall
    from .language_stack import LanguageStack
    from .plan import Entry

_RUNTIME_PROGRAMS = frozenset("cron dumb-init gosu nginx supervisor tini".split())
"""Packages of programs that start others or serve, which no build calls."""
_UNCHANGED = "what the file builds on"


def split_stage(language: type[LanguageStack], build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a file by the answers of a language."""
    reports: list[PlanReport] = []

    def rewritten(checks: Preconditions) -> tuple[str, list[Step]]:
        stack = language(build, stage, context, checks)
        steps = stack.find_places()
        plan = _Planner(stack).plan()
        _require_no_cached_artifact(plan)
        reports.append(PlanReport(plan_lines(plan), plan_json(plan)))
        return write_split(plan), steps

    outcome = run_rewrite(NAME, rewritten)
    return outcome.with_plan(reports[0]) if outcome.text is not None else outcome


class _Planner:
    """Places the instructions of a stage whose commands have places.

    `install`: the RUN that installs the dependencies or compiles; `last`: the last RUN of the builder
    `packages`: the install of the system packages of the final stage, None for none
    """

    def __init__(self, stack: LanguageStack) -> None:
        assert stack.install is not None
        self.stack = stack
        self.install = stack.install
        self.last = stack.last or stack.install
        self.packages = self._packages()

    def plan(self) -> SplitPlan:
        """The plan. Raises RewriteRejected when the final stage may need what is unknown."""
        stack, bases = self.stack, self.stack.bases
        name = stack.free_name("build", "builder")
        why = bases.builder_why or _UNCHANGED
        builder = PlannedStage(bases.builder, why, stack.builder_start(), name, stack.first_part)
        runtime = PlannedStage(bases.runtime, bases.why or _UNCHANGED, stack.runtime_start())
        return SplitPlan(stack.build, stack.stage, builder, runtime, tuple(self._planned()))

    def _planned(self) -> list[PlannedInstruction]:
        """All instructions with their places."""
        packages = self.packages
        placed = [self._place(instruction) for instruction in self.stack.stage.instructions]
        packages_at = self._packages_at(packages, placed) if packages is not None else None
        added: dict[int, list[Entry]] = {}
        for at, entry in self.stack.runtime_entries():
            added.setdefault(id(at), []).append(entry)
        found: list[PlannedInstruction] = []
        for planned in placed:
            instruction = planned.instruction
            before: list[Entry] = [packages] if packages and instruction is packages_at else []
            more = added.get(id(instruction), [])
            # What replaces a RUN is in its place, and what other instructions may need precedes them.
            ordered = [*planned.runtime, *more] if isinstance(instruction, Run) else [*more, *planned.runtime]
            found.append(replace(planned, runtime=(*before, *ordered)))
        return found

    def _packages_at(self, packages: PackageInstall, placed: list[PlannedInstruction]) -> Instruction:
        """The instruction before which the final stage installs packages: where the file does, or their first use.

        Raises RewriteRejected when a RUN may add the source of some of the packages with a program of another.
        """
        stack = self.stack
        first_apt = next((step for step in stack.stage.instructions if id(step) in stack.system), None)
        usual = first_apt or stack.first_needed()
        names = {package.name for package in packages.packages}
        for planned in placed:
            run = planned.instruction
            if run is usual:
                break
            if not isinstance(run, Run) or not planned.runtime:
                continue
            walk = ProgramWalk(stack.build, stack.stage, stack.context)
            walk.add_run(run)
            if names.isdisjoint(FULL_IMAGE_PROGRAMS.get(program, "") for program in walk.programs):
                continue
            if first_apt is not None and "/etc/apt" in run.arguments_text:
                raise RewriteRejected(
                    "this RUN adds a source of packages with programs that the slim image lacks; "
                    "install them before it",
                    run,
                )
            return run
        return usual

    def _place(self, instruction: Instruction) -> PlannedInstruction:
        """The place of an instruction."""
        in_time = instruction.start < self.last.start
        kept = (Kept(instruction),)
        if self.stack.is_tool(instruction) and self.stack.tools_stay:
            return PlannedInstruction(instruction, Place.BOTH, "brings a tool that both stages run", kept, kept)
        if self.stack.is_tool(instruction):
            return PlannedInstruction(instruction, Place.BUILDER, "brings a tool that only the builder runs", kept)
        if isinstance(instruction, Run) and (
            id(instruction) in self.stack.commands or id(instruction) in self.stack.system
        ):
            return self._place_run(instruction, in_time=in_time or instruction is self.last)
        if isinstance(instruction, CopyOrAdd) and is_from_context(instruction):
            return self._place_copy(instruction, in_time=in_time)
        if in_time and isinstance(instruction, CopyOrAdd) and self.stack.compiles:
            return PlannedInstruction(instruction, Place.BOTH, "the build may read it, and the program", kept, kept)
        if in_time and isinstance(instruction, Arg | Workdir):
            return PlannedInstruction(instruction, Place.BOTH, "both stages depend on it", kept, kept)
        if in_time and isinstance(instruction, Env):
            return self._place_variables(instruction)
        if isinstance(instruction, Run) and self.stack.is_in_both(instruction):
            return PlannedInstruction(instruction, Place.BOTH, "both stages may need it", kept, kept)
        return PlannedInstruction(instruction, Place.RUNTIME, "the image has it", (), kept)

    def _place_run(self, run: Run, *, in_time: bool) -> PlannedInstruction:
        system = self.stack.system.get(id(run))
        builder: list[Entry] = []
        commands = [PlannedCommand(each.text, each.place, each.reason) for each in self.stack.commands.get(id(run), ())]
        if system is not None and in_time and self.stack.installs_in_builder(system):
            pairs = zip(system.packages, system.names(), strict=True)
            needed = [RuntimePackage(word, "the build") for word, name in pairs if name not in _RUNTIME_PROGRAMS]
            builder += [PackageInstall(tuple(system.words), tuple(needed), (run,))] if needed else []
        builder += self.stack.builder_run(run, self.stack.commands_in(run, Place.BUILDER, Place.BOTH))
        kept = self.stack.commands_in(run, Place.RUNTIME, Place.BOTH)
        runtime = [KeptCommands(run, tuple(each.text for each in kept))] if kept else []
        place = _common_place(bool(builder), bool(runtime) or self._installs_for_runtime(system))
        reason = commands[0].reason if len(commands) == 1 else "its commands have places of their own"
        if not commands:
            reason = "installs system packages, which are divided by what needs them"
        return PlannedInstruction(run, place, reason, tuple(builder), tuple(runtime), tuple(commands))

    def _installs_for_runtime(self, system: AptInstall | None) -> bool:
        """Whether the final stage installs packages of a RUN."""
        names = {package.name for package in self.packages.packages} if self.packages is not None else set[str]()
        return system is not None and not names.isdisjoint(system.packages)

    def _place_copy(self, copy: CopyOrAdd, *, in_time: bool) -> PlannedInstruction:
        known = copy in self.stack.covered or self._is_only_manifests(copy)
        reads = in_time and not known and self.stack.builder_reads(copy)
        keeps = self.stack.keeps(copy)
        kept = (Kept(copy),)
        waits = reads and bool(self.stack.manifests) and copy.start < self.install.start
        place = _common_place(reads or known, keeps)
        reason = {
            Place.BUILDER: "the builder reads it, and the final stage gets the files in another way",
            Place.RUNTIME: "the program may read it, and the builder does not",
            Place.BOTH: "the builder reads it, and the program may",
            Place.DROPPED: "a later instruction copies the same files",
        }[place]
        return PlannedInstruction(copy, place, reason, kept if reads else (), kept if keeps else (), (), waits)

    def _place_variables(self, env: Env) -> PlannedInstruction:
        kept = (Kept(env),)
        pairs = self.stack.builder_variables(env)
        if not pairs:
            return PlannedInstruction(env, Place.RUNTIME, "the builder does not depend on it", (), kept)
        if len(pairs) == len(env.pairs):
            return PlannedInstruction(env, Place.BOTH, "the builder may depend on it", kept, kept)
        text = " ".join(f"{pair.key.text}={pair.value.text if pair.value else ''}" for pair in pairs)
        some = Added(f"{env.keyword} {text}")
        return PlannedInstruction(env, Place.BOTH, "the builder may depend on a part of it", (some,), kept)

    def _is_only_manifests(self, copy: CopyOrAdd) -> bool:
        """Whether a COPY brings only files that `manifests` copies, too."""
        mine = [place.source for place in places_of(self.stack.build, self.stack.stage, self.stack.context, copy)]
        words = {word for entry in self.stack.manifests if isinstance(entry, Added) for word in entry.text.split()}
        return bool(mine) and all(name in words for name in mine)

    def _packages(self) -> PackageInstall | None:
        """The install of the system packages of the final stage; None for none."""
        found = self.stack.file_packages()
        own = [system for system in self.stack.system.values() if not found.keys().isdisjoint(system.packages)]
        for package in self.stack.runtime_packages():
            found.setdefault(package.name, package)
        of = tuple(step for step in self.stack.stage.instructions if id(step) in self.stack.system)
        if found and not of:
            bases, stage = self.stack.bases, self.stack.stage
            require_package_archive(stage, bases.runtime or stage.image or "", bases.release)
        # The options of the file are for its own packages.
        words = own[0].words if own else self.stack.install_words
        return PackageInstall(tuple(words), tuple(found.values()), of) if found else None


def _require_no_cached_artifact(plan: SplitPlan) -> None:
    """Raise RewriteRejected when the final stage would get what is only in a cache mount, not in the builder."""
    paths = [path for artifact in plan.artifacts() for path in artifact.path.split()]
    for run in plan.stage.instructions:
        for name in plan.build.mount_targets(run, "cache") if isinstance(run, Run) else ():
            target = plan.build.state(run).path(name)
            if target is None or any(is_within(path, target) for path in paths):
                raise RewriteRejected(
                    f"the final image may need what a mount keeps in the cache `{name}`; remove that mount", run
                )


def _common_place(in_builder: bool, in_runtime: bool) -> Place:
    if in_builder:
        return Place.BOTH if in_runtime else Place.BUILDER
    return Place.RUNTIME if in_runtime else Place.DROPPED
