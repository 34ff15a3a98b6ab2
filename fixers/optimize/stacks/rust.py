"""Rust: the program is compiled in a stage with the toolchain, and runs on the Debian release it was compiled on."""

from __future__ import annotations

import posixpath

from ....syntax.tree import Onbuild, Run, Shell, User
from ..base.blocks import run_instruction
from ..base.rewrite import RewriteRejected
from ..base.stage_facts import overwritten_path, require_workdir
from ..projects.data_files import READ, data_entries
from ..projects.rust_crates import CargoProject, installs_tools, tool_packages, tool_program
from ..projects.rust_output import (
    CARGO_BIN,
    cargo_output,
    compile_dependencies,
    moved_output,
    used_outputs,
)
from ..projects.rust_release import rust_bases
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import Added, Artifact, Place, RuntimePackage, WaitingSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions, Step
    from ..base.run_steps import RunCommand
    from ..split.language_stack import PlacedCommand
    from ..split.plan import Entry

_MOVES_OUTPUT = ("--target-dir", "--manifest-path", "--out-dir", "--artifact-dir", "-C", "--config", "-Z")
_CHOOSES_TARGET = ("--bin", "-p", "--package", "--workspace", "--all", "--example", "--profile")
_EMPTY = "compile the dependencies with an empty program, which is then removed"


class RustStack(LanguageStack):
    """A stage that compiles a program with Cargo: `install` is the RUN that does.

    `call`: the `cargo build` or `cargo install`
    `tools`: every `cargo install` of another crate, with its RUN
    `data`: what the program may read where it is compiled
    `outputs`: the files that the final stage gets from the builder
    """

    title = "Compile in a separate stage"
    why = "keeps the Rust toolchain, the crates and intermediate files out of the image"
    rejected = (Onbuild, Shell, User)
    runtime_variables = frozenset()
    manager = "cargo"

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.compiles = True
        self.call: PackageCall | None = None
        self.outputs: list[str] = []
        self.project: CargoProject | None = None
        self.data: list[str] = []
        self.tools: list[tuple[PackageCall, Run]] = []
        self.native: dict[str, str] = {}

    def choose_bases(self) -> Bases:
        return rust_bases(self.stage, self.checks)

    def is_split(self, run: Run) -> bool:
        calls = self.build.package_calls(run)
        return any(call.manager.name == "cargo" or call.manager.ecosystem == "os" for call in calls)

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        call, text = command.call, command.text[:60]
        if call is None:
            output = moved_output(self.build, run, command) if self.install is run else ""
            if not output:
                raise RewriteRejected(f"`{text}` is in the same RUN as the build; move it to a separate RUN", run)
            self.outputs.append(output)
            return Place.BUILDER, "puts the program in its place"
        installs = call.path == "install" and call.value("--path") in (".", "./")
        known = call.manager.name == "cargo" and not call.uncertain
        tool = call.path == "install" and installs_tools(call) and not call.has("--root", "--git", *_MOVES_OUTPUT)
        if not known or (call.path not in ("build", "b", "fetch") and not installs and not tool):
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        if tool:
            self.tools.append((call, run))
            return Place.BUILDER, "compiles a tool"
        if call.path == "fetch":
            return Place.BUILDER, "downloads crates"
        if self.install is not None:
            raise RewriteRejected("Cargo builds more than once; only one program can be split off", run)
        if call.has(*_MOVES_OUTPUT):
            raise RewriteRejected(f"an option of `{text}` may change where the program is written", run)
        if "CARGO_TARGET_DIR" in self.build.state(run).vars:
            raise RewriteRejected("`CARGO_TARGET_DIR` changes where the program is written; remove it", run)
        self.install = run
        self.call = call
        return Place.BUILDER, "compiles the program"

    def resolve(self) -> list[Step]:
        run, call = self.install, self.call
        self.checks.require("one `cargo build` compiles the program", run, self._missing_build())
        assert run is not None and call is not None
        self.require_remaining_runs()
        require_workdir(self.stage, run, self.checks, self.stage.from_)
        directory = self.build.state(run).path(".") or ""
        made = cargo_output(call, directory)
        self.project = CargoProject(self.build, self.stage, self.context, directory, run)
        self.outputs = list(
            dict.fromkeys(
                [*self._started_outputs(made, self.project), *used_outputs(self.build, self.stage, run, made)]
            )
        )
        self.checks.require(
            "the image starts the compiled program",
            self.outputs,
            "neither CMD nor ENTRYPOINT starts the compiled program",
        )
        target = overwritten_path(self.build, self.stage, self.context, posixpath.join(directory, "target"))
        if target:
            raise RewriteRejected(
                f"`{target}` in the build context would overwrite the compiled program; add it to .dockerignore", run
            )
        self._find_data(directory, run)
        self.native = self.project.native_packages(self.bases.release or "", run, self.checks)
        self._find_tools()
        if self.project.simple and not run.flags and not call.has(*_CHOOSES_TARGET) and len(self.commands) == 1:
            self.try_manifests(self.project.manifests())
        return []

    def _missing_build(self) -> str:
        """What to do about an image without a RUN that compiles."""
        if "cargo" in self.started.programs:
            return (
                "the image compiles the program whenever it starts; add `RUN cargo build --release` and start the "
                "program in `target/release`"
            )
        return "no RUN runs `cargo build` or `cargo install --path .`"

    def _find_tools(self) -> None:
        """Find the tools that containers start, and the libraries that those link to."""
        started = {line[0].rpartition("/")[2] for line in self.started.lines} | self._source_programs.keys()
        for call, run in self.tools:
            if tool_program(call) in started:
                self.outputs.append(posixpath.join(CARGO_BIN, tool_program(call)))
                self.native.update(tool_packages(call, self.bases.release or "", run))

    def _find_data(self, directory: str, compiled: Run) -> None:
        """Find what the program may read where it is compiled, unless the final stage gets all that is copied."""
        if directory == "/" or any(step.flag("chown") or step.flag("chmod") for step in self.stage.instructions):
            return
        self.copied_directory = directory
        data = data_entries(self, directory, self.outputs, compiled, "target")
        if data is None:
            self.copied_directory = ""
        else:
            self.data = data

    def _started_outputs(self, made: str, project: CargoProject) -> Iterator[str]:
        """The compiled programs that the image starts, from the directory `made` or moved by the build.

        Raises RewriteRejected when it starts Cargo.
        """
        started = self.started
        for name in ("cargo", "rustc", "rustup"):
            if name in started.programs:
                reason = f"the image starts `{name}`, which only the full base image contains; start the program"
                raise RewriteRejected(reason, started.programs[name])
        names = project.binary_names()
        for program in (line[0] for line in started.lines):
            paths = [posixpath.join(directory, program) for directory in (CARGO_BIN, "/usr/local/bin", "/usr/bin")]
            if "/" in program:
                paths = [self.started_path(program)]
            for path in [path for path in paths if posixpath.dirname(path) == made or path in self.outputs][:1]:
                if "/" in program or path in self.outputs or posixpath.basename(path) in names:
                    yield path

    def builder_run(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        kept = self.kept_run(run, commands)
        if run is not self.install or not self.manifests or self.call is None or self.project is None:
            return kept
        empty = compile_dependencies(self.call, self.project.name)
        return [*self.manifests, Added(run_instruction(empty), _EMPTY), WaitingSource(), *kept]

    def runtime_start(self) -> tuple[Entry, ...]:
        installed = any(posixpath.dirname(path) == CARGO_BIN for path in self.outputs)
        return (Added(f'ENV PATH="{CARGO_BIN}:$PATH"'),) if installed else ()

    def runtime_packages(self) -> Iterable[RuntimePackage]:
        always = (RuntimePackage("ca-certificates", "TLS"), RuntimePackage("tzdata", "time zones"))
        native = (RuntimePackage(name, f"the crate `{crate}`") for name, crate in self.native.items())
        return (*always, *native, *self.program_packages)

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.install is not None
        made = [Artifact(path, "the program") for path in self.outputs]
        return [(self.install, entry) for entry in (*(Artifact(path, READ) for path in self.data), *made)]
