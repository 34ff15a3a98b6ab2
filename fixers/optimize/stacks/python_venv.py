"""Python with a virtual environment that the file makes itself: it is made in a builder, and copied as it is."""

from __future__ import annotations

import posixpath

from ....model.python_app import PythonApp
from ....syntax.tree import Run
from ..base.copies import context_copies
from ..base.programs import ProgramUsage, check_final_stage_runs, require_no_compiler_at_start
from ..base.rewrite import (
    Preconditions,
    RewriteOutcome,
    RewriteRejected,
    StageRewrite,
    Step,
    run_rewrite,
    slim_base_step,
)
from ..manifests.requirements import Requirements, normalize_name
from .python import (
    BASE_IMAGE_LIBRARIES,
    RUNTIME_VARIABLES,
    collect_requirements,
    copies_uv,
    native_libraries,
    python_base,
)
from .stage_split import StageSplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.command import Command
    from ..base.run_steps import RunCommand

NAME = "multi-stage"
_TOOLS = frozenset(("pip", "setuptools", "uv", "virtualenv", "wheel"))
_BARRED = ("--user", "--target", "-t", "--prefix", "--root", "--system", "--src")


def _made(command: Command) -> str | None:
    """The folder of the environment that a command makes, as it is written; None for another command."""
    words = [word.value for word in command.words]
    if command.name.startswith("python") and words[1:3] == ["-m", "venv"]:
        rest = words[3:]
    elif command.name == "virtualenv":
        rest = words[1:]
    elif words[:2] == ["uv", "venv"]:
        rest = words[2:] or [".venv"]
    else:
        return None
    return rest[0] if len(rest) == 1 and not rest[0].startswith("-") else ""


def creates_venv(build: Build, stage: Stage) -> bool:
    """Whether a RUN of the stage makes a virtual environment."""
    return any(
        _made(command) is not None
        for run in stage.instructions
        if isinstance(run, Run)
        for command in build.commands(run)
    )


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a Python image that makes a virtual environment."""
    return run_rewrite(NAME, lambda checks: _VenvSplit(build, stage, context, checks).result())


class _VenvSplit(StageRewrite):
    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.stage_split = StageSplit(build, stage, context)
        self.stage_split.runtime_variables = RUNTIME_VARIABLES
        self.requirements = Requirements()
        self.folder = ""

    def result(self) -> tuple[str, list[Step]]:
        slim, small, release, _ = python_base(self.stage, self.checks)
        parting = self.stage_split
        for instruction in self.stage.instructions:
            if copies_uv(instruction):
                parting.builder_only.append(instruction)
            if isinstance(instruction, Run):
                self._sort(instruction)
        install = parting.install
        self.checks.require(
            "packages are installed into the virtual environment",
            install,
            "no RUN installs packages into the virtual environment",
        )
        assert install is not None
        parting.check()
        parting.manifests = self.requirements.files
        kept = parting.final_instructions()
        moved = parting.builder_runs.keys() | parting.apt_installs.keys()
        check_final_stage_runs(self.build, self.stage, self.context, moved, install, builds=False)
        uses = ProgramUsage(self.build, self.stage, self.context, kept)
        self.checks.require(
            "uv is only used to install",
            "uv" not in uses.programs,
            "uv runs in the final image",
            uses.programs.get("uv"),
        )
        native = native_libraries(self.requirements, release, self.checks)
        app = PythonApp(self.context, [place.source for place in context_copies(self.build, self.stage, self.context)])
        extra = uses.packages_with(app.programs)
        require_no_compiler_at_start(extra, self.checks)
        if small and not any(system.has_build_packages for system in parting.apt_installs.values()):
            raise RewriteRejected(
                "the base image is already slim and no compilers are installed, so a second stage saves nothing"
            )
        parting.builder_packages = lambda system: system.needed_in_builder(full=bool(slim))
        covered = parting.overwritten_path(self.folder)
        if covered:
            raise RewriteRejected(
                f"`{covered}` in the build context would overwrite the virtual environment; add it to .dockerignore",
                install,
            )
        parting.packages = parting.runtime_packages(release, [*native, *(extra if slim else ())], BASE_IMAGE_LIBRARIES)
        parting.copy_lines = [f"COPY --from=build {self.folder} {self.folder}"]
        parting.runtime = slim.text if slim else ""
        why = "keeps compilers, headers and caches out of the image"
        steps = [Step("Create the virtual environment in a separate stage", why)]
        if slim:
            steps.append(slim_base_step(slim.text))
        return parting.text(), steps

    def _sort(self, run: Run) -> None:
        calls = [call for call in self.build.package_calls(run) if call.manager.ecosystem in ("os", "python")]
        if not calls and all(_made(command) is None for command in self.build.commands(run)):
            return
        for piece in self.stage_split.sort_run(run):
            self._take(run, piece)

    def _take(self, run: Run, piece: RunCommand) -> None:
        folder = _made(piece.command)
        if folder is not None:
            path = self.build.state(run).path(folder) if folder else None
            if path is None or self.folder:
                raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
            self.folder = path.rstrip("/")
        elif piece.call is None:
            if piece.command.name == "rm" and "/.cache" in piece.text:
                return
            raise RewriteRejected(
                f"`{piece.text[:60]}` is in the same RUN as an install; move it to a separate RUN", run
            )
        elif piece.call.verb == "clean":
            return
        elif piece.call.verb != "config":
            self._install(run, piece, piece.call)
        self.stage_split.builder_runs[id(run)].append(piece)

    def _install(self, run: Run, piece: RunCommand, call: PackageCall) -> None:
        known = call.manager.name == "pip" or call.path == "pip install"
        if not known or call.verb != "install" or call.uncertain or any(call.has(flag) for flag in _BARRED):
            raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        if self.folder and self._is_inside(run, piece, call):
            collect_requirements(self.build, self.stage, self.context, run, piece, self.requirements)
            read = call.requirements and not (self.stage_split.install and self.requirements.files)
            if self.stage_split.install is None or read:
                self.stage_split.install = run
        elif call.requirements or not {normalize_name(package.name) for package in call.packages} <= _TOOLS:
            raise RewriteRejected(f"`{piece.text[:60]}` installs outside the virtual environment", run)

    def _is_inside(self, run: Run, piece: RunCommand, call: PackageCall) -> bool:
        """Whether an install goes to the environment: by its program, by PATH, or as uv looks for one."""
        program = piece.command.words[0].value
        env = self.build.state(run).vars
        if "/" in program:
            path = self.build.state(run).path(program) or ""
            return posixpath.dirname(path) == f"{self.folder}/bin"
        if call.manager.name == "uv" and call.value("-p", "--python") is None:
            active = env.get("VIRTUAL_ENV")
            return (active or self.build.state(run).path(".venv")) == self.folder
        return call.manager.name == "pip" and env.get("PATH", "").startswith(f"{self.folder}/bin:")
