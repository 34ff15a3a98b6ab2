"""The .NET platform: published with the SDK, run on the runtime of the same version and system."""

from __future__ import annotations

import posixpath
import re

from ....syntax.tree import Arg, Cmd, Copy, CopyOrAdd, Entrypoint, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import (
    from_instruction,
    instruction_text,
    instruction_with_comments,
    leading_comments,
    run_instruction,
    write_two_stages,
)
from ..base.copies import context_copies, read_context_file
from ..base.programs import ProgramUsage, check_final_stage_runs, require_start_command
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
from .shared import base_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ..base.run_steps import RunCommand

NAME = "multi-stage"
_SDK = re.compile(r"(mcr\.microsoft\.com/dotnet/(?:core/)?)sdk:(\d+\.\d+)(?:\.\d+)?((?:-[a-z]+)*)$")
_SYSTEMS = {
    "": None, "-bookworm-slim": "bookworm", "-bullseye-slim": "bullseye", "-buster-slim": None, "-jammy": None,
    "-focal": None, "-noble": None,
}  # fmt: skip
"""Systems whose runtime differs from the SDK in packages alone, and their release of Debian."""
_WEB = re.compile(r'Sdk="Microsoft\.NET\.Sdk\.(Web|Razor|BlazorWebAssembly)"|Microsoft\.AspNetCore')
_WITHOUT_WEB = re.compile(r'Sdk="Microsoft\.NET\.Sdk(\.Worker)?"')
_STEPS = ("restore", "build", "publish", "test")


def uses_dotnet_sdk(stage: Stage) -> bool:
    """Whether the stage stands on an image of the .NET SDK."""
    base = stage.from_.base.text if stage.from_.base else ""
    return re.match(r"mcr\.microsoft\.com/dotnet/(core/)?sdk\b", base) is not None


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a .NET image in a builder and a runtime."""
    return run_rewrite(NAME, lambda checks: _DotnetSplit(build, stage, context, checks).result())


class _DotnetSplit(StageRewrite):
    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.apt_installs: dict[int, AptInstall] = {}
        self.builder_runs: dict[int, list[RunCommand]] = {}
        self.published: Run | None = None
        self.output = ""

    def result(self) -> tuple[str, list[Step]]:
        runtime, release = self._base()
        require_start_command(self.build, self.stage)
        for instruction in self.stage.instructions:
            if isinstance(instruction, Onbuild | Shell | User):
                raise RewriteRejected(f"a stage with {instruction.name} cannot be split", instruction)
            if instruction.flag("from") is not None:
                raise RewriteRejected("a stage with COPY --from cannot be split", instruction)
            if isinstance(instruction, Run):
                self._sort(instruction)
        published = self.published
        self.checks.require("`dotnet publish` builds the program", published, "no RUN runs `dotnet publish`")
        assert published is not None
        check_final_stage_runs(
            self.build, self.stage, self.context, self.builder_runs.keys() | self.apt_installs.keys(), published
        )
        workdir = any(isinstance(step, Workdir) and step.start < published.start for step in self.stage.instructions)
        self.checks.require(
            "WORKDIR is set before the build", workdir, "no WORKDIR is set before the build; set one", self.stage.from_
        )
        self._starts()
        self._not_covered(published)
        builder, final = self._builder(published), self._final(runtime, release, published)
        return write_two_stages(self.build, self.stage, builder, final), [
            Step("Publish in a separate stage", "keeps the SDK, packages and intermediate files out of the image"),
            base_image_step(runtime, "the runtime of the same version and system"),
        ]

    def _base(self) -> tuple[str, str | None]:
        base = self.stage.from_.base
        match = _SDK.match(base.text if base else "")
        self.checks.require(
            "the base image is a .NET SDK image with a known runtime image",
            match and match[3] in _SYSTEMS,
            f"no runtime image of the same version and system is known for `{base_text(self.stage)}`",
            self.stage.from_,
        )
        assert match is not None
        names = [name for name in self.context.files() if name.endswith((".csproj", ".fsproj", ".vbproj"))]
        texts = [read_context_file(self.context, name) or "" for name in names]
        self.checks.require(
            "the build context contains a project file", texts, "the build context has no .NET project file"
        )
        plain = all(_WITHOUT_WEB.search(text) and not _WEB.search(text) for text in texts)
        image = "runtime" if plain else "aspnet"
        return f"{match[1]}{image}:{match[2]}{match[3]}", _SYSTEMS[match[3]]

    def _sort(self, run: Run) -> None:
        calls = self.build.package_calls(run)
        if not any(call.manager.name == "dotnet" or call.manager.ecosystem == "os" for call in calls):
            return
        found = split_run(self.build, run)
        system = [piece for piece in found if piece.kind == SYSTEM_PACKAGES]
        if system:
            self.apt_installs[id(run)] = read_apt_install(system, run)
        rest = [piece for piece in found if piece.kind != SYSTEM_PACKAGES]
        for piece in rest:
            self._take(run, piece)
        if rest:
            self.builder_runs[id(run)] = rest

    def _take(self, run: Run, piece: RunCommand) -> None:
        call = piece.call
        if call is None or call.manager.name != "dotnet" or call.uncertain or call.path not in _STEPS:
            raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        if call.path != "publish":
            return
        if self.published is not None:
            raise RewriteRejected("`dotnet publish` runs more than once; only one program can be split off", run)
        self.published = run
        given = call.value("-o", "--output") or next(
            (word.value[3:] for word in call.command.args if word.value.startswith(("-o:", "/o:"))), ""
        )
        path = self.build.state(run).path(given) if given and "$" not in given else None
        if path is None:
            raise RewriteRejected(
                "`dotnet publish` has no output directory, or one with variables; add `-o <directory>`", run
            )
        self.output = path.rstrip("/")

    def _starts(self) -> None:
        """What is started lies where it was published."""
        found = False
        for instruction in self.stage.instructions:
            if not isinstance(instruction, Cmd | Entrypoint):
                continue
            for command in self.build.commands(instruction):
                words = [word.value for word in command.words]
                program = words[1] if command.name == "dotnet" and len(words) > 1 else words[0] if words else ""
                if command.name == "dotnet" and not program.endswith(".dll"):
                    raise RewriteRejected(f"`{' '.join(words)[:60]}` needs the SDK", instruction)
                path = self.build.state(instruction).path(program) or ""
                found = found or path.startswith(self.output + "/")
        self.checks.require(
            "the image starts the published program", found, "neither CMD nor ENTRYPOINT starts the published program"
        )

    def _not_covered(self, published: Run) -> None:
        for place in context_copies(self.build, self.stage, self.context):
            lies = posixpath.relpath(self.output, place.target)
            inside = posixpath.normpath(posixpath.join(place.source, lies))
            if (
                place.folder
                and not lies.startswith("..")
                and any(name.startswith(inside + "/") for name in self.context.files())
            ):
                raise RewriteRejected(
                    f"`{inside}` in the build context would overwrite the published program; add it to .dockerignore",
                    published,
                )

    def _builder(self, published: Run) -> list[str]:
        build = self.build
        lines = [from_instruction(self.stage, name="build")]
        for instruction in self.stage.instructions:
            if instruction.start > published.start:
                break
            system = self.apt_installs.get(id(instruction))
            if system is not None and system.packages:
                lines += [*leading_comments(build, instruction), system.line(system.packages)]
            if isinstance(instruction, Env | Arg | Workdir | CopyOrAdd):
                lines.append(
                    (instruction_with_comments if self._dropped(instruction) else instruction_text)(build, instruction)
                )
            elif id(instruction) in self.builder_runs:
                assert isinstance(instruction, Run)
                if system is None:
                    lines.append(instruction_with_comments(build, instruction))
                else:
                    comments = [] if system.packages else leading_comments(build, instruction)
                    lines += [*comments, run_instruction([piece.text for piece in self.builder_runs[id(instruction)]])]
        return lines

    def _dropped(self, instruction: object) -> bool:
        """Whether a COPY brings projects alone, which a later one brings too, or which no program reads."""
        if not isinstance(instruction, Copy):
            return False
        everything = list(context_copies(self.build, self.stage, self.context))
        mine = [place for place in everything if place.instruction is instruction]
        later = [place for place in everything if place.instruction.start > instruction.start and place.folder]
        return bool(mine) and all(
            not place.folder and any(other.source_of(place.target) == place.source for other in later) for place in mine
        )

    def _final(self, runtime: str, release: str | None, published: Run) -> list[str]:
        build = self.build
        lines = [from_instruction(self.stage, runtime)]
        packages = self._packages(release)
        for instruction in self.stage.instructions:
            if packages and (id(instruction) in self.apt_installs or isinstance(instruction, CopyOrAdd | Run)):
                lines.append(packages)
                packages = ""
            if instruction is published:
                lines.append(f"COPY --from=build {self.output} {self.output}")
            if (
                id(instruction) in self.builder_runs
                or id(instruction) in self.apt_installs
                or self._dropped(instruction)
            ):
                continue
            lines.append(instruction_with_comments(build, instruction))
        return lines

    def _packages(self, release: str | None) -> str:
        install = runtime_install(self.stage.instructions, self.apt_installs, release)
        kept = [
            step
            for step in self.stage.instructions
            if id(step) not in self.builder_runs and id(step) not in self.apt_installs
        ]
        uses = ProgramUsage(build=self.build, stage=self.stage, context=self.context, kept=kept)
        extra = uses.packages()
        if "build-essential" in extra or "pwsh" in uses.programs or "node" in uses.programs:
            raise RewriteRejected("the final image runs programs that only the SDK image contains")
        return install.line([*install.packages, *extra])
