"""What a language answers about a stage, and the plan that is made from the answers.

The loops over instructions and commands are here, once for all languages. A language says what a command is for
(`place_command`), what the stages are based on (`choose_bases`), and, when all commands have a place, what the builder
reads and what the final stage gets from it (`resolve`).
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from functools import cached_property

from ....syntax.tree import CopyOrAdd, Env, Onbuild, Run, Shell, User
from ..base.programs import (
    FULL_IMAGE_PROGRAMS,
    ProgramUsage,
    add_ca_certificates,
    check_final_stage_runs,
    require_start_command,
)
from ..base.rewrite import RewriteRejected, StageRewrite, Step, base_image_step
from ..base.runtime_needs import SystemNeeds
from ..base.source_programs import compiled_programs
from ..base.stage_facts import (
    is_copied_again,
    is_from_context,
    is_within,
    named_release,
    places_of,
    reject_instruction,
    reject_ownership,
    take_system_packages,
)
from ..base.system import APT_INSTALL, packages_removed_again
from ..order.cache_order import manifest_copies
from .builder_variables import needed_pairs
from .plan import (
    Added,
    Kept,
    KeptCommands,
    Place,
    RuntimePackage,
    WaitingSource,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction, KeyValuePair
    from ..base.rewrite import Preconditions
    from ..base.run_steps import RunCommand, RunGroup
    from ..base.system import AptInstall
    from .plan import Entry


@dataclass(frozen=True, slots=True)
class Bases:
    """The base images of the two stages.

    `builder`, `runtime`: "" for the image of the file
    `release`: the Debian release of the runtime, None when unknown
    `why`: why the runtime fits; `risk`: what to check by hand
    `builder_why`: why the builder has another image
    """

    builder: str = ""
    runtime: str = ""
    release: str | None = None
    why: str = ""
    risk: str = ""
    builder_why: str = ""


@dataclass(frozen=True, slots=True)
class PlacedCommand:
    """A command of a RUN that is split, with its place and the reason.

    `text`: the command, or the compound one that it is in (`if`, a subshell, `a || b`), on one line
    """

    command: RunCommand
    place: Place
    reason: str
    text: str

    @property
    def is_plain(self) -> bool:
        """Whether it is not in a compound command, so that options can be added at its end."""
        return self.text == self.command.text


class LanguageStack(StageRewrite):
    """A stage of one language.

    Of the language:
    `title`, `why`: the step that makes the builder
    `rejected`: instructions that prevent a split
    `needs_start`: whether the file must say what the image runs
    `runtime_variables`: variables that nothing in the builder depends on
    `takes_compound`: whether the text of an install stays as it is, so that it may be in a compound command
    `manager`: the program of the builder that compiles, "" for another language
    `base_libraries`: -dev packages whose libraries the base image of the final stage has
    `install_words`: the words before new packages

    Of the stage, known when all commands have a place:
    `system`: what RUNs install with apt, by their id
    `commands`: the commands of RUNs that are split, by the id of the RUN
    `bases`: the base images
    `install`: the RUN that installs the dependencies or compiles; `last`: the last RUN of the builder
    `compiles`: whether the builder compiles the source, which may read any file
    `covered`: COPYs of the file that bring only manifests; `manifests`: what copies manifests in the builder
    `first_part`: the name of the part of the builder before a `StageBreak`, "" for none
    `tools_stay`: whether the final stage gets the tools of the builder, too
    `copied_directory`: the directory that the final stage gets as the builder leaves it, "" for none
    """

    title = ""
    why = ""
    risk = ""
    rejected: tuple[type[Instruction], ...] = (Onbuild, Shell)
    needs_start = True
    runtime_variables: frozenset[str] = frozenset(("PORT", "HOST"))
    takes_compound = False
    manager = ""
    base_libraries: frozenset[str] = frozenset()
    install_words: Sequence[str] = APT_INSTALL

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.system: dict[int, AptInstall] = {}
        self.commands: dict[int, list[PlacedCommand]] = {}
        self.bases = Bases()
        self.install: Run | None = None
        self.last: Run | None = None
        self.compiles = False
        self.covered: list[CopyOrAdd] = []
        self.manifests: list[Entry] = []
        self.copied_directory = ""
        self.tools_stay = False
        self.first_part = ""

    # What a language answers

    def choose_bases(self) -> Bases:
        """The base images of the stages. Raises RewriteRejected when the base image is not supported."""
        raise NotImplementedError

    def is_split(self, run: Run) -> bool:
        """Whether a RUN installs or builds, so that its commands get places."""
        raise NotImplementedError

    def run_groups(self, run: Run) -> list[RunGroup]:
        """The commands of a RUN without the installs of system packages. Raises RewriteRejected."""
        return take_system_packages(self.build, run, self.system, compound=self.takes_compound)

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        """The place of a command, and the reason. Raises RewriteRejected for a command without a place."""
        raise NotImplementedError

    def resolve(self) -> list[Step]:
        """Find `install` and what depends on all commands; returns further steps. Raises RewriteRejected."""
        raise NotImplementedError

    def is_tool(self, _instruction: Instruction) -> bool:
        """Whether an instruction brings a tool that only the builder needs."""
        return False

    def is_in_both(self, _run: Run) -> bool:
        """Whether both stages need a RUN that is not split."""
        return False

    def builder_reads(self, _copy: CopyOrAdd) -> bool:
        """Whether the builder needs what a COPY brings, besides manifests."""
        return self.compiles

    def builder_variables(self, env: Env) -> list[KeyValuePair]:
        """The variables of an ENV that the builder needs."""
        return self.needed_variables(env, self.runtime_variables)

    def installs_in_builder(self, system: AptInstall) -> bool:
        """Whether the builder needs the system packages of a RUN."""
        return bool(system.packages)

    def builder_run(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        """What the builder has for the commands of a RUN."""
        kept = self.kept_run(run, commands)
        return [*self.manifests, *kept, WaitingSource()] if run is self.install else kept

    def builder_start(self) -> tuple[Entry, ...]:
        """The first instructions of the builder."""
        return ()

    def runtime_start(self) -> tuple[Entry, ...]:
        """The first instructions of the final stage."""
        return ()

    def runtime_packages(self) -> Iterable[RuntimePackage]:
        """The packages that the final stage needs in addition to those of the file, each with what needs it."""
        return ()

    def modules(self) -> Collection[str]:
        """The modules that the compiled program contains, whose needs a table may have."""
        return ()

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        """What the final stage gets from the builder, each with the instruction of the file in whose place it is."""
        raise NotImplementedError

    # For languages

    def kept_run(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        """A RUN of these of its commands, as it is written when they are all."""
        if not commands:
            return []
        if id(run) not in self.system and len(commands) == len(self.commands[id(run)]):
            return [Kept(run)]
        return [KeptCommands(run, tuple(each.text for each in commands))]

    def find_manifests(self, names: list[str], last: Run | None = None) -> None:
        """Set `manifests` to COPYs of the files that the install reads. Raises RewriteRejected."""
        assert self.install is not None
        lines, self.covered = manifest_copies(self.build, self.stage, self.context, names, self.install, last)
        new = lines[len(self.covered) :]
        self.manifests = [*(Kept(copy) for copy in self.covered), *(Added(line) for line in new)]

    def needed_variables(self, env: Env, runtime: Collection[str]) -> list[KeyValuePair]:
        """The variables of an ENV without those that only run time depends on, and `runtime`."""
        assert self.install is not None
        last = self.last or self.install
        return needed_pairs(self.stage, self.context, env, last, runtime, compiles=self.compiles)

    def try_manifests(self, names: list[str], last: Run | None = None) -> None:
        """As `find_manifests`; where the files cannot be copied alone, the install has the whole source."""
        try:
            self.find_manifests(names, last)
        except RewriteRejected:
            self.manifests, self.covered = [], []

    def require_remaining_runs(self) -> None:
        """Raise RewriteRejected when a RUN of the final stage may be needed by the builder, or may compile."""
        last = self.last or self.install
        assert last is not None
        check_final_stage_runs(self.build, self.stage, self.context, self.moved(), last, builds=self.compiles)

    def is_in_copied_directory(self, copy: Instruction) -> bool:
        """Whether a COPY brings only files that the final stage gets with the builder's directory."""
        if not self.copied_directory:
            return False
        mine = places_of(self.build, self.stage, self.context, copy)
        if not mine or not all(is_within(place.target, self.copied_directory) for place in mine):
            return False
        self.require_ownership(copy)
        return True

    def require_ownership(self, copy: Instruction) -> None:
        """Raise RewriteRejected when the files of a COPY would lose their owner or mode in the split."""
        reject_ownership(copy)

    def commands_in(self, run: Run, *places: Place) -> list[PlacedCommand]:
        """The commands of a RUN that have one of the places."""
        return [each for each in self.commands.get(id(run), ()) if each.place in places]

    def reject_copies_from_stages(self) -> None:
        """Raise RewriteRejected for a COPY --from, whose files the builder may need."""
        for instruction in self.stage.instructions:
            if instruction.flag("from") is not None:
                raise RewriteRejected("a stage with COPY --from cannot be split", instruction)

    def builder_runs(self) -> list[Run]:
        """The RUNs with commands that only the builder runs, in order."""
        runs = (step for step in self.stage.instructions if isinstance(step, Run))
        return [run for run in runs if self.commands_in(run, Place.BUILDER)]

    def moved(self) -> set[int]:
        """The ids of the instructions that the final stage does not get as they are."""
        tools = (step for step in self.stage.instructions if self.is_tool(step))
        return {*self.commands, *self.system, *map(id, tools)}

    def remaining(self) -> list[Instruction]:
        """The instructions that the final stage gets as they are."""
        moved = self.moved()
        return [step for step in self.stage.instructions if id(step) not in moved]

    @cached_property
    def started(self) -> ProgramUsage:
        """What containers of the image run."""
        return ProgramUsage(self.build, self.stage, self.context, [])

    def started_path(self, word: str) -> str:
        """The path that a word of a command names where containers start; "" when unknown."""
        return self.stage.state(len(self.stage.instructions)).path(word) or ""

    def file_packages(self) -> dict[str, RuntimePackage]:
        """The system packages that the file installs and the final stage needs, by name."""
        removed = packages_removed_again(self.system.values())
        release, there = self.bases.release, self.base_libraries
        named = named_release(self.stage) if release is None else None
        found: dict[str, RuntimePackage] = {}
        for run in self.stage.instructions:
            system = self.system.get(id(run))
            if system is None:
                continue
            needed = system.packages_at_run_time(release, run, removed, there, named)
            found.update({name: RuntimePackage(name, why) for name, why in needed.items() if name not in found})
        return found

    @cached_property
    def program_packages(self) -> list[RuntimePackage]:
        """The packages of programs that the final stage runs, and of what the modules of the compiled program need.

        Raises RewriteRejected when it runs a compiler.
        """
        packages = dict(self.programs().packages())
        for program, name in self._source_programs.items():
            if program in FULL_IMAGE_PROGRAMS:
                packages.setdefault(FULL_IMAGE_PROGRAMS[program], name)
        needs = SystemNeeds("", self.bases.release)
        needs.add_packages(self.manager, self.modules())
        packages = add_ca_certificates({**packages, **needs.packages})
        if "build-essential" in packages:
            raise RewriteRejected("the final image runs a compiler")
        return [RuntimePackage(name, f"`{what}`") for name, what in packages.items()]

    @cached_property
    def _source_programs(self) -> dict[str, str]:
        """The programs that the source of the compiled program starts, each with its file."""
        return compiled_programs(self.context, self.context.files()) if self.manager else {}

    def _require_manager_unused(self) -> None:
        """Raise RewriteRejected when the compiled program starts what compiles it."""
        if self.manager in self._source_programs:
            name = self._source_programs[self.manager]
            raise RewriteRejected(f"`{name}` starts `{self.manager}`, which only the builder has")

    def programs(self) -> ProgramUsage:
        """The programs that the final stage runs."""
        return ProgramUsage(self.build, self.stage, self.context, self.remaining())

    def first_needed(self) -> Instruction:
        """The instruction of the final stage in whose place the first one may need what the builder makes."""
        assert self.install is not None
        return next(
            step
            for step in self.stage.instructions
            if step is self.install or isinstance(step, User) or (is_from_context(step) and self.keeps(step))
        )

    def free_name(self, name: str, other: str) -> str:
        """The name of a new stage: the `other` one where the final stage has the first."""
        alias = self.stage.from_.alias
        return other if alias is not None and alias.text.lower() == name else name

    def keeps(self, copy: Instruction) -> bool:
        """Whether the final stage copies what a COPY of the context brings."""
        assert self.install is not None
        if copy.start < (self.last or self.install).start and self.is_in_copied_directory(copy):
            return False
        again = is_copied_again(self.build, self.stage, self.context, copy)
        return not again or self._is_named_meanwhile(copy)

    def _is_named_meanwhile(self, copy: Instruction) -> bool:
        """Whether a RUN of the final stage may name a file that a COPY brings, before the last one copies it again."""
        mine = places_of(self.build, self.stage, self.context, copy)
        names = ("*", *(posixpath.basename(place.target) for place in mine))
        last = max(step.start for step in self.stage.instructions if is_from_context(step))
        runs = (step for step in self.remaining() if isinstance(step, Run) and copy.start < step.start < last)
        return any(name in run.arguments_text for run in runs for name in names)

    # Places

    def find_places(self) -> list[Step]:
        """Give all commands a place; returns the steps of the rewrite. Raises RewriteRejected where one has none."""
        bases = self.bases = self.choose_bases()
        for instruction in self.stage.instructions:
            reject_instruction(instruction, self.rejected)
        for run in self.stage.instructions:
            if isinstance(run, Run) and not self.is_tool(run) and self.is_split(run):
                self._split_run(run)
        if self.needs_start:
            require_start_command(self.build, self.stage)
        moved = self.builder_runs()
        self.last = moved[-1] if moved else None
        more = self.resolve()
        self.require_remaining_runs()
        self._require_manager_unused()
        base = [base_image_step(bases.runtime, bases.why, bases.risk)] if bases.runtime else []
        return [Step(self.title, self.why, risk=self.risk), *more, *base]

    def _split_run(self, run: Run) -> None:
        """Give each command of a RUN a place."""
        rest = self.run_groups(run)
        if rest:
            self.commands[id(run)] = [self._place_group(run, group) for group in rest]

    def _place_group(self, run: Run, group: RunGroup) -> PlacedCommand:
        """Give the commands of a group their place. Raises RewriteRejected when they have several."""
        if not group.commands:
            raise RewriteRejected(f"`{group.text[:60]}` calls no program; remove it, or use ENV", run)
        places = {self.place_command(run, command) for command in group.commands}
        if len(places) > 1:
            raise RewriteRejected(f"the commands in `{group.text[:60]}` cannot be separated; use a RUN for each", run)
        return PlacedCommand(group.commands[0], *places.pop(), group.text)
