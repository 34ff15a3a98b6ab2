"""What stages have in common that compile one program: the builder compiles it, and the final stage gets the result."""

from __future__ import annotations

from ..base.blocks import command_texts, instruction_with_comments, leading_comments, run_instruction
from ..base.programs import ProgramUsage, check_final_stage_runs
from ..base.rewrite import Preconditions, RewriteRejected, StageRewrite
from ..split.stage_facts import kept_instructions, take_system_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction, Run
    from ..base.run_steps import RunCommand
    from ..base.system import AptInstall


class CompiledSplit(StageRewrite):
    """A stage that compiles one program.

    `manager`: the name of the toolchain's package manager
    `apt_installs`: what RUNs install with apt, by their id
    `builder_runs`: the commands that the builder runs, by the id of their RUN
    `compiled`: the RUN that compiles the program
    """

    manager = ""

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.apt_installs: dict[int, AptInstall] = {}
        self.builder_runs: dict[int, list[RunCommand]] = {}
        self.compiled: Run | None = None

    def sort_run(self, run: Run) -> None:
        """Move a RUN to the builder if it uses the toolchain, and record its system packages."""
        calls = self.build.package_calls(run)
        if not any(call.manager.name == self.manager or call.manager.ecosystem == "os" for call in calls):
            return
        rest = take_system_packages(self.build, run, self.apt_installs)
        for command in rest:
            self.take(run, command)
        if rest:
            self.builder_runs[id(run)] = rest

    def take(self, run: Run, command: RunCommand) -> None:
        """Record what a command of the builder does. Raises RewriteRejected for one of unknown effect."""
        raise NotImplementedError

    def require_compiled(self, condition: str, reason: str) -> Run:
        """The RUN that compiles the program. Raises RewriteRejected without one, or when other RUNs prevent a split."""
        self.checks.require(condition, self.compiled, reason)
        assert self.compiled is not None
        moved = self.builder_runs.keys() | self.apt_installs.keys()
        check_final_stage_runs(self.build, self.stage, self.context, moved, self.compiled)
        return self.compiled

    def is_moved(self, instruction: Instruction) -> bool:
        """Whether the final stage does not get the instruction itself."""
        return id(instruction) in self.builder_runs or id(instruction) in self.apt_installs

    def final_programs(self) -> ProgramUsage:
        """The programs that the final stage runs."""
        kept = kept_instructions(self.stage, self.builder_runs.keys() | self.apt_installs.keys())
        return ProgramUsage(self.build, self.stage, self.context, kept)

    def final_program_packages(self) -> dict[str, str]:
        """The packages of programs that the final stage runs. Raises RewriteRejected when it runs a compiler."""
        packages = self.final_programs().packages()
        if "build-essential" in packages:
            raise RewriteRejected("the final image runs a compiler")
        return packages

    def system_packages(self, instruction: Instruction) -> list[str]:
        """The RUN with which the builder installs system packages, after its comments; empty for none."""
        install = self.apt_installs.get(id(instruction))
        if install is None or not install.packages:
            return []
        return [*leading_comments(self.build, instruction), install.line(install.packages)]

    def moved_run(self, run: Run) -> str:
        """A RUN of the builder without its system packages, and without comments that are written above those."""
        if id(run) not in self.apt_installs:
            return instruction_with_comments(self.build, run)
        line = run_instruction(command_texts(self.builder_runs[id(run)]))
        comments = [] if self.apt_installs[id(run)].packages else leading_comments(self.build, run)
        return "\n".join([*comments, line])
