"""Go: the program is compiled in a stage with the toolchain, and runs on the release that it was compiled on."""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise

from ....syntax.tree import Arg, Cmd, CopyOrAdd, Entrypoint, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import from_instruction, instruction_text, instruction_with_comments, write_two_stages
from ..base.copies import context_path, read_context_file
from ..base.programs import FULL_IMAGE_PROGRAMS
from ..base.rewrite import Preconditions, RewriteOutcome, RewriteRejected, Step, base_image_step, run_rewrite
from ..base.system import AptInstall, runtime_install
from ..order.cache_order import manifest_copies
from .compiled import CompiledSplit
from .go_release import debian_release_of
from .shared import (
    NAME,
    base_text,
    copy_from_build,
    is_from_context,
    places_of,
    reject_instruction,
    reject_ownership,
    require_plain_base,
    require_workdir,
    with_release,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.command import Word
    from ....syntax.tree import Instruction
    from ..base.run_steps import RunCommand

_RELEASES = ("bullseye", "bookworm", "trixie")
_BUILDING = frozenset(
    ("CGO_ENABLED", "GOOS", "GOARCH", "GOPROXY", "GOPRIVATE", "GOFLAGS", "GO111MODULE", "GOSUMDB", "GOPATH")
)
"""Variables that a build depends on."""
_DOWNLOADS = ("mod download", "mod tidy", "mod verify", "mod vendor")
_DEFAULT_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Where every base image finds programs: the PATH that Docker sets if the image has none."""

_STATIC = (
    "# the image has no C compiler, so the program is built without cgo and needs no C library",
    "ENV CGO_ENABLED=0",
)
_ZONES = "/usr/local/go/lib/time/zoneinfo.zip"
"""Where a program looks for time zones when the system has none. Source: time/zoneinfo_goroot.go."""
_COMPILERS = frozenset("gcc g++ build-base musl-dev libc-dev clang alpine-sdk".split())
_STANDARD = "# the standard library, compiled once and not after every change"
_LOOKED_FOR = "# time zones, where the program looks for them"
_TRUSTED = "# certificates and time zones, where the program looks for them"
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""Where a program looks for certificates on Debian first. Source: crypto/x509/root_linux.go."""
_ALWAYS = ("ca-certificates", "tzdata")
"""What the golang image has and Go programs load: certificates and time zones."""
_MODULE = re.compile(r"^(?:require)?\s+([\w.-]+\.[a-z]+/\S+) v", re.MULTILINE)
"""A module in a go.mod; since Go 1.17 it lists the indirect ones, too."""
_SANITIZERS = ("-trimpath", "-race", "-msan", "-asan")


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a Go image into a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _GoSplit(build, stage, context, checks).result())


class _GoSplit(CompiledSplit):
    """A stage that compiles a Go program.

    `download`: the RUN with `go mod download`
    `binary`: the path of the program
    `alpine`: whether the base image is on Alpine, where packages of the system stay in the final stage
    `runtime`: the base image of the final stage
    `directory`: the directory that the program is compiled in
    `covered`: the COPYs of the file that bring only go.mod and go.sum
    """

    manager = "go"

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.download: Run | None = None
        self.binary = ""
        self.alpine = False
        self.runtime = ""
        self.directory = ""
        self.covered: list[CopyOrAdd] = []

    def result(self) -> tuple[str, list[Step]]:
        """The new file and the steps to it. Raises RewriteRejected."""
        release, image = self._base()
        for instruction in self.stage.instructions:
            reject_instruction(instruction, (Onbuild, Shell, User))
            if isinstance(instruction, Run):
                self.sort_run(instruction)
        compiled = self.require_compiled("one `go build` compiles the program", "no RUN runs `go build`")
        self.directory = self.build.state(compiled).path(".") or ""
        reason = "no WORKDIR is set before the build, so it runs in the base image's; set one"
        require_workdir(self.stage, compiled, self.checks, self.stage.from_, reason)
        self._require_start()
        builder, final = self._builder(compiled, image), self._final(compiled, release)
        why = (
            "a program without cgo runs on any release"
            if self.alpine
            else "the release that the program is compiled on, with the same libc"
        )
        return write_two_stages(self.build, self.stage, builder, final), [
            Step("Compile in a separate stage", "keeps the Go toolchain and its caches out of the image"),
            base_image_step(self.runtime, why),
        ]

    def modules(self) -> set[str]:
        """The modules in the go.mod files of the build context."""
        files = (name for name in self.context.files() if posixpath.basename(name) == "go.mod")
        return {module for name in files for module in _MODULE.findall(read_context_file(self.context, name) or "")}

    def _base(self) -> tuple[str, str]:
        """The release of the base image, "" when unknown, and the image to compile in; sets `alpine` and `runtime`."""
        ref, facts = self.stage.base_ref, self.stage.base_facts
        self.alpine = bool(ref and facts and facts.family == "alpine" and ref.tag)
        suite = (facts.suite or debian_release_of(ref.tag or "")) if ref and facts else ""
        self.checks.require(
            "the base image is an official Go image on Alpine or a known Debian release",
            self.alpine or (facts and facts.family == "debian" and suite in _RELEASES),
            f"`{base_text(self.stage)}` is not an official Go image on Alpine or a known Debian release",
            self.stage.from_,
        )
        assert ref is not None and suite is not None
        require_plain_base(self.stage, self.checks)
        tag, base = ref.tag or "latest", base_text(self.stage)
        if not self.alpine:
            self.runtime = f"debian:{suite}-slim"
            return suite, with_release(base, tag, suite)
        release = suite.removeprefix("alpine")
        self._require_no_c(release, base)
        # A tag that moves from release to release gets a runtime that does, too.
        self.runtime = f"alpine:{release if release and tag.endswith(release) else '3'}"
        return release, base

    def _require_no_c(self, release: str, base: str) -> None:
        """Raise RewriteRejected when the program may use cgo on Alpine."""
        self._require_no_c_compiler(release, base)
        sources = [name for name in self.context.files() if name.endswith(".go")]
        cgo = next((name for name in sources if 'import "C"' in (read_context_file(self.context, name) or "")), "")
        self.checks.require("no Go source file uses cgo", not cgo, f"`{cgo}` imports C")
        values = [
            pair.value.text if pair.value else ""
            for step in self.stage.instructions
            if isinstance(step, Env | Arg)
            for pair in step.pairs
            if pair.key.text == "CGO_ENABLED"
        ]
        disabled = all(value == "0" for value in values)
        self.checks.require("cgo is not enabled", disabled, "`CGO_ENABLED` is set to a value other than 0")

    def _require_no_c_compiler(self, release: str, base: str) -> None:
        """Raise RewriteRejected when a C compiler is installed, without which Go compiles without cgo.

        The Alpine release matters only when other packages are installed.
        """
        for run in self.stage.instructions:
            calls = self.build.package_calls(run) if isinstance(run, Run) else ()
            if any(package.name in _COMPILERS for call in calls for package in call.packages):
                raise RewriteRejected(
                    "a C compiler is installed on Alpine, so the libraries that the program links to are unknown", run
                )
            if not release and any(call.manager.name != "go" for call in calls):
                raise RewriteRejected(f"the Alpine release of `{base}` is unknown; name it in the tag", run)

    # What the RUNs are for

    def sort_run(self, run: Run) -> None:
        calls = self.build.package_calls(run)
        if not (self.alpine and calls and all(call.manager.ecosystem == "os" for call in calls)):
            super().sort_run(run)

    def take(self, run: Run, command: RunCommand) -> None:
        call = command.call
        if call is None or call.manager.name != "go":
            raise RewriteRejected(
                f"`{command.text[:60]}` is in the same RUN as the build; move it to a separate RUN", run
            )
        if call.path == "mod download":
            self.download = self.download or run
        elif call.path == "build":
            if self.compiled is not None:
                raise RewriteRejected("`go build` runs more than once; only one program can be split off", run)
            self.compiled = run
            self.binary = self._output(run, command.command.words)
        elif call.path not in _DOWNLOADS and call.verb != "restore":
            raise RewriteRejected(f"the effect of `{command.text[:60]}` is unknown", run)

    def _output(self, run: Run, words: Sequence[Word]) -> str:
        """The path of the program: the value of `-o`, or else the last part of the module's name."""
        values = [word.value for word in words]
        output = next((after for word, after in pairwise(values) if word == "-o"), "")
        packages = [word for word in values[2:] if word.startswith((".", "/")) and word != output]
        if not output:
            module = self._module_name(run)
            if packages not in ([], ["."], ["./"]) or not module:
                raise RewriteRejected(
                    "`go build` has no `-o` option and the name of its output is unknown; add `-o`", run
                )
            output = module.rpartition("/")[2]
        path = self.build.state(run).path(output)
        if path is None or "$" in output or output.endswith("/"):
            raise RewriteRejected(
                "the output path of `go build` is unknown; use `-o` with the path of a file, without variables", run
            )
        return path

    def _module_name(self, run: Run) -> str:
        """The name in go.mod of the directory that a RUN works in; "" when unknown."""
        directory = self.build.state(run).path(".") or ""
        manifest = context_path(self.build, self.stage, self.context, posixpath.join(directory, "go.mod"))
        text = read_context_file(self.context, manifest) or "" if manifest else ""
        return text.partition("module ")[2].split("\n")[0].strip()

    def _require_start(self) -> None:
        """Raise RewriteRejected when the image starts anything but the compiled program or a script that is copied."""
        started: list[str | None] = []
        for instruction in self.stage.instructions:
            if not isinstance(instruction, Cmd | Entrypoint):
                continue
            commands = self.build.commands(instruction)
            for command in commands:
                if command.name in ("go", "gofmt") or command.name in FULL_IMAGE_PROGRAMS:
                    raise RewriteRejected(
                        f"the image starts `{command.name}`, which only the full base image contains", instruction
                    )
            state = self.build.state(instruction)
            only = len(commands) == 2 and commands[1].context == ("sh -c",)  # `sh -c "exec app"`
            for program in (command.words[0].value for command in commands[: 1 + only] if command.words):
                started.append(state.path(program))
                if "/" not in program:
                    started += [posixpath.join(directory, program) for directory in _DEFAULT_PATH]
        self.checks.require(
            "the image starts the compiled program",
            self.binary in started,
            "neither CMD nor ENTRYPOINT starts the compiled program",
        )

    # The builder

    def _builder(self, compiled: Run, image: str) -> list[str]:
        lines = [from_instruction(self.stage, image, "build")]
        if self.alpine and not any("CGO_ENABLED" in step.arguments_text for step in self.stage.instructions):
            lines += _STATIC
        manifests = self._manifests(compiled)
        source: list[str] = []
        """COPYs that wait until the modules are downloaded."""
        for instruction in self.stage.instructions:
            if instruction.start > compiled.start:
                break
            lines += self.system_packages(instruction)
            if isinstance(instruction, CopyOrAdd):
                if instruction not in self.covered:
                    (source if manifests else lines).append(instruction_with_comments(self.build, instruction))
            elif not isinstance(instruction, Run) or id(instruction) not in self.builder_runs:
                lines += [instruction_text(self.build, instruction)] if self._is_for_build(instruction) else []
            else:
                if manifests:
                    downloads = instruction is self.download
                    lines += [*manifests, self.moved_run(instruction) if downloads else "RUN go mod download"]
                    lines += [_STANDARD, f"RUN {self._compile_standard_library(compiled)}", *source]
                    manifests, source = [], []
                    if downloads:
                        continue
                lines.append(self.moved_run(instruction))
        return lines

    def _is_for_build(self, instruction: Instruction) -> bool:
        """Whether the builder needs an instruction that the final stage keeps."""
        if isinstance(instruction, Env):
            return any(pair.key.text in _BUILDING for pair in instruction.pairs)
        if isinstance(instruction, Run):
            # On Alpine the final stage installs what the build may need, too (git, make).
            calls = self.build.package_calls(instruction)
            return self.alpine and any(call.manager.ecosystem == "os" for call in calls)
        return isinstance(instruction, Arg | Workdir)

    def _compile_standard_library(self, compiled: Run) -> str:
        """The command that compiles the standard library with the options of the program's build, for the cache."""
        call = next(call for call in self.build.package_calls(compiled) if call.path == "build")
        words = [f"{name}={word.text}" for name, word in call.command.assignments]
        words += ["go", "build"]
        values = [word.text for word in call.command.words]
        for word, after in pairwise([*values, ""]):
            if word in _SANITIZERS or word.startswith(("-tags=", "-gcflags=all=")):
                words.append(word)
            elif word == "-tags":
                words += [word, after]
        return " ".join([*words, "std"])

    def _manifests(self, compiled: Run) -> list[str]:
        """COPYs of go.mod and go.sum; empty when the modules need more of the project, or there are none."""
        module = context_path(self.build, self.stage, self.context, posixpath.join(self.directory, "go.mod"))
        if module is None:
            return []
        text = read_context_file(self.context, module) or ""
        root = posixpath.dirname(module)
        if "=> ." in text or "=> /" in text:
            return []
        if any(self.context.includes(posixpath.join(root, name)) for name in ("vendor", "go.work")):
            return []
        sums = posixpath.join(root, "go.sum")
        names = [module, sums] if self.context.includes(sums) else [module]
        try:
            lines, self.covered = manifest_copies(self.build, self.stage, self.context, names, compiled)
        except RewriteRejected:
            return []
        return lines

    # The final stage

    def _final(self, compiled: Run, release: str) -> list[str]:
        packages = "" if self.alpine else self._packages(release, compiled)
        written = not packages
        lines = [from_instruction(self.stage, self.runtime)]
        for instruction in self.stage.instructions:
            from_context = is_from_context(instruction)
            moved = self.is_moved(instruction)
            if not written and (from_context or moved):
                lines.append(packages)
                written = True
            if instruction is compiled:
                lines += self._program(has_packages=bool(packages))
            elif from_context and instruction.start < compiled.start and self._is_in_directory(instruction):
                continue
            elif not moved:
                lines.append(instruction_with_comments(self.build, instruction))
        return lines

    def _program(self, *, has_packages: bool) -> list[str]:
        """COPYs of the program from the builder, and of the data that it loads when packages do not bring it."""
        inside = (self.binary + "/").startswith(self.directory.rstrip("/") + "/")
        copies = [step for step in self.stage.instructions if isinstance(step, CopyOrAdd)]
        lines = copy_from_build(self.directory) if inside or any(map(self._is_in_directory, copies)) else []
        lines += [] if inside else copy_from_build(self.binary)
        if self.alpine:
            return [*lines, _LOOKED_FOR, *copy_from_build(_ZONES)]
        return lines if has_packages else [*lines, _TRUSTED, *copy_from_build(_CERTIFICATES, _ZONES)]

    def _is_in_directory(self, copy: Instruction) -> bool:
        """Whether a COPY brings only files of the build's directory, which the final stage gets from the builder."""
        mine = places_of(self.build, self.stage, self.context, copy)
        reject_ownership(copy)
        inside = self.directory.rstrip("/") + "/"
        return bool(mine) and all((place.target.rstrip("/") + "/").startswith(inside) for place in mine)

    def _packages(self, release: str, compiled: Run) -> str:
        """The RUN that installs what the final stage needs; "" when files of the builder are enough."""
        words = runtime_install(self.stage.instructions, self.apt_installs, release).packages
        extra = self.final_program_packages()
        # A program compiled with -trimpath does not know where Go's own time zones are.
        if not words and not extra and "-trimpath" not in compiled.arguments_text:
            return ""
        return AptInstall().line([*_ALWAYS, *words, *extra])
