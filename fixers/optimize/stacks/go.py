"""Go: the program is compiled in a stage with the toolchain, and runs on the release that it was compiled on."""

from __future__ import annotations

import posixpath

from ....syntax.tree import Onbuild, Run, Shell, User
from ..base.programs import FULL_IMAGE_PROGRAMS
from ..base.rewrite import RewriteRejected
from ..base.stage_facts import is_within, require_workdir
from ..projects.data_files import READ, data_entries
from ..projects.go_make import make_outputs, makes_with_go
from ..projects.go_project import (
    DEFAULT_PATH,
    GO_BIN,
    calls_git,
    command_outputs,
    is_local,
    loaded_files,
    module_manifests,
    required_modules,
)
from ..projects.go_release import go_bases
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import Added, Artifact, Place, RuntimePackage, WaitingSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Env, Instruction, KeyValuePair
    from ..base.rewrite import Preconditions, Step
    from ..base.run_steps import RunCommand
    from ..split.language_stack import PlacedCommand
    from ..split.plan import Entry

_BUILDING = frozenset("CGO_ENABLED GOOS GOARCH GOPROXY GOPRIVATE GOFLAGS GO111MODULE GOSUMDB GOPATH".split())
"""Variables that a build depends on, besides those that a command names."""
_DOWNLOADS = ("mod download", "mod tidy", "mod verify", "mod vendor")
_COMPILES = "compiles the program"
_NO_C = "the image has no C compiler, so the program is built without cgo and needs no C library"
_FETCHING = frozenset("git make mercurial openssh-client subversion".split())
"""Packages of Alpine that download modules or start the build."""


class GoStack(LanguageStack):
    """A stage that compiles a Go program.

    `compiled`: the last RUN with `go build` or `go install`; `download`: a RUN before it that downloads the modules
    `binaries`: the paths of the programs; `directory`: the directory that they are compiled in
    `alpine`: whether the base image is on Alpine, where RUNs that install system packages stay as they are
    """

    title = "Compile in a separate stage"
    why = "keeps the Go toolchain and its caches out of the image"
    rejected = (Onbuild, Shell, User)
    needs_start = False
    manager = "go"

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.compiles = True
        self.compiled: Run | None = None
        self.download: Run | None = None
        self.binaries: list[str] = []
        self.directory = ""
        self.alpine = False

    def choose_bases(self) -> Bases:
        bases = go_bases(self.build, self.stage, self.context, self.checks)
        self.alpine = bases.runtime.startswith("alpine:")
        return bases

    def is_split(self, run: Run) -> bool:
        calls = self.build.package_calls(run)
        if self.alpine and calls and all(call.manager.ecosystem == "os" for call in calls):
            return False
        if any(call.manager.name == "go" or call.manager.ecosystem == "os" for call in calls):
            return True
        return makes_with_go(self.build, self.stage, self.context, run)

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        call = command.call
        made = make_outputs(self.build, self.stage, self.context, run, command.command) if call is None else []
        if made:
            self.compiled = run
            self.binaries += made
            return Place.BUILDER, _COMPILES
        if call is None or call.manager.name != "go":
            raise RewriteRejected(
                f"`{command.text[:60]}` is in the same RUN as the build; move it to a separate RUN", run
            )
        if call.path in ("build", "install"):
            self.compiled = run
            self.binaries += command_outputs(self.build, self.stage, self.context, run, call)
            return Place.BUILDER, _COMPILES
        if call.path == "get" and all(is_local(word.value) for word in call.operands):
            return Place.BUILDER, "downloads modules"
        if call.path not in _DOWNLOADS and call.verb != "restore":
            raise RewriteRejected(f"the effect of `{command.text[:60]}` is unknown", run)
        if call.path == "mod download":
            self.download = self.download or run
        return Place.BUILDER, "downloads modules"

    def resolve(self) -> list[Step]:
        compiled = self.compiled
        self.checks.require("one `go build` compiles the program", compiled, self._missing_build())
        assert compiled is not None
        self._require_one_directory()
        reason = "no WORKDIR is set before the build, so it runs in the base image's; set one"
        require_workdir(self.stage, compiled, self.checks, self.stage.from_, reason)
        self.directory = self.build.state(compiled).path(".") or "/"
        if self.directory == "/":
            raise RewriteRejected("the program is compiled in `/`; set WORKDIR to a directory of its own", compiled)
        self._require_program_start()
        self.install = self.builder_runs()[0]
        self.try_manifests(module_manifests(self.build, self.stage, self.context, self.directory))
        self.copied_directory = self.directory
        before = [step for step in self.stage.instructions if step.start < compiled.start]
        within = [path for path in self.binaries if is_within(path, self.directory)]
        if not within and not any(map(self.is_in_copied_directory, before)):
            self.copied_directory = ""
        return []

    def _missing_build(self) -> str:
        """What to do about an image without a RUN that compiles."""
        if "go" in self.started.programs:
            return "the image compiles the program whenever it starts; add `RUN go build -o NAME` and start it"
        return "no RUN runs `go build` or `go install`"

    def _require_one_directory(self) -> None:
        """Raise RewriteRejected when programs are compiled in several directories."""
        runs = [run for run in self.builder_runs() if any(each.reason == _COMPILES for each in self.commands[id(run)])]
        if len({self.build.state(run).path(".") for run in runs}) > 1:
            raise RewriteRejected("programs are compiled in several directories; use one WORKDIR", runs[-1])

    def _require_program_start(self) -> None:
        """Raise RewriteRejected when the image does not start the compiled program, or starts the Go toolchain."""
        for name in ("go", "gofmt"):
            if name in self.started.programs:
                raise RewriteRejected(
                    f"the image starts `{name}`, which only the full base image contains", self.started.programs[name]
                )
        words = [line[0] for line in self.started.lines]
        paths = {self.started_path(word) for word in words}
        bare = [word for word in words if "/" not in word]
        paths |= {posixpath.join(directory, word) for word in bare for directory in (GO_BIN, *DEFAULT_PATH)}
        self.checks.require(
            "the image starts the compiled program",
            not paths.isdisjoint(self.binaries),
            "neither CMD nor ENTRYPOINT starts the compiled program",
        )
        # The names of programs that are installed come from directories, some of which are packages only.
        self.binaries = [path for path in self.binaries if path in paths or posixpath.dirname(path) != GO_BIN]

    def modules(self) -> Collection[str]:
        return required_modules(self.context)

    def builder_start(self) -> tuple[Entry, ...]:
        named = any("CGO_ENABLED" in step.arguments_text for step in self.stage.instructions)
        return () if named or not self.alpine else (Added("ENV CGO_ENABLED=0", _NO_C),)

    def builder_variables(self, env: Env) -> list[KeyValuePair]:
        others = {pair.key.text for pair in env.pairs} - _BUILDING
        return self.needed_variables(env, others)

    def builder_run(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        kept = self.kept_run(run, commands)
        if run is not self.install or not self.manifests:
            return kept
        if run is self.download and run is not self.compiled:
            return [*self.manifests, *kept, WaitingSource()]
        return [*self.manifests, Added("RUN go mod download"), WaitingSource(), *kept]

    def is_tool(self, instruction: Instruction) -> bool:
        if not isinstance(instruction, Run) or not self.is_in_both(instruction):
            return False
        calls = self.build.package_calls(instruction)
        packages = {package.name for call in calls for package in call.packages}
        started = {FULL_IMAGE_PROGRAMS.get(program) for program in self.started.programs}
        fetching = bool(packages) and packages <= _FETCHING and packages.isdisjoint(started)
        return fetching and not calls_git(self.context)

    def is_in_both(self, run: Run) -> bool:
        return self.alpine and any(call.manager.ecosystem == "os" for call in self.build.package_calls(run))

    def runtime_start(self) -> tuple[Entry, ...]:
        installed = any(posixpath.dirname(path) == GO_BIN for path in self.binaries)
        return (Added(f'ENV PATH="{GO_BIN}:$PATH"'),) if installed else ()

    def runtime_packages(self) -> Iterable[RuntimePackage]:
        if not self._uses_packages():
            return ()
        always = (RuntimePackage("ca-certificates", "TLS"), RuntimePackage("tzdata", "time zones"))
        return (*always, *self.program_packages)

    def _uses_packages(self) -> bool:
        """Whether the final stage installs packages, so that it gets no single files of them."""
        # A program compiled with -trimpath does not know where Go's own time zones are.
        trimmed = any("-trimpath" in run.arguments_text for run in self.builder_runs())
        return not self.alpine and bool(trimmed or self.file_packages() or self.program_packages)

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.compiled is not None
        found: list[Artifact] = []
        if self.copied_directory:
            data = data_entries(self, self.directory, self.binaries, self.compiled)
            whole = [Artifact(self.directory, "the program and the files next to it")]
            found += whole if data is None else [Artifact(path, READ) for path in data]
        paths = [each.path for each in found]
        programs = (path for path in dict.fromkeys(self.binaries) if not any(is_within(path, each) for each in paths))
        found += [Artifact(path, "the program") for path in programs]
        if not self._uses_packages():
            found += loaded_files(certificates=not self.alpine)
        return [(self.compiled, entry) for entry in found]
