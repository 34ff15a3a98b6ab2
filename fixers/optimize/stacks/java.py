"""Java: the program is built on an image with a JDK, and runs on the JRE of the same version and distribution."""

from __future__ import annotations

from ....syntax.tree import Onbuild, Run, Shell
from ..base.rewrite import NothingToDo, RewriteRejected, Step
from ..base.run_steps import SYSTEM_PACKAGES, RunCommand, RunGroup, split_run_groups
from ..base.stage_facts import base_text, is_within, require_plain_base, require_workdir
from ..projects.java.java_archives import main_archive
from ..projects.java.java_commands import JavaCommands
from ..projects.java.java_files import program_files
from ..projects.java.java_packages import packages_to_keep, require_known_apk, starts_processes
from ..projects.java.java_starts import java_starts, require_known_programs
from ..projects.java.java_users import files_owner, require_known_users
from ..projects.jre import find_java_images, require_no_java_path, require_no_jdk_use
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import Artifact, Place, RuntimePackage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions
    from ..split.plan import Entry


class JavaStack(LanguageStack):
    """A stage that builds a Java program: `install` is the last RUN that builds.

    `java`: the commands that build, and what they make
    `same_system`: whether the JRE image has the distribution of the base image
    `kept`: the system packages of the file that the final stage needs
    `installed`: the packages that RUNs install with apk
    `files`: the paths in the directory of the build that the program needs; `owner`: whose they are, "" for root
    """

    title = "Build in a separate stage"
    why = "keeps the JDK, the build tool and its downloads out of the image"
    rejected = (Onbuild, Shell)
    needs_start = False

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.compiles = True
        self.java = JavaCommands(build, stage)
        self.same_system = False
        self.kept: dict[str, RuntimePackage] = {}
        self.installed: set[str] = set()
        self.files: list[str] = []
        self.owner = ""

    def choose_bases(self) -> Bases:
        ref = self.stage.base_ref
        images = find_java_images(ref) if ref is not None else None
        self.checks.require(
            "a JRE image of the same version and distribution is known",
            images,
            f"no JRE image of the same version and distribution is known for `{base_text(self.stage)}`",
            self.stage.from_,
        )
        assert images is not None
        require_plain_base(self.stage, self.checks)
        self.same_system = images.same_system
        risk = "a library that compiles code or attaches to the JVM at run time needs a JDK"
        moves = "the base image's tag moves to new Java versions; builder and runtime must use the same one"
        return Bases(images.builder, images.runtime, None, images.reason, risk, moves if images.builder else "")

    def is_split(self, run: Run) -> bool:
        return True

    def run_groups(self, run: Run) -> list[RunGroup]:
        found = split_run_groups(self.build, run)
        commands = [command for group in found.groups for command in group.commands]
        packages = [command for command in commands if command.kind == SYSTEM_PACKAGES]
        if any(command.call is None or command.call.manager.name != "apk" for command in packages):
            rest = super().run_groups(run)
            self.system[id(run)].ask_nothing()
            return rest
        require_known_apk(packages, run, same_system=self.same_system)
        self.installed |= {each.name for command in packages if command.call for each in command.call.packages}
        whole = len(commands) == len(self.build.commands(run))
        if found.reason and not (whole and {self.java.place(run, each)[0] for each in commands} == {Place.BUILDER}):
            raise RewriteRejected(found.reason, run)
        return [*found.groups]

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        return self.java.place(run, command)

    def resolve(self) -> list[Step]:
        self.reject_copies_from_stages()
        install = self.install = self.java.last
        if install is None:
            raise NothingToDo("no RUN builds the program; an archive that exists already needs no builder")
        reason = "no WORKDIR is set before the build, so its output is in the root directory; set one"
        require_workdir(self.stage, install, self.checks, None, reason)
        self.copied_directory = self.java.directory
        if self.copied_directory in ("", "/"):
            raise RewriteRejected("the build runs in `/` or in an unknown directory; set WORKDIR", install)
        require_known_users(self.build, self.stage, self.java, same_system=self.same_system)
        self._find_start()
        require_no_jdk_use(self.context, self.checks)
        require_no_java_path(self.stage, self.checks)
        self.owner = files_owner(self.build, self.stage, self.java)
        return [Step(f"Build on `{self.bases.builder}`", self.bases.builder_why)] if self.bases.builder else []

    def _find_start(self) -> None:
        """Find the packages and files that the image needs. Raises RewriteRejected unless it starts the result."""
        build, stage, directory = self.build, self.stage, self.copied_directory
        uses = self.programs()
        processes = starts_processes(self.context)
        for run in stage.instructions:
            if (install := self.system.get(id(run))) is not None:
                names = packages_to_keep(
                    install, run, uses.programs, same_system=self.same_system, any_program=processes
                )
                self.kept |= {name: RuntimePackage(name, "the program, as before") for name in names}
        archive = main_archive(build, stage, self.context, directory)
        is_alpine = "alpine" in self.bases.runtime
        require_known_programs(uses, {*self.installed, *self.kept}, archive, is_alpine=is_alpine)
        starts = java_starts(build, stage, uses, self.context)
        for start in starts:
            for path in start.paths if start.is_archive else ():
                if path is not None and not is_within(path, directory) and path not in self.java.elsewhere:
                    reason = f"`{path}` is not created in the build directory or by `cp` or `mv`"
                    raise RewriteRejected(reason, uses.programs["java"])
        self.files = program_files(build, stage, self.context, self.java, starts, uses)

    def file_packages(self) -> dict[str, RuntimePackage]:
        return dict(self.kept)

    def runtime_packages(self) -> Iterable[RuntimePackage]:
        return () if "alpine" in self.bases.runtime else self.program_packages

    def require_ownership(self, copy: Instruction) -> None:
        # `owner` is for all files.
        return

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        at = self.last or self.install
        assert at is not None
        reason = "the program and the files next to it" if self.files == [self.copied_directory] else "the program"
        paths = [*self.files, *(path for path in self.java.elsewhere if not self.java.removes(path))]
        return [(at, Artifact(path, reason, owner=self.owner)) for path in dict.fromkeys(paths)]
