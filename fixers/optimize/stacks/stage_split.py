"""A stage parted in a builder, which installs what manifests name, and a final stage that gets folders of it.

What is the same for languages whose installs fill folders of their own: a rewrite sorts the RUNs into a `Parting`, says
which folders are brought over, and gets the text.
"""

from __future__ import annotations

import posixpath
import re

from ....syntax.tree import Arg, CopyOrAdd, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import (
    from_instruction,
    instruction_text,
    instruction_with_comments,
    leading_comments,
    run_instruction,
    write_two_stages,
)
from ..base.copies import context_copies
from ..base.programs import require_start_command
from ..base.rewrite import RewriteRejected
from ..base.run_steps import SYSTEM_PACKAGES, split_run
from ..base.system import AptInstall, read_apt_install, runtime_install
from ..order.cache_order import manifest_copies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions
    from ..base.run_steps import RunCommand


def base_text(stage: Stage) -> str:
    """The base image of a stage as the file names it."""
    return stage.from_.base.text if stage.from_.base is not None else ""


def quoted(names: Iterable[str]) -> str:
    """The names in backticks, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def require_plain_base(stage: Stage, checks: Preconditions) -> None:
    """Raise RewriteRejected when the name of the base image contains a variable."""
    base = base_text(stage)
    checks.require(
        "the base image is written without variables",
        base and "$" not in base,
        f"the base image `{base}` contains a variable; write its name and tag out",
        stage.from_,
    )


class StageSplit:
    """The instructions of the only stage, sorted, and the text of the two stages that come of it.

    `moved` are the commands of each RUN (by id) that go to the builder, `system` its packages, `tools` are instructions
    that only the builder needs. `install` is the RUN that reads `manifests`. With the folder `whole` it reads the
    source too, and the final stage gets this folder as the builder has it. `brought` are lines that copy from there.
    """

    def __init__(self, build: Build, stage: Stage, context: Context) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.builder_runs: dict[int, list[RunCommand]] = {}
        self.final_commands: dict[int, list[RunCommand]] = {}
        """Commands of moved RUNs that the final stage needs, and no install looks at."""
        self.apt_installs: dict[int, AptInstall] = {}
        self.builder_only: list[Instruction] = []
        self.install: Run | None = None
        self.manifests: list[str] = []
        self.runtime_variables: frozenset[str] = frozenset()
        """Variables that no install looks at."""
        self.copied_directory = ""
        self.copy_lines: list[str] = []
        self.packages = ""
        self.runtime = ""
        self.builder_packages: Callable[[AptInstall], bool] = lambda install: bool(install.packages)

    def sort_run(self, run: Run) -> list[RunCommand]:
        """The commands of a RUN that are no packages of the system, which are noted."""
        found = split_run(self.build, run)
        system = [piece for piece in found if piece.kind == SYSTEM_PACKAGES]
        if system:
            self.apt_installs[id(run)] = read_apt_install(system, run)
        rest = [piece for piece in found if piece.kind != SYSTEM_PACKAGES]
        if rest:
            self.builder_runs[id(run)] = []
        return rest

    def check(self) -> None:
        """Raise Refused for instructions that no parting follows, and for installs that are not by root."""
        require_start_command(self.build, self.stage)
        for instruction in self.stage.instructions:
            if isinstance(instruction, Onbuild | Shell):
                raise RewriteRejected(f"a stage with {instruction.name} cannot be split", instruction)
        if self.install is not None:
            user = self.build.state(self.install).user
            if user not in (None, "root", "0"):
                raise RewriteRejected(f"the dependencies are installed as `{user}`, not as root", self.install)

    def final_instructions(self) -> list[Instruction]:
        """What stays in the final stage."""
        gone = self.builder_runs.keys() | self.apt_installs.keys() | {id(tool) for tool in self.builder_only}
        return [step for step in self.stage.instructions if id(step) not in gone]

    def runtime_packages(self, release: str | None, extra: Iterable[str] = (), there: Collection[str] = ()) -> str:
        """The RUN that installs what the final stage needs of the packages, and `extra`; empty without any."""
        install = runtime_install(self.stage.instructions, self.apt_installs, release, there)
        return install.line([*install.packages, *extra])

    def text(self) -> str:
        """Both stages."""
        return write_two_stages(self.build, self.stage, self._builder(), self._final())

    def _builder(self) -> list[str]:
        build, install = self.build, self.install
        assert install is not None
        early = manifest_copies(build, self.stage, self.context, self.manifests, install)[0]
        lines = [from_instruction(self.stage, name="build")]
        for instruction in self.stage.instructions:
            if instruction.start > self._last().start:
                break
            if isinstance(instruction, Env):
                lines += [instruction_text(build, instruction)] if self._matters(instruction) else []
            elif isinstance(instruction, Arg | Workdir):
                lines.append(instruction_text(build, instruction))
            elif instruction in self.builder_only or (
                isinstance(instruction, CopyOrAdd) and self._is_inside(instruction)
            ):
                lines.append(instruction_with_comments(build, instruction))
            system = self.apt_installs.get(id(instruction))
            stands = system is not None and self.builder_packages(system)
            if system is not None and stands:
                lines += [*leading_comments(build, instruction), system.line(system.packages)]
            if id(instruction) in self.builder_runs:
                assert isinstance(instruction, Run)
                lines += early if instruction is install else []
                lines += self._of_run(instruction, stands)
        return lines

    def _last(self) -> Run:
        """The last RUN of the builder."""
        assert self.install is not None
        runs = [step for step in self.stage.instructions if isinstance(step, Run) and self.builder_runs.get(id(step))]
        return runs[-1] if runs else self.install

    def _is_inside(self, copy: CopyOrAdd) -> bool:
        """Whether the final stage gets what a COPY brings with the folder of the builder."""
        if not self.copied_directory or self.install is None or copy.start > self.install.start:
            return False
        mine = [place for place in context_copies(self.build, self.stage, self.context) if place.instruction is copy]
        if not mine or not all(
            (place.target + "/").startswith(self.copied_directory.rstrip("/") + "/") for place in mine
        ):
            return False
        if copy.flag("chown") or copy.flag("chmod"):
            raise RewriteRejected("the source is copied with another owner or mode, which the split would lose", copy)
        return True

    def _of_run(self, run: Run, stands: bool) -> list[str]:
        found = self.builder_runs[id(run)]
        if not found:
            return []
        if (
            id(run) not in self.apt_installs
            and id(run) not in self.final_commands
            and len(found) == len(self.build.commands(run))
        ):
            return [instruction_with_comments(self.build, run)]
        # Above the packages of the RUN, the comments stand already.
        return [
            *([] if stands else leading_comments(self.build, run)),
            run_instruction([piece.text for piece in found]),
        ]

    def _matters(self, env: Env) -> bool:
        named = re.compile("|".join(rf"\$\{{?{re.escape(pair.key.text)}\b" for pair in env.pairs))
        return not all(pair.key.text in self.runtime_variables for pair in env.pairs) or any(
            named.search(step.arguments_text)
            for step in self.stage.instructions
            if isinstance(step, Workdir | CopyOrAdd | Run | Env)
        )

    def _final(self) -> list[str]:
        build, packages, waiting = self.build, self.packages, self.copy_lines
        lines = [from_instruction(self.stage, self.runtime)]
        first = next((step for step in self.stage.instructions if id(step) in self.apt_installs), None)
        for instruction in self.stage.instructions:
            again = isinstance(instruction, CopyOrAdd) and self.is_copied_again(instruction)
            inside = isinstance(instruction, CopyOrAdd) and self._is_inside(instruction)
            mine = isinstance(instruction, CopyOrAdd) and instruction.flag("from") is None
            from_context = mine and not again and not inside
            here = from_context or instruction is self.install or isinstance(instruction, User)
            # What runs behind the first install may need it.
            if packages and (instruction is first or (here and first is None)):
                lines.append(packages)
                packages = ""
            if waiting and here:
                lines += waiting
                waiting = []
            if self.copied_directory and instruction is self.install:
                lines.append(f"COPY --from=build {self.copied_directory} {self.copied_directory}")
            if again or inside or instruction in self.builder_only:
                continue
            install = self.apt_installs.get(id(instruction))
            if install is not None and id(instruction) not in self.builder_runs and not self.builder_packages(install):
                at = len(lines) - 1 if instruction is first else len(lines)
                lines[at:at] = leading_comments(build, instruction)
            if install is None and id(instruction) not in self.builder_runs:
                lines.append(instruction_with_comments(build, instruction))
            if self.final_commands.get(id(instruction)):
                lines.append(run_instruction([piece.text for piece in self.final_commands[id(instruction)]]))
        return lines

    def is_copied_again(self, copy: CopyOrAdd) -> bool:
        """Whether a later COPY brings the same files to the same places."""
        everything = list(context_copies(self.build, self.stage, self.context))
        mine = [place for place in everything if place.instruction is copy]
        later = [place for place in everything if place.instruction.start > copy.start]
        return bool(mine) and all(
            not place.folder and any(other.folder and other.source_of(place.target) == place.source for other in later)
            for place in mine
        )

    def overwritten_path(self, folder: str) -> str:
        """The path in the context of a file that would come over the `folder` from the builder; empty for none."""
        for place in context_copies(self.build, self.stage, self.context):
            lies = posixpath.relpath(folder, place.target)
            inside = posixpath.normpath(posixpath.join(place.source, lies))
            if (
                place.folder
                and not lies.startswith("..")
                and any(name.startswith(inside + "/") for name in self.context.files())
            ):
                return inside
        return ""
