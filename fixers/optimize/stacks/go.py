"""Go: the program is compiled in a stage with the tools, and runs on the Debian release that it was compiled on."""

from __future__ import annotations

import posixpath
from itertools import pairwise

from ....syntax.tree import Arg, Cmd, CopyOrAdd, Entrypoint, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import (
    from_instruction,
    instruction_text,
    instruction_with_comments,
    leading_comments,
    run_instruction,
    write_two_stages,
)
from ..base.copies import context_copies, context_path, read_context_file
from ..base.programs import FULL_IMAGE_PROGRAMS, ProgramUsage, check_final_stage_runs
from ..base.rewrite import (
    Preconditions,
    RewriteOutcome,
    RewriteRejected,
    StageRewrite,
    Step,
    base_image_step,
    run_rewrite,
)
from ..base.run_steps import SYSTEM_PACKAGES, split_run
from ..base.system import AptInstall, read_apt_install, runtime_install
from ..order.cache_order import manifest_copies
from .go_release import debian_release_of
from .shared import base_text, require_plain_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.command import Word
    from ....syntax.tree import Instruction

NAME = "multi-stage"
_RELEASES = ("bullseye", "bookworm", "trixie")
_BUILDING = frozenset(
    ("CGO_ENABLED", "GOOS", "GOARCH", "GOPROXY", "GOPRIVATE", "GOFLAGS", "GO111MODULE", "GOSUMDB", "GOPATH")
)
_STATIC = ("# the image has no C compiler: the program is made without C, and needs no C library", "ENV CGO_ENABLED=0")
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


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a Go image in a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _GoSplit(build, stage, context, checks).result())


class _GoSplit(StageRewrite):
    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.apt_installs: dict[int, AptInstall] = {}
        self.builder_runs: dict[int, Run] = {}
        self.download: Run | None = None
        self.compiled: Run | None = None
        self.binary = ""
        self.alpine = False
        self.runtime = ""
        self.folder = ""
        self.covered: list[CopyOrAdd] = []

    def result(self) -> tuple[str, list[Step]]:
        release, image = self._base()
        for instruction in self.stage.instructions:
            if isinstance(instruction, Onbuild | Shell | User):
                raise RewriteRejected(f"a stage with {instruction.name} cannot be split", instruction)
            if isinstance(instruction, Run):
                self._sort(instruction)
        compiled = self.compiled
        self.checks.require("one `go build` compiles the program", compiled, "no RUN runs `go build`")
        assert compiled is not None
        check_final_stage_runs(
            self.build, self.stage, self.context, self.builder_runs.keys() | self.apt_installs.keys(), compiled
        )
        self.folder = self.build.state(compiled).path(".") or ""
        workdir = any(isinstance(step, Workdir) and step.start < compiled.start for step in self.stage.instructions)
        self.checks.require(
            "WORKDIR is set before the build",
            workdir,
            "no WORKDIR is set before the build, so it runs in the base image's; set one",
            self.stage.from_,
        )
        self._starts()
        builder, final = self._builder(compiled, image), self._final(compiled, release)
        text = write_two_stages(self.build, self.stage, builder, final)
        steps = [
            Step("Compile in a separate stage", "keeps the Go toolchain and its caches out of the image"),
            base_image_step(
                self.runtime,
                "a program without cgo runs on any release"
                if self.alpine
                else "the release that the program is compiled on, with the same libc",
            ),
        ]
        return text, steps

    def _base(self) -> tuple[str, str]:
        ref, facts, base = self.stage.base_ref, self.stage.base_facts, self.stage.from_.base
        self.alpine = bool(ref and facts and facts.family == "alpine" and ref.tag)
        suite = (facts.suite or debian_release_of(ref.tag or "")) if ref and facts else ""
        known = self.alpine or (facts and facts.family == "debian" and suite in _RELEASES)
        self.checks.require(
            "the base image is an official Go image on Alpine or a known Debian release",
            known,
            f"`{base_text(self.stage)}` is not an official Go image on Alpine or a known Debian release",
            self.stage.from_,
        )
        assert ref is not None and facts is not None and suite is not None and base is not None
        require_plain_base(self.stage, self.checks)
        tag = ref.tag or "latest"
        if self.alpine:
            return self._on_alpine(suite.removeprefix("alpine"), tag, base.text)
        self.runtime = f"debian:{suite}-slim"
        if suite in tag:
            return suite, base.text
        # The pair must not drift apart when the tag moves to another release.
        return suite, f"{base.text.partition(':')[0]}:{suite if tag == 'latest' else f'{tag}-{suite}'}"

    def _on_alpine(self, release: str, tag: str, base: str) -> tuple[str, str]:
        """The release of Alpine (empty when it is not known), and the image to compile in, which is the one it was.

        Without a C compiler the program is compiled without cgo, so the release matters only to other commands.
        """
        runs = [step for step in self.stage.instructions if isinstance(step, Run)]
        for run in runs:
            calls = self.build.package_calls(run)
            if any(package.name in _COMPILERS for call in calls for package in call.packages):
                raise RewriteRejected(
                    "a C compiler is installed on Alpine, so the libraries that the program links to are unknown", run
                )
            if not release and any(call.manager.name != "go" for call in calls):
                raise RewriteRejected(f"the Alpine release of `{base}` is unknown; name it in the tag", run)
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
        self.checks.require(
            "cgo is not enabled", all(value == "0" for value in values), "`CGO_ENABLED` is set to a value other than 0"
        )
        # A tag that moves from release to release is answered by one that does.
        self.runtime = f"alpine:{release if release and tag.endswith(release) else '3'}"
        return release, base

    def _sort(self, run: Run) -> None:
        calls = self.build.package_calls(run)
        if self.alpine and calls and all(call.manager.ecosystem == "os" for call in calls):
            return
        if not any(call.manager.name == "go" or call.manager.ecosystem == "os" for call in calls):
            return
        found = split_run(self.build, run)
        system = [piece for piece in found if piece.kind == SYSTEM_PACKAGES]
        if system:
            self.apt_installs[id(run)] = read_apt_install(system, run)
        rest = [piece for piece in found if piece.kind != SYSTEM_PACKAGES]
        for piece in rest:
            call = piece.call
            if call is None or call.manager.name != "go":
                raise RewriteRejected(
                    f"`{piece.text[:60]}` is in the same RUN as the build; move it to a separate RUN", run
                )
            if call.path in ("mod download", "mod tidy", "mod verify", "mod vendor") or call.verb == "restore":
                if call.path == "mod download":
                    self.download = self.download or run
            elif call.path == "build":
                if self.compiled is not None:
                    raise RewriteRejected("`go build` runs more than once; only one program can be split off", run)
                self.compiled = run
                self.binary = self._output(run, piece.command.words)
            else:
                raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        if rest:
            self.builder_runs[id(run)] = run

    def _output(self, run: Run, words: Sequence[Word]) -> str:
        """The path of what `go build -o` writes; without `-o` the name of the module's last part."""
        values = [word.value for word in words]
        output = next((after for word, after in pairwise(values) if word == "-o"), "")
        packages = [word for word in values[2:] if word.startswith((".", "/")) and word != output]
        if not output:
            folder = self.build.state(run).path(".") or ""
            module = context_path(self.build, self.stage, self.context, posixpath.join(folder, "go.mod"))
            first = (
                (read_context_file(self.context, module) or "").partition("module ")[2].split("\n")[0].strip()
                if module
                else ""
            )
            if packages not in ([], ["."], ["./"]) or not first:
                raise RewriteRejected(
                    "`go build` has no `-o` option and the name of its output is unknown; add `-o`", run
                )
            output = first.rpartition("/")[2]
        path = self.build.state(run).path(output)
        if path is None or "$" in output or output.endswith("/"):
            raise RewriteRejected(
                "the output path of `go build` is unknown; use `-o` with the path of a file, without variables", run
            )
        return path

    def _starts(self) -> None:
        """What is started is what was compiled, or a script that is copied."""
        for instruction in self.stage.instructions:
            if isinstance(instruction, Cmd | Entrypoint):
                for command in self.build.commands(instruction):
                    if command.name in ("go", "gofmt") or command.name in FULL_IMAGE_PROGRAMS:
                        raise RewriteRejected(
                            f"the image starts `{command.name}`, which only the full base image contains", instruction
                        )
        started = [
            self.build.state(instruction).path(command.words[0].value)
            for instruction in self.stage.instructions
            if isinstance(instruction, Cmd | Entrypoint)
            for command in self.build.commands(instruction)[:1]
            if command.words
        ]
        self.checks.require(
            "the image starts the compiled program",
            self.binary in started,
            "neither CMD nor ENTRYPOINT starts the compiled program",
        )

    def _builder(self, compiled: Run, image: str) -> list[str]:
        build, stage = self.build, self.stage
        lines = [from_instruction(stage, image, "build")]
        if self.alpine and not any("CGO_ENABLED" in step.arguments_text for step in stage.instructions):
            lines += _STATIC
        early = self._manifests(compiled)
        waiting: list[str] = []
        for instruction in stage.instructions:
            if instruction.start > compiled.start:
                break
            system = self.apt_installs.get(id(instruction))
            if system is not None and system.packages:
                lines += [*leading_comments(build, instruction), system.line(system.packages)]
            if (
                isinstance(instruction, Env) and any(pair.key.text in _BUILDING for pair in instruction.pairs)
            ) or isinstance(instruction, Arg | Workdir):
                lines.append(instruction_text(build, instruction))
            elif isinstance(instruction, CopyOrAdd) and instruction not in self.covered:
                (waiting if early else lines).append(instruction_with_comments(build, instruction))
            elif self.alpine and isinstance(instruction, Run) and self._installs(instruction):
                lines.append(instruction_text(build, instruction))
            elif id(instruction) in self.builder_runs:
                assert isinstance(instruction, Run)
                if early:
                    download = self._text(instruction) if instruction is self.download else "RUN go mod download"
                    lines += [*early, download, _STANDARD, f"RUN {self._standard(compiled)}", *waiting]
                    early, waiting = [], []
                    if instruction is self.download:
                        continue
                lines.append(self._text(instruction))
        return lines

    def _installs(self, run: Run) -> bool:
        """Whether a RUN, which the final stage keeps, installs what the build may need too (git, make)."""
        return id(run) not in self.builder_runs and any(
            call.manager.ecosystem == "os" for call in self.build.package_calls(run)
        )

    def _standard(self, compiled: Run) -> str:
        """The command that compiles the standard library as the program's build does, so that it stays in the cache."""
        call = next(call for call in self.build.package_calls(compiled) if call.path == "build")
        words = [f"{name}={word.text}" for name, word in call.command.assignments]
        words += ["go", "build"]
        values = [word.text for word in call.command.words]
        for word, after in pairwise([*values, ""]):
            if word in ("-trimpath", "-race", "-msan", "-asan") or word.startswith(("-tags=", "-gcflags=all=")):
                words.append(word)
            elif word == "-tags":
                words += [word, after]
        return " ".join([*words, "std"])

    def _text(self, run: Run) -> str:
        if id(run) not in self.apt_installs:
            return instruction_with_comments(self.build, run)
        system = self.apt_installs[id(run)]
        line = run_instruction([piece.text for piece in split_run(self.build, run) if piece.kind != SYSTEM_PACKAGES])
        return line if system.packages else "\n".join([*leading_comments(self.build, run), line])

    def _manifests(self, compiled: Run) -> list[str]:
        """COPYs of go.mod and go.sum; empty when the modules need more of the project, or there are none."""
        module = context_path(self.build, self.stage, self.context, posixpath.join(self.folder, "go.mod"))
        if module is None:
            return []
        text = read_context_file(self.context, module) or ""
        beside = posixpath.dirname(module)
        if (
            "=> ." in text
            or "=> /" in text
            or self.context.includes(posixpath.join(beside, "vendor"))
            or self.context.includes(posixpath.join(beside, "go.work"))
        ):
            return []
        names = [module, *(name for name in (posixpath.join(beside, "go.sum"),) if self.context.includes(name))]
        try:
            lines, self.covered = manifest_copies(self.build, self.stage, self.context, names, compiled)
            return lines
        except RewriteRejected:
            return []

    def _final(self, compiled: Run, release: str) -> list[str]:
        build, stage = self.build, self.stage
        lines = [from_instruction(stage, self.runtime)]
        brought = self.alpine
        copied = [_ZONES] if self.alpine else []
        for instruction in stage.instructions:
            early = isinstance(instruction, CopyOrAdd) and instruction.flag("from") is None
            if not brought and (early or id(instruction) in self.builder_runs or id(instruction) in self.apt_installs):
                packages = self._packages(release, compiled)
                lines += [packages] if packages else []
                copied = [] if packages else [_CERTIFICATES, _ZONES]
                brought = True
            if instruction is compiled:
                inside = (self.binary + "/").startswith(self.folder.rstrip("/") + "/")
                paths = [self.folder] if inside or self._copied_inside() else []
                paths += [] if inside else [self.binary]
                lines += [f"COPY --from=build {path} {path}" for path in paths]
                if copied:
                    lines.append(_TRUSTED if _CERTIFICATES in copied else _LOOKED_FOR)
                    lines += [f"COPY --from=build {path} {path}" for path in copied]
                continue
            if id(instruction) in self.builder_runs or id(instruction) in self.apt_installs:
                continue
            if early and instruction.start < compiled.start and self._is_inside(instruction):
                continue
            lines.append(instruction_with_comments(build, instruction))
        return lines

    def _copied_inside(self) -> bool:
        return any(self._is_inside(step) for step in self.stage.instructions if isinstance(step, CopyOrAdd))

    def _is_inside(self, copy: Instruction) -> bool:
        """Whether all that the copy brings lies in the folder of the build, which the final stage gets whole."""
        mine = [place for place in context_copies(self.build, self.stage, self.context) if place.instruction is copy]
        if copy.flag("chown") or copy.flag("chmod"):
            raise RewriteRejected("the source is copied with another owner or mode, which the split would lose", copy)
        inside = self.folder.rstrip("/") + "/"
        return bool(mine) and all((place.target.rstrip("/") + "/").startswith(inside) for place in mine)

    def _packages(self, release: str, compiled: Run) -> str:
        """The RUN that installs what the final stage needs; empty where files of the builder are enough."""
        words = runtime_install(self.stage.instructions, self.apt_installs, release).packages
        kept = [
            step
            for step in self.stage.instructions
            if id(step) not in self.builder_runs and id(step) not in self.apt_installs
        ]
        extra = ProgramUsage(self.build, self.stage, self.context, kept).packages()
        if "build-essential" in extra:
            raise RewriteRejected("the final image runs a compiler")
        # A program that was compiled with -trimpath does not know where Go's own time zones are.
        alone = not words and not extra and "-trimpath" not in compiled.arguments_text
        return "" if alone else AptInstall().line([*_ALWAYS, *words, *extra])
