"""The .NET platform: published with the SDK, run on the runtime of the same version and system."""

from __future__ import annotations

import re

from ....syntax.tree import Arg, Cmd, Copy, CopyOrAdd, Entrypoint, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import from_instruction, instruction_text, instruction_with_comments, write_two_stages
from ..base.copies import read_context_file
from ..base.programs import require_start_command
from ..base.rewrite import Preconditions, RewriteOutcome, RewriteRejected, Step, base_image_step, run_rewrite
from ..base.system import runtime_install
from ..split.stage_facts import (
    NAME,
    base_text,
    copy_from_build,
    is_copied_again,
    overwritten_path,
    reject_instruction,
    require_workdir,
)
from .compiled import CompiledSplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.run_steps import RunCommand

_SDK = re.compile(r"(mcr\.microsoft\.com/dotnet/(?:core/)?)sdk:(\d+\.\d+)(?:\.\d+)?((?:-[a-z]+)*)$")
_SYSTEMS = {
    "": None, "-bookworm-slim": "bookworm", "-bullseye-slim": "bullseye", "-buster-slim": None, "-jammy": None,
    "-focal": None, "-noble": None,
}  # fmt: skip
"""Systems whose runtime image differs from the SDK image only in packages, and their Debian release."""
_WEB = re.compile(r'Sdk="Microsoft\.NET\.Sdk\.(Web|Razor|BlazorWebAssembly)"|Microsoft\.AspNetCore')
_WITHOUT_WEB = re.compile(r'Sdk="Microsoft\.NET\.Sdk(\.Worker)?"')
_STEPS = ("restore", "build", "publish", "test")


def uses_dotnet_sdk(stage: Stage) -> bool:
    """Whether the base image of a stage is an image of the .NET SDK."""
    return re.match(r"mcr\.microsoft\.com/dotnet/(core/)?sdk\b", base_text(stage)) is not None


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a .NET image into a builder and a runtime."""
    return run_rewrite(NAME, lambda checks: _DotnetSplit(build, stage, context, checks).result())


class _DotnetSplit(CompiledSplit):
    """A stage that publishes a .NET program.

    `compiled` is the RUN with `dotnet publish`.
    `output`: the directory that it writes to
    """

    manager = "dotnet"

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.output = ""

    def result(self) -> tuple[str, list[Step]]:
        """The new file and the steps to it. Raises RewriteRejected."""
        runtime, release = self._runtime()
        require_start_command(self.build, self.stage)
        for instruction in self.stage.instructions:
            reject_instruction(instruction, (Onbuild, Shell, User))
            if instruction.flag("from") is not None:
                raise RewriteRejected("a stage with COPY --from cannot be split", instruction)
            if isinstance(instruction, Run):
                self.sort_run(instruction)
        published = self.require_compiled("`dotnet publish` builds the program", "no RUN runs `dotnet publish`")
        require_workdir(self.stage, published, self.checks, self.stage.from_)
        self._require_start()
        overwritten = overwritten_path(self.build, self.stage, self.context, self.output)
        if overwritten:
            raise RewriteRejected(
                f"`{overwritten}` in the build context would overwrite the published program; add it to .dockerignore",
                published,
            )
        builder, final = self._builder(published), self._final(runtime, release, published)
        return write_two_stages(self.build, self.stage, builder, final), [
            Step("Publish in a separate stage", "keeps the SDK, packages and intermediate files out of the image"),
            base_image_step(runtime, "the runtime of the same version and system"),
        ]

    def _runtime(self) -> tuple[str, str | None]:
        """The runtime image for the SDK image, and its Debian release; None when it is not on Debian."""
        base = base_text(self.stage)
        match = _SDK.match(base)
        self.checks.require(
            "the base image is a .NET SDK image with a known runtime image",
            match and match[3] in _SYSTEMS,
            f"no runtime image of the same version and system is known for `{base}`",
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

    def take(self, run: Run, command: RunCommand) -> None:
        call = command.call
        if call is None or call.manager.name != "dotnet" or call.uncertain or call.path not in _STEPS:
            raise RewriteRejected(f"the effect of `{command.text[:60]}` is unknown", run)
        if call.path != "publish":
            return
        if self.compiled is not None:
            raise RewriteRejected("`dotnet publish` runs more than once; only one program can be split off", run)
        self.compiled = run
        given = call.value("-o", "--output") or next(
            (word.value[3:] for word in call.command.args if word.value.startswith(("-o:", "/o:"))), ""
        )
        path = self.build.state(run).path(given) if given and "$" not in given else None
        if path is None:
            raise RewriteRejected(
                "`dotnet publish` has no output directory, or one with variables; add `-o <directory>`", run
            )
        self.output = path.rstrip("/")

    def _require_start(self) -> None:
        """Raise RewriteRejected when the image does not start what is published."""
        found = False
        for instruction in self.stage.instructions:
            if not isinstance(instruction, Cmd | Entrypoint):
                continue
            for command in self.build.commands(instruction):
                words = [word.value for word in command.words]
                program = words[0] if words else ""
                if command.name == "dotnet":
                    program = words[1] if len(words) > 1 else program
                    if not program.endswith(".dll"):
                        raise RewriteRejected(f"`{' '.join(words)[:60]}` needs the SDK", instruction)
                path = self.build.state(instruction).path(program) or ""
                found = found or path.startswith(self.output + "/")
        self.checks.require(
            "the image starts the published program", found, "neither CMD nor ENTRYPOINT starts the published program"
        )

    def _builder(self, published: Run) -> list[str]:
        lines = [from_instruction(self.stage, name="build")]
        for instruction in self.stage.instructions:
            if instruction.start > published.start:
                break
            lines += self.system_packages(instruction)
            if isinstance(instruction, Env | Arg | Workdir | CopyOrAdd):
                # The final stage keeps the comments of what it keeps.
                text = instruction_with_comments if self._is_dropped(instruction) else instruction_text
                lines.append(text(self.build, instruction))
            elif isinstance(instruction, Run) and id(instruction) in self.builder_runs:
                lines.append(self.moved_run(instruction))
        return lines

    def _is_dropped(self, instruction: Instruction) -> bool:
        """Whether the final stage does not need a COPY: a later one copies the same files."""
        return isinstance(instruction, Copy) and is_copied_again(self.build, self.stage, self.context, instruction)

    def _final(self, runtime: str, release: str | None, published: Run) -> list[str]:
        lines = [from_instruction(self.stage, runtime)]
        packages = self._packages(release)
        for instruction in self.stage.instructions:
            if packages and (id(instruction) in self.apt_installs or isinstance(instruction, CopyOrAdd | Run)):
                lines.append(packages)
                packages = ""
            if instruction is published:
                lines += copy_from_build(self.output)
            if not self.is_moved(instruction) and not self._is_dropped(instruction):
                lines.append(instruction_with_comments(self.build, instruction))
        return lines

    def _packages(self, release: str | None) -> str:
        """The RUN that installs what the final stage needs; "" for none."""
        install = runtime_install(self.stage.instructions, self.apt_installs, release)
        uses = self.final_programs()
        extra = uses.packages()
        if "build-essential" in extra or "pwsh" in uses.programs or "node" in uses.programs:
            raise RewriteRejected("the final image runs programs that only the SDK image contains")
        return install.line([*install.packages, *extra])
