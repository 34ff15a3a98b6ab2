"""Python with a virtual environment that the file creates: it is created in a builder, and copied as it is."""

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
from ..split.stage_facts import NAME, copy_from_build
from .python import (
    BASE_IMAGE_LIBRARIES,
    RUNTIME_VARIABLES,
    collect_requirements,
    copies_uv,
    native_libraries,
    python_base,
    require_parsed,
)
from .stage_split import StageSplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.command import Command
    from ..base.run_steps import RunCommand

_TOOLS = frozenset(("pip", "setuptools", "uv", "virtualenv", "wheel"))
_OTHER_LOCATION = ("--user", "--target", "-t", "--prefix", "--root", "--system", "--src")
"""Options with which packages do not go to the environment as usual."""


def _created(command: Command) -> str | None:
    """The directory of the environment that a command creates, as written; "" if unknown, None for another command."""
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
    """Whether a RUN of the stage creates a virtual environment."""
    return any(
        _created(command) is not None
        for run in stage.instructions
        if isinstance(run, Run)
        for command in build.commands(run)
    )


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a Python image that creates a virtual environment."""
    return run_rewrite(NAME, lambda checks: _VenvSplit(build, stage, context, checks).result())


class _VenvSplit(StageRewrite):
    """A stage that creates a virtual environment and installs into it.

    `stage_split`: the instructions, sorted
    `requirements`: what is installed into the environment
    `environment`: the directory of the environment
    """

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.stage_split = StageSplit(build, stage, context)
        self.stage_split.runtime_variables = RUNTIME_VARIABLES
        self.requirements = Requirements()
        self.environment = ""

    def result(self) -> tuple[str, list[Step]]:
        """The new file and the steps to it. Raises RewriteRejected."""
        slim, small, release, _ = python_base(self.stage, self.checks)
        split = self.stage_split
        for instruction in self.stage.instructions:
            if copies_uv(instruction):
                split.builder_only.append(instruction)
            if isinstance(instruction, Run):
                self._sort(instruction)
        install = self._check()
        uses = ProgramUsage(self.build, self.stage, self.context, split.final_instructions())
        self.checks.require(
            "uv is only used to install",
            "uv" not in uses.programs,
            "uv runs in the final image",
            uses.programs.get("uv"),
        )
        native = native_libraries(self.requirements, release, self.checks)
        app = PythonApp(self.context, [place.source for place in context_copies(self.build, self.stage, self.context)])
        require_parsed(app, self.checks)
        extra = uses.packages_with(app.programs)
        require_no_compiler_at_start(extra, self.checks)
        if small and not any(system.has_build_packages for system in split.apt_installs.values()):
            raise RewriteRejected(
                "the base image is already slim and no compilers are installed, so a second stage saves nothing"
            )
        split.builder_packages = lambda system: system.needed_in_builder(full=bool(slim))
        overwritten = split.overwritten_path(self.environment)
        if overwritten:
            raise RewriteRejected(
                f"`{overwritten}` in the build context would overwrite the virtual environment; "
                "add it to .dockerignore",
                install,
            )
        split.packages = split.runtime_packages(release, [*native, *(extra if slim else ())], BASE_IMAGE_LIBRARIES)
        split.copy_lines = copy_from_build(self.environment)
        split.runtime = slim.text if slim else ""
        why = "keeps compilers, headers and caches out of the image"
        step = Step("Create the virtual environment in a separate stage", why)
        return split.text(), [step, slim_base_step(slim.text)] if slim else [step]

    def _check(self) -> Run:
        """The RUN that installs. Raises RewriteRejected without one, or when other instructions prevent a split."""
        split = self.stage_split
        install = split.install
        self.checks.require(
            "packages are installed into the virtual environment",
            install,
            "no RUN installs packages into the virtual environment",
        )
        assert install is not None
        split.check()
        split.manifests = self.requirements.files
        moved = split.builder_runs.keys() | split.apt_installs.keys()
        check_final_stage_runs(self.build, self.stage, self.context, moved, install, builds=False)
        return install

    def _sort(self, run: Run) -> None:
        calls = [call for call in self.build.package_calls(run) if call.manager.ecosystem in ("os", "python")]
        if not calls and all(_created(command) is None for command in self.build.commands(run)):
            return
        for command in self.stage_split.sort_run(run):
            self._take(run, command)

    def _take(self, run: Run, command: RunCommand) -> None:
        """Record what a command is for. Raises RewriteRejected for one that cannot move to the builder."""
        directory = _created(command.command)
        if directory is not None:
            path = self.build.state(run).path(directory) if directory else None
            if path is None or self.environment:
                raise RewriteRejected(f"the effect of `{command.text[:60]}` is unknown", run)
            self.environment = path.rstrip("/")
        elif command.call is None:
            if command.command.name == "rm" and "/.cache" in command.text:
                return
            raise RewriteRejected(
                f"`{command.text[:60]}` is in the same RUN as an install; move it to a separate RUN", run
            )
        elif command.call.verb == "clean":
            return
        elif command.call.verb != "config":
            self._install(run, command, command.call)
        self.stage_split.builder_runs[id(run)].append(command)

    def _install(self, run: Run, command: RunCommand, call: PackageCall) -> None:
        """Record an install. Raises RewriteRejected for one that may not go to the environment."""
        text = command.text[:60]
        by_pip = call.manager.name == "pip" or call.path == "pip install"
        if not by_pip or call.verb != "install" or call.uncertain or call.has(*_OTHER_LOCATION):
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        if self.environment and self._is_inside(run, command, call):
            collect_requirements(self.build, self.stage, self.context, run, command, self.requirements)
            # The first install that reads requirement files, or else the first one.
            reads = call.requirements and not (self.stage_split.install and self.requirements.files)
            if self.stage_split.install is None or reads:
                self.stage_split.install = run
        elif call.requirements or not {normalize_name(package.name) for package in call.packages} <= _TOOLS:
            raise RewriteRejected(f"`{text}` installs outside the virtual environment", run)

    def _is_inside(self, run: Run, command: RunCommand, call: PackageCall) -> bool:
        """Whether an install goes to the environment: by its program, by PATH, or by how uv finds one."""
        program = command.command.words[0].value
        env = self.build.state(run).vars
        if "/" in program:
            path = self.build.state(run).path(program) or ""
            return posixpath.dirname(path) == f"{self.environment}/bin"
        if call.manager.name == "uv" and call.value("-p", "--python") is None:
            active = env.get("VIRTUAL_ENV")
            return (active or self.build.state(run).path(".venv")) == self.environment
        return call.manager.name == "pip" and env.get("PATH", "").startswith(f"{self.environment}/bin:")
