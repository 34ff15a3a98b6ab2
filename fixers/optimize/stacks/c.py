"""C and C++: the program is compiled in a stage with the compiler, and runs on the release that it was compiled on."""

from __future__ import annotations

import posixpath

from ....syntax.tree import Onbuild, Run, Shell, User
from ..base.program_walk import SHELLS
from ..base.programs import FULL_IMAGE_PROGRAMS
from ..base.rewrite import RewriteRejected
from ..base.run_steps import ESSENTIAL_PROGRAMS
from ..base.runtime_needs import library_packages
from ..base.stage_facts import is_within, places_of, quoted, require_workdir
from ..projects.c_project import COMPILERS, c_bases, has_data, linked_headers, makes_program, needs_cpp_runtime
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import Added, Artifact, Place, RuntimePackage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions, Step
    from ..base.run_steps import RunCommand
    from ..split.plan import Entry

_FILES = frozenset("chmod cp mkdir mv rm strip".split())
"""Commands that prepare a build, or finish it."""
_GCC_LIBRARIES = "/usr/local/lib64/libstdc++.so.6 /usr/local/lib64/libgcc_s.so.1"
"""The libraries of the compiler in the image gcc, which are newer than those of its Debian release."""


def compiles_c(build: Build, stage: Stage) -> bool:
    """Whether a stage compiles C or C++, and installs no packages of other languages."""
    runs = [step for step in stage.instructions if isinstance(step, Run)]
    compiles = any(command.name in COMPILERS for run in runs for command in build.commands(run))
    return compiles and all(call.manager.ecosystem == "os" for run in runs for call in build.package_calls(run))


class CStack(LanguageStack):
    """A stage that compiles a C or C++ program: `install` is the first RUN that does.

    `program`: its path
    `directory`: the directory that it is compiled in
    `libraries`: the packages with the libraries that it links to, each with the -dev package
    """

    title = "Compile in a separate stage"
    why = "keeps the compiler, headers and source out of the image"
    rejected = (Onbuild, Shell, User)

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.compiles = True
        self.program = ""
        self.directory = ""
        self.libraries: dict[str, str] = {}

    def choose_bases(self) -> Bases:
        return c_bases(self.stage, self.checks)

    def is_split(self, run: Run) -> bool:
        calls = self.build.package_calls(run)
        return bool(calls) or any(command.name in COMPILERS for command in self.build.commands(run))

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        name, words = command.command.name, [word.value for word in command.command.args]
        if name not in COMPILERS | _FILES or "install" in words or "--install" in words:
            raise RewriteRejected(f"the effect of `{command.text[:60]}` is unknown", run)
        if name in COMPILERS:
            self.install = self.install or run
            return Place.BUILDER, "compiles the program"
        return Place.BUILDER, "prepares or finishes the build"

    def resolve(self) -> list[Step]:
        install = self.install
        self.reject_copies_from_stages()
        self.checks.require("a RUN compiles the program", install, "no RUN compiles a program")
        assert install is not None
        require_workdir(self.stage, install, self.checks, self.stage.from_)
        self.directory = self.build.state(install).path(".") or "/"
        if self.directory == "/":
            raise RewriteRejected("the program is compiled in `/`; set WORKDIR", install)
        self._find_program()
        scripts = "\n".join(run.arguments_text for run in self.builder_runs())
        for header in linked_headers(self.context, scripts):
            libraries = library_packages(self.program, header, self.bases.release)
            self.libraries.update(dict.fromkeys(libraries, header))
        self.copied_directory = self.directory
        self._require_known_files()
        return []

    def _require_known_files(self) -> None:
        """Raise RewriteRejected when a command writes elsewhere than in the directory, besides the program."""
        for run in self.builder_runs():
            for placed in self.commands_in(run, Place.BUILDER):
                command = placed.command.command
                paths = [self.build.state(run).path(word.value) or "" for word in command.operands()]
                written = paths if command.name == "mkdir" else paths[-1:] if command.name in ("cp", "mv") else []
                elsewhere = [path for path in written if not is_within(path, self.directory)]
                if any(path not in (self.program, posixpath.dirname(self.program)) for path in elsewhere):
                    raise RewriteRejected(f"`{placed.command.text[:60]}` writes outside `{self.directory}`", run)

    def _find_program(self) -> None:
        """Set `program` to what the image starts. Raises RewriteRejected unless the builder makes it."""
        scripts = "\n".join(run.arguments_text for run in self.builder_runs())
        others = {*SHELLS, *ESSENTIAL_PROGRAMS, *FULL_IMAGE_PROGRAMS}
        words = [line[0] for line in self.started.lines if "/" in line[0]]
        paths = [self.started_path(word) for word in words if posixpath.basename(word) not in others]
        made = {path for path in paths if path and makes_program(self.build, self.stage, self.context, path, scripts)}
        if len(made) > 1:
            raise RewriteRejected(f"the image starts several compiled programs, {quoted(sorted(made))}")
        self.program = next(iter(made), "")
        self.checks.require(
            "the image starts the compiled program",
            self.program,
            "neither CMD nor ENTRYPOINT starts the compiled program by its path",
        )

    def runtime_packages(self) -> Iterable[RuntimePackage]:
        linked = [RuntimePackage(name, f"`{header}`") for name, header in self.libraries.items()]
        return [*linked, *(self.program_packages if self.bases.full else ())]

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        at = self.last or self.install
        assert at is not None
        inside = is_within(self.program, self.directory)
        copies = [step for step in self.stage.instructions if self.is_in_copied_directory(step)]
        files = [place.source for copy in copies for place in places_of(self.build, self.stage, self.context, copy)]
        if has_data(self.context, files):
            yield at, Artifact(self.directory, "the files that the program may open")
        if not inside or not has_data(self.context, files):
            yield at, Artifact(self.program, "the program")
        if self.bases.full and needs_cpp_runtime(self.context, files):
            note = "the libraries of the compiler, which are newer than those of Debian"
            yield at, Artifact(_GCC_LIBRARIES, "the C++ runtime of the compiler", "/usr/local/lib/", note)
            yield at, Added("RUN ldconfig")
