"""A stage parted in a builder, which installs what manifests name, and a final stage that gets folders of it.

What is the same for languages whose installs fill folders of their own: a rewrite sorts the RUNs into a `Parting`, says
which folders are brought over, and gets the text.
"""

from __future__ import annotations

import posixpath
import re

from ....syntax.tree import Arg, Env, Onbuild, Run, Shell, Transfer, User, Workdir
from ..base.blocks import above, bare, block, both_stages, from_line, run_line
from ..base.copies import placed
from ..base.programs import must_start
from ..base.rewrite import Refused
from ..base.run_steps import OS, pieces
from ..base.system import Install, read_install, runtime_install
from ..order.cache_order import first_copies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.run_steps import Piece


class Parting:
    """The instructions of the only stage, sorted, and the text of the two stages that come of it.

    `moved` are the commands of each RUN (by id) that go to the builder, `system` its packages, `tools` are instructions
    that only the builder needs. `install` is the RUN that reads `manifests`. With the folder `whole` it reads the
    source too, and the final stage gets this folder as the builder has it. `brought` are lines that copy from there.
    """

    def __init__(self, build: Build, stage: Stage, context: Context) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.moved: dict[int, list[Piece]] = {}
        self.staying: dict[int, list[Piece]] = {}
        """Commands of moved RUNs that the final stage needs, and no install looks at."""
        self.system: dict[int, Install] = {}
        self.tools: list[Instruction] = []
        self.install: Run | None = None
        self.manifests: list[str] = []
        self.early: frozenset[str] = frozenset()
        """Variables that no install looks at."""
        self.whole = ""
        self.brought: list[str] = []
        self.packages = ""
        self.runtime = ""
        self.builder_packages: Callable[[Install], bool] = lambda install: bool(install.packages)

    def sort(self, run: Run) -> list[Piece]:
        """The commands of a RUN that are no packages of the system, which are noted."""
        found = pieces(self.build, run)
        system = [piece for piece in found if piece.kind == OS]
        if system:
            self.system[id(run)] = read_install(system, run)
        rest = [piece for piece in found if piece.kind != OS]
        if rest:
            self.moved[id(run)] = []
        return rest

    def check(self) -> None:
        """Raise Refused for instructions that no parting follows, and for installs that are not by root."""
        must_start(self.build, self.stage)
        for instruction in self.stage.instructions:
            if isinstance(instruction, Onbuild | Shell):
                raise Refused(f"{instruction.name} is not followed", instruction)
        if self.install is not None:
            user = self.build.state(self.install).user
            if user not in (None, "root", "0"):
                raise Refused(f"`{user}` installs", self.install)

    def kept(self) -> list[Instruction]:
        """What stays in the final stage."""
        gone = self.moved.keys() | self.system.keys() | {id(tool) for tool in self.tools}
        return [step for step in self.stage.instructions if id(step) not in gone]

    def runtime_packages(self, release: str | None, extra: Iterable[str] = (), there: Collection[str] = ()) -> str:
        """The RUN that installs what the final stage needs of the packages, and `extra`; empty without any."""
        install = runtime_install(self.stage.instructions, self.system, release, there)
        return install.line([*install.packages, *extra])

    def text(self) -> str:
        """Both stages."""
        return both_stages(self.build, self.stage, self._builder(), self._final())

    def _builder(self) -> list[str]:
        build, install = self.build, self.install
        assert install is not None
        early = first_copies(build, self.stage, self.context, self.manifests, install)[0]
        lines = [from_line(self.stage, name="build")]
        for instruction in self.stage.instructions:
            if instruction.start > self._last().start:
                break
            if isinstance(instruction, Env):
                lines += [bare(build, instruction)] if self._matters(instruction) else []
            elif isinstance(instruction, Arg | Workdir):
                lines.append(bare(build, instruction))
            elif instruction in self.tools or (isinstance(instruction, Transfer) and self._is_inside(instruction)):
                lines.append(block(build, instruction))
            system = self.system.get(id(instruction))
            stands = system is not None and self.builder_packages(system)
            if system is not None and stands:
                lines += [*above(build, instruction), system.line(system.packages)]
            if id(instruction) in self.moved:
                assert isinstance(instruction, Run)
                lines += early if instruction is install else []
                lines += self._of_run(instruction, stands)
        return lines

    def _last(self) -> Run:
        """The last RUN of the builder."""
        assert self.install is not None
        runs = [step for step in self.stage.instructions if isinstance(step, Run) and self.moved.get(id(step))]
        return runs[-1] if runs else self.install

    def _is_inside(self, copy: Transfer) -> bool:
        """Whether the final stage gets what a COPY brings with the folder of the builder."""
        if not self.whole or self.install is None or copy.start > self.install.start:
            return False
        mine = [place for place in placed(self.build, self.stage, self.context) if place.instruction is copy]
        if not mine or not all((place.target + "/").startswith(self.whole.rstrip("/") + "/") for place in mine):
            return False
        if copy.flag("chown") or copy.flag("chmod"):
            raise Refused("the source is copied with an owner or a mode of its own", copy)
        return True

    def _of_run(self, run: Run, stands: bool) -> list[str]:
        found = self.moved[id(run)]
        if not found:
            return []
        if id(run) not in self.system and id(run) not in self.staying and len(found) == len(self.build.commands(run)):
            return [block(self.build, run)]
        # Above the packages of the RUN, the comments stand already.
        return [*([] if stands else above(self.build, run)), run_line([piece.text for piece in found])]

    def _matters(self, env: Env) -> bool:
        named = re.compile("|".join(rf"\$\{{?{re.escape(pair.key.text)}\b" for pair in env.pairs))
        return not all(pair.key.text in self.early for pair in env.pairs) or any(
            named.search(step.rest_text)
            for step in self.stage.instructions
            if isinstance(step, Workdir | Transfer | Run | Env)
        )

    def _final(self) -> list[str]:
        build, packages, waiting = self.build, self.packages, self.brought
        lines = [from_line(self.stage, self.runtime)]
        first = next((step for step in self.stage.instructions if id(step) in self.system), None)
        for instruction in self.stage.instructions:
            again = isinstance(instruction, Transfer) and self.comes_again(instruction)
            inside = isinstance(instruction, Transfer) and self._is_inside(instruction)
            mine = isinstance(instruction, Transfer) and instruction.flag("from") is None
            from_context = mine and not again and not inside
            here = from_context or instruction is self.install or isinstance(instruction, User)
            # What runs behind the first install may need it.
            if packages and (instruction is first or (here and first is None)):
                lines.append(packages)
                packages = ""
            if waiting and here:
                lines += waiting
                waiting = []
            if self.whole and instruction is self.install:
                lines.append(f"COPY --from=build {self.whole} {self.whole}")
            if again or inside or instruction in self.tools:
                continue
            install = self.system.get(id(instruction))
            if install is not None and id(instruction) not in self.moved and not self.builder_packages(install):
                at = len(lines) - 1 if instruction is first else len(lines)
                lines[at:at] = above(build, instruction)
            if install is None and id(instruction) not in self.moved:
                lines.append(block(build, instruction))
            if self.staying.get(id(instruction)):
                lines.append(run_line([piece.text for piece in self.staying[id(instruction)]]))
        return lines

    def comes_again(self, copy: Transfer) -> bool:
        """Whether a later COPY brings the same files to the same places."""
        everything = list(placed(self.build, self.stage, self.context))
        mine = [place for place in everything if place.instruction is copy]
        later = [place for place in everything if place.instruction.start > copy.start]
        return bool(mine) and all(
            not place.folder and any(other.folder and other.holds(place.target) == place.source for other in later)
            for place in mine
        )

    def covered(self, folder: str) -> str:
        """The path in the context of a file that would come over the `folder` from the builder; empty for none."""
        for place in placed(self.build, self.stage, self.context):
            lies = posixpath.relpath(folder, place.target)
            inside = posixpath.normpath(posixpath.join(place.source, lies))
            if (
                place.folder
                and not lies.startswith("..")
                and any(name.startswith(inside + "/") for name in self.context.files())
            ):
                return inside
        return ""
