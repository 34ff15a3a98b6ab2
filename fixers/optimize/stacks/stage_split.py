"""A stage split into a builder, which installs what manifests list, and a final stage that gets directories of it.

This is what languages share whose installs fill separate directories: a rewrite sorts the RUNs into a `StageSplit`,
sets which directories are copied, and gets the text.
"""

from __future__ import annotations

from ....syntax.tree import Arg, CopyOrAdd, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import (
    command_texts,
    from_instruction,
    instruction_text,
    instruction_with_comments,
    leading_comments,
    run_instruction,
    write_two_stages,
)
from ..base.programs import require_start_command
from ..base.rewrite import RewriteRejected
from ..base.system import AptInstall, runtime_install
from ..order.cache_order import manifest_copies
from ..split.stage_facts import (
    ROOT,
    FinalStage,
    affects_build,
    copy_from_build,
    installed_as,
    is_copied_again,
    is_from_context,
    overwritten_path,
    places_of,
    reject_instruction,
    reject_ownership,
    take_system_packages,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.run_steps import RunCommand


class StageSplit:
    """The instructions of the only stage, sorted, and the text of the two stages made of them.

    `builder_runs`: the commands that the builder runs, by the id of their RUN
    `final_commands`: commands of those RUNs that the final stage needs and no install depends on
    `apt_installs`: what RUNs install with apt, by their id
    `builder_only`: instructions that only the builder needs
    `install`: the RUN that reads `manifests`, or the last one that compiles
    `manifests`: the files of the build context that the install reads
    `runtime_variables`: variables that no install depends on
    `copied_directory`: the directory that the final stage gets as the builder leaves it, "" for none; the install reads
        the source in it, too
    `copy_lines`: COPYs from the builder to the final stage
    `packages`: the RUN that installs the system packages of the final stage, "" for none
    `runtime`: the base image of the final stage, "" for the same
    `builder_packages`: whether the builder needs an install with apt
    """

    def __init__(self, build: Build, stage: Stage, context: Context) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.builder_runs: dict[int, list[RunCommand]] = {}
        self.final_commands: dict[int, list[RunCommand]] = {}
        self.apt_installs: dict[int, AptInstall] = {}
        self.builder_only: list[Instruction] = []
        self.install: Run | None = None
        self.manifests: list[str] = []
        self.runtime_variables: frozenset[str] = frozenset()
        self.copied_directory = ""
        self.copy_lines: list[str] = []
        self.packages = ""
        self.runtime = ""
        self.builder_packages: Callable[[AptInstall], bool] = lambda install: bool(install.packages)

    def sort_run(self, run: Run) -> list[RunCommand]:
        """Record the system packages of a RUN, and return its other commands. Raises RewriteRejected."""
        rest = take_system_packages(self.build, run, self.apt_installs)
        if rest:
            self.builder_runs[id(run)] = []
        return rest

    def check(self) -> None:
        """Raise RewriteRejected for instructions that no split supports, and for installs not run as root."""
        require_start_command(self.build, self.stage)
        for instruction in self.stage.instructions:
            reject_instruction(instruction, (Onbuild, Shell))
        if self.install is not None:
            user = self.build.state(self.install).user
            if user not in ROOT:
                raise RewriteRejected(installed_as(user), self.install)

    def final_instructions(self) -> list[Instruction]:
        """The instructions that stay in the final stage."""
        moved = self.builder_runs.keys() | self.apt_installs.keys() | {id(tool) for tool in self.builder_only}
        return [step for step in self.stage.instructions if id(step) not in moved]

    def runtime_packages(self, release: str | None, extra: Iterable[str] = (), there: Collection[str] = ()) -> str:
        """The RUN that installs the system packages of the final stage and `extra`; "" for none.

        `release` is the Debian release; `there` are headers whose libraries the base image has.
        """
        install = runtime_install(self.stage.instructions, self.apt_installs, release, there)
        return install.line([*install.packages, *extra])

    def is_copied_again(self, copy: CopyOrAdd) -> bool:
        """Whether a later COPY copies the same files to the same places."""
        return is_copied_again(self.build, self.stage, self.context, copy)

    def overwritten_path(self, directory: str) -> str:
        """The path in the build context of files that would overwrite `directory` from the builder; "" for none."""
        return overwritten_path(self.build, self.stage, self.context, directory)

    def text(self) -> str:
        """The file with both stages."""
        return write_two_stages(self.build, self.stage, self._builder(), self._final())

    # The builder

    def _builder(self) -> list[str]:
        assert self.install is not None
        manifests = manifest_copies(self.build, self.stage, self.context, self.manifests, self.install)[0]
        lines = [from_instruction(self.stage, name="build")]
        for instruction in self.stage.instructions:
            if instruction.start > self._last_run().start:
                break
            lines += self._in_builder(instruction)
            system = self.apt_installs.get(id(instruction))
            installs = system is not None and self.builder_packages(system)
            if system is not None and installs:
                lines += [*leading_comments(self.build, instruction), system.line(system.packages)]
            if id(instruction) in self.builder_runs:
                assert isinstance(instruction, Run)
                lines += manifests if instruction is self.install else []
                lines += self._moved_run(instruction, has_comments=installs)
        return lines

    def _in_builder(self, instruction: Instruction) -> list[str]:
        """What the builder gets of an instruction other than a RUN that is moved."""
        if isinstance(instruction, Env):
            needed = affects_build(self.stage, instruction, self.runtime_variables)
            return [instruction_text(self.build, instruction)] if needed else []
        if isinstance(instruction, Arg | Workdir):
            return [instruction_text(self.build, instruction)]
        if instruction in self.builder_only or self._is_in_directory(instruction):
            return [instruction_with_comments(self.build, instruction)]
        return []

    def _last_run(self) -> Run:
        """The last RUN of the builder."""
        assert self.install is not None
        runs = [step for step in self.stage.instructions if isinstance(step, Run) and self.builder_runs.get(id(step))]
        return runs[-1] if runs else self.install

    def _is_in_directory(self, instruction: Instruction) -> bool:
        """Whether an instruction copies only files that the final stage gets with the builder's directory."""
        if not isinstance(instruction, CopyOrAdd) or not self.copied_directory or self.install is None:
            return False
        if instruction.start > self.install.start:
            return False
        mine = places_of(self.build, self.stage, self.context, instruction)
        inside = self.copied_directory.rstrip("/") + "/"
        if not mine or not all((place.target + "/").startswith(inside) for place in mine):
            return False
        reject_ownership(instruction)
        return True

    def _moved_run(self, run: Run, *, has_comments: bool) -> list[str]:
        """What the builder gets of a RUN; `has_comments`: its comments are written above its system packages."""
        found = self.builder_runs[id(run)]
        if not found:
            return []
        taken_apart = id(run) in self.apt_installs or id(run) in self.final_commands
        if not taken_apart and len(found) == len(self.build.commands(run)):
            return [instruction_with_comments(self.build, run)]
        comments = [] if has_comments else leading_comments(self.build, run)
        return [*comments, run_instruction(command_texts(found))]

    # The final stage

    def _final(self) -> list[str]:
        start = from_instruction(self.stage, self.runtime)
        final = FinalStage(start, self.stage, self.apt_installs, self.packages, self.copy_lines)
        for instruction in self.stage.instructions:
            copied = isinstance(instruction, CopyOrAdd) and self.is_copied_again(instruction)
            copied = self._is_in_directory(instruction) or copied
            from_context = is_from_context(instruction) and not copied
            needed = from_context or instruction is self.install or isinstance(instruction, User)
            # What runs after the first install may need it.
            final.write_packages(instruction, needed=needed)
            if needed:
                final.write_copies()
            if self.copied_directory and instruction is self.install:
                final.lines += copy_from_build(self.copied_directory)
            if not copied and instruction not in self.builder_only:
                self._write_final(instruction, final)
        return final.lines

    def _write_final(self, instruction: Instruction, final: FinalStage) -> None:
        """Write what the final stage keeps of an instruction."""
        install = self.apt_installs.get(id(instruction))
        moved = id(instruction) in self.builder_runs
        if install is not None and not moved and not self.builder_packages(install):
            final.write_comments(self.build, instruction)
        if install is None and not moved:
            final.lines.append(instruction_with_comments(self.build, instruction))
        if self.final_commands.get(id(instruction)):
            final.lines.append(run_instruction(command_texts(self.final_commands[id(instruction)])))
