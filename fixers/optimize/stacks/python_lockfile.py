"""Python with Poetry, uv or Pipenv: the virtual environment is created in a separate stage, and copied.

An environment that the manager creates keeps its directory. Packages that the manager would install into the image's
Python go to a virtual environment instead, so that the manager and its dependencies stay out of the image; when the
manager starts the program, all of it is copied.
"""

from __future__ import annotations

import posixpath

from ....syntax.tree import Run
from ..base.blocks import run_instruction
from ..base.programs import ProgramUsage
from ..base.rewrite import NothingToDo, RewriteRejected, Step
from ..base.stage_facts import require_root
from ..manifests.python_lock import installed_packages, read_python_project
from ..projects.python.python_environment import environment_directory, is_reachable
from ..projects.python.python_groups import WITHOUT_DEVELOPMENT, DevelopmentDependencies, locked_requirements
from ..projects.python.python_imports import NON_RUNTIME_FILES
from ..projects.python.python_libraries import (
    PYTHON_PREFIX,
    VENV_DIRECTORY,
    copies_uv,
    deletes_user_cache,
)
from ..projects.python.python_manager import (
    MANAGERS,
    PythonManager,
    configures_environments,
    require_environment_free,
    require_project_install,
    require_tools,
    runs_install_script,
)
from ..split.plan import Added, Artifact, Place
from .python_stack import PythonStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import CopyOrAdd, Instruction
    from ..base.rewrite import Preconditions
    from ..base.run_steps import RunCommand
    from ..base.system import AptInstall
    from ..manifests.python_lock import PythonProject
    from ..split.language_stack import PlacedCommand
    from ..split.plan import Entry


def installs_from_lock(build: Build, stage: Stage) -> bool:
    """Whether a RUN of the stage installs what a lock file of Poetry, uv or Pipenv lists."""
    return any(
        call.manager.name in MANAGERS and call.verb == "restore" and call.path != "pip sync"
        for run in stage.instructions
        if isinstance(run, Run)
        for call in build.package_calls(run)
    )


class LockfileStack(PythonStack):
    """A stage whose packages Poetry, uv or Pipenv installs: `install` is the RUN that does.

    `manager`: Poetry, uv or Pipenv
    `settings`: what `poetry config` sets
    `environment`: the virtual environment that the manager creates, "" when it installs into the image's Python
    `project`: what the manifests say
    `prune`: whether development dependencies are omitted
    """

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.manager = PythonManager()
        self.settings: dict[str, str] = {}
        self.environment = ""
        self.project: PythonProject | None = None
        self.prune = False

    @property
    def why(self) -> str:
        """What the second stage leaves out."""
        left_out = "compilers and caches" if self.tools_stay else f"compilers, caches and {self.manager.name} itself"
        return f"keeps {left_out} out of the image"

    def is_tool(self, instruction: Instruction) -> bool:
        return copies_uv(instruction) or runs_install_script(instruction)

    def is_split(self, run: Run) -> bool:
        return any(
            call.manager.ecosystem in ("os", "python") and call.verb not in ("exec", "other")
            for call in self.build.package_calls(run)
        )

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        call, text = command.call, command.text[:60]
        if deletes_user_cache(command) or (call and call.manager.ecosystem == "python" and call.verb == "clean"):
            return Place.DROPPED, "deletes caches, which the final stage does not get"
        if call is None:
            raise RewriteRejected(f"`{text}` is in the same RUN as an install; move it to a separate RUN", run)
        name = call.manager.name
        if call.uncertain or call.manager.ecosystem != "python":
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        if name in ("pip", "pipx") and call.verb == "install":
            require_tools(run, text, call)
            return Place.BUILDER, "installs the manager"
        if name in MANAGERS and call.verb == "restore" and call.path != "pip sync":
            self._take_install(run, call)
            return Place.BUILDER, "installs the dependencies"
        if call.verb != "config":
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        words = [word.value for word in call.operands]
        if name == "poetry" and len(words) == 2:
            self.settings[words[0]] = words[1]
        return Place.BUILDER, "configures the manager"

    def _take_install(self, run: Run, call: PackageCall) -> None:
        """Record the install of the dependencies."""
        first = self.manager.call
        if first is not None and first.manager.name != call.manager.name:
            raise RewriteRejected(f"both {first.manager.name} and {call.manager.name} install dependencies", run)
        self.checks.require(
            "the dependencies are installed once", first is None, "the dependencies are installed more than once", run
        )
        self.install = run
        self.manager = PythonManager(call)

    def resolve(self) -> list[Step]:
        run, call = self.install, self.manager.call
        self.checks.require("Poetry, uv or Pipenv installs the dependencies", run, "no RUN installs the dependencies")
        assert run is not None and call is not None
        require_root(self.build, run, self.checks)
        project = self.project = read_python_project(self.build, self.stage, self.context, run, call)
        self.compiles = bool(project.project_reason)
        require_project_install(self.build, self.stage, self.context, project, run, self.checks)
        self.environment = environment_directory(self.build, self.context, run, call, self.settings)
        uses = self._programs()
        app = self.read_app(NON_RUNTIME_FILES)
        env, final_env = self.build.state(run).vars, self.build.state(self.stage.instructions[-1]).vars
        development = DevelopmentDependencies(self.context, project, call, env, final_env)
        self.prune = development.can_be_omitted(uses, app)
        require_environment_free(self.build, self.stage, self.context, self.environment, run)
        if not self.tools_stay:
            names = installed_packages(project, development=not self.prune)
            self.manager.require_unused(app, self.context, uses, names, self.environment, run, self.checks)
        elif not self.environment and self.manager.name != "poetry":
            raise RewriteRejected(f"{self.manager.name} runs in the final image and may install into it", run)
        self.require_remaining_runs()
        self.find_packages(locked_requirements(project, self.base_tag(), development=not self.prune), uses, app)
        saves = self.installs_compilers() or not self.tools_stay or (self.prune and self.environment)
        if not (self.bases.runtime or saves):
            raise NothingToDo(
                "the base image is already slim and nothing can be left out, so a second stage saves nothing"
            )
        self.find_manifests(project.files)
        if self.tools_stay and self.environment and not self._uv_is_copied():
            self.commands = {number: self.manager.stay(placed) for number, placed in self.commands.items()}
        step = Step("Omit the development dependencies", "the program does not import them")
        return [step] if self.prune else []

    def _programs(self) -> ProgramUsage:
        """The programs that the final stage runs; sets `tools_stay`."""
        uses = self.programs()
        unreachable = self.environment and not is_reachable(self.build, self.stage, self.environment)
        # When the environment is not on PATH, the container may be started through the manager.
        self.tools_stay = self.manager.name in uses.programs or bool(unreachable)
        scripts = [step for step in self.stage.instructions if isinstance(step, Run) and self.is_tool(step)]
        kept = [*self.remaining(), *scripts]
        return ProgramUsage(self.build, self.stage, self.context, kept) if self.tools_stay else uses

    def _uv_is_copied(self) -> bool:
        """Whether the final stage gets uv, which pip installs, from the builder."""
        calls = [each.command.call for placed in self.commands.values() for each in placed]
        return self.tools_stay and self.manager.name == "uv" and any(map(self.manager.is_installed_by, calls))

    def installs_in_builder(self, system: AptInstall) -> bool:
        scripts = any(isinstance(step, Run) and self.is_tool(step) for step in self.stage.instructions)
        return bool(system.packages) and (super().installs_in_builder(system) or scripts)

    def builder_run(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        if run is not self.install:
            return self.kept_run(run, commands)
        omitting = WITHOUT_DEVELOPMENT[self.manager.name] if self.prune else ""
        fresh = not self.environment and not self.tools_stay
        return self.manager.install_entries(run, commands, self.manifests, omitting, fresh=fresh, project=self.compiles)

    def builder_reads(self, copy: CopyOrAdd) -> bool:
        return self.compiles and self.keeps(copy)

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.install is not None
        at = self.first_needed()
        if self._uv_is_copied():
            yield at, Artifact(f"{PYTHON_PREFIX}/bin/uv {PYTHON_PREFIX}/bin/uvx", "uv", f"{PYTHON_PREFIX}/bin/")
        if self.environment:
            yield at, Artifact(self.environment, "the virtual environment with the packages")
            lock = self.manager.written_lock(self.project.files) if self.tools_stay and self.project else ""
            if lock:
                here = self.build.state(self.install).path(".") or "/"
                yield at, Artifact(posixpath.join(here, lock), "the lock file that the install writes")
        elif self.tools_stay:
            yield at, Artifact(PYTHON_PREFIX, "Python", note="Python with its packages, including Poetry")
            commands = [each.command for placed in self.commands.values() for each in placed]
            texts = [command.text for command in commands if configures_environments(command.call)]
            if texts:
                yield at, Added(run_instruction(texts))
        else:
            yield at, Artifact(VENV_DIRECTORY, "the virtual environment with the packages")
            yield at, Added(f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"')
