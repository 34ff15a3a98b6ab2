"""The .NET platform: published with the SDK, run on the runtime of the same version and system."""

from __future__ import annotations

import posixpath
import re

from ....syntax.tree import Onbuild, Run, Shell, User
from ..base.copies import read_context_file
from ..base.rewrite import RewriteRejected
from ..base.stage_facts import base_text, overwritten_path, require_workdir
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import Artifact, Place, RuntimePackage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions, Step
    from ..base.run_steps import RunCommand
    from ..split.plan import Entry

_SDK = re.compile(r"(mcr\.microsoft\.com/dotnet/(?:core/)?)sdk:(\d+\.\d+)(?:\.\d+)?((?:-[a-z]+)*)$")
_SYSTEMS = {
    "": None, "-bookworm-slim": "bookworm", "-bullseye-slim": "bullseye", "-buster-slim": None, "-jammy": None,
    "-focal": None, "-noble": None,
}  # fmt: skip
"""Systems whose runtime image differs from the SDK image only in packages, and their Debian release."""
_WEB = re.compile(r'Sdk="Microsoft\.NET\.Sdk\.(Web|Razor|BlazorWebAssembly)"|Microsoft\.AspNetCore')
_WITHOUT_WEB = re.compile(r'Sdk="Microsoft\.NET\.Sdk(\.Worker)?"')
_STEPS = ("restore", "build", "publish", "test")
_PROGRAMS_OF_SDK = ("pwsh", "node")


def uses_dotnet_sdk(stage: Stage) -> bool:
    """Whether the base image of a stage is an image of the .NET SDK."""
    return re.match(r"mcr\.microsoft\.com/dotnet/(core/)?sdk\b", base_text(stage)) is not None


class DotnetStack(LanguageStack):
    """A stage that publishes a .NET program: `install` is the RUN with `dotnet publish`.

    `output`: the directory that it writes to
    """

    title = "Publish in a separate stage"
    why = "keeps the SDK, packages and intermediate files out of the image"
    rejected = (Onbuild, Shell, User)

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.compiles = True
        self.output = ""

    def choose_bases(self) -> Bases:
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
        runtime = f"{match[1]}{'runtime' if plain else 'aspnet'}:{match[2]}{match[3]}"
        return Bases("", runtime, _SYSTEMS[match[3]], "the runtime of the same version and system")

    def is_split(self, run: Run) -> bool:
        calls = self.build.package_calls(run)
        return any(call.manager.name == "dotnet" or call.manager.ecosystem == "os" for call in calls)

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        call = command.call
        if call is None or call.manager.name != "dotnet" or call.uncertain or call.path not in _STEPS:
            raise RewriteRejected(f"the effect of `{command.text[:60]}` is unknown", run)
        if call.path != "publish":
            return Place.BUILDER, "prepares the published program"
        if self.install is not None:
            raise RewriteRejected("`dotnet publish` runs more than once; only one program can be split off", run)
        self.install = run
        given = call.value("-o", "--output") or next(
            (word.value[3:] for word in call.command.args if word.value.startswith(("-o:", "/o:"))), ""
        )
        path = self.build.state(run).path(given) if given and "$" not in given else None
        if path is None:
            raise RewriteRejected(
                "`dotnet publish` has no output directory, or one with variables; add `-o <directory>`", run
            )
        self.output = path.rstrip("/")
        return Place.BUILDER, "publishes the program"

    def resolve(self) -> list[Step]:
        self.reject_copies_from_stages()
        self.checks.require("`dotnet publish` builds the program", self.install, "no RUN runs `dotnet publish`")
        assert self.install is not None
        require_workdir(self.stage, self.install, self.checks, self.stage.from_)
        self._require_start()
        overwritten = overwritten_path(self.build, self.stage, self.context, self.output)
        if overwritten:
            raise RewriteRejected(
                f"`{overwritten}` in the build context would overwrite the published program; add it to .dockerignore",
                self.install,
            )
        return []

    def _require_start(self) -> None:
        """Raise RewriteRejected when the image does not start what is published."""
        found = False
        for words in self.started.lines:
            program = words[0]
            if posixpath.basename(program) == "dotnet":
                program = words[1] if len(words) > 1 else program
                if not program.endswith(".dll"):
                    raise RewriteRejected(f"`{' '.join(words)[:60]}` needs the SDK", self.started.programs["dotnet"])
            found = found or self.started_path(program).startswith(self.output + "/")
        self.checks.require(
            "the image starts the published program", found, "neither CMD nor ENTRYPOINT starts the published program"
        )

    def runtime_packages(self) -> Iterable[RuntimePackage]:
        uses = self.programs()
        packages = uses.packages()
        if "build-essential" in packages or any(name in uses.programs for name in _PROGRAMS_OF_SDK):
            raise RewriteRejected("the final image runs programs that only the SDK image contains")
        return [RuntimePackage(name, f"`{program}`") for name, program in packages.items()]

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.install is not None
        return [(self.install, Artifact(self.output, "the published program"))]
