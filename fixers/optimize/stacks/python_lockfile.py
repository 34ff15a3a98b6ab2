"""Python with Poetry, uv or Pipenv: the virtual environment is created in a separate stage, and copied.

An environment that the manager creates keeps its directory. Packages that the manager would install into the image's
Python go to a virtual environment instead, so that the manager and its dependencies stay out of the image; when the
manager starts the program, all of it is copied.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from ....model.python_app import PythonApp
from ....syntax.tree import Run
from ..base.blocks import run_instruction
from ..base.copies import context_copies
from ..base.programs import ProgramUsage, require_no_compiler_at_start
from ..base.rewrite import NothingToDo, RewriteRejected, Step
from ..base.stage_facts import overwritten_path, quoted, require_root
from ..manifests.python_lock import installed_packages, is_pure_python, read_python_project
from ..manifests.requirements import normalize_name
from ..order.install_split import NO_PROJECT_OPTION
from ..projects.python_environment import environment_directory, is_reachable, other_python, require_no_fixed_path
from ..projects.python_groups import WITHOUT_DEVELOPMENT, DevelopmentDependencies, locked_requirements
from ..projects.python_imports import NON_RUNTIME_FILES, TOOL_MODULES, missing_imports
from ..projects.python_libraries import (
    PYTHON_PREFIX,
    VENV_DIRECTORY,
    copies_uv,
    deletes_user_cache,
    native_libraries,
    require_parsed,
)
from ..split.plan import Added, Artifact, KeptCommands, Place, WaitingSource
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

MANAGERS = ("poetry", "uv", "pipenv")
_INSTALLERS = frozenset(("pip", "setuptools", "wheel", "virtualenv"))
_PLUGINS = frozenset(("poetry-core", "poetry-plugin-export", "poetry-plugin-bundle"))
_INSTALL_SCRIPT = re.compile(
    r"(curl|wget)\s[^|;&]*https://(install\.python-poetry\.org|astral\.sh/uv/([\w.]+/)?install\.sh)/?[\"']?\s*"
    r"\|\s*(env\s+)?(\w+=\S+\s+)*(python3?|sh|bash)(\s+-)?(\s+(--version|--yes|-y|--)(\s+[\w.$\{\}]+)?)*"
)
"""A RUN that installs Poetry or uv with the official script."""
_LOCKS = {"poetry": "poetry.lock", "uv": "uv.lock", "pipenv": "Pipfile.lock"}
"""The lock file that an install writes when there is none."""


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

    `tool`: the manager
    `call`: the call that installs the dependencies
    `settings`: what `poetry config` sets
    `environment`: the virtual environment that the manager creates, "" when it installs into the image's Python
    `project`: what the manifests say
    `prune`: whether development dependencies are omitted
    """

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.tool = ""
        self.call: PackageCall | None = None
        self.settings: dict[str, str] = {}
        self.environment = ""
        self.project: PythonProject | None = None
        self.prune = False

    @property
    def why(self) -> str:
        """What the second stage leaves out."""
        left_out = "compilers and caches" if self.tools_stay else f"compilers, caches and {self.tool} itself"
        return f"keeps {left_out} out of the image"

    def is_tool(self, instruction: Instruction) -> bool:
        return copies_uv(instruction) or (isinstance(instruction, Run) and _runs_install_script(instruction))

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
            _require_tools(run, text, call)
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
        if self.tool and self.tool != call.manager.name:
            raise RewriteRejected(f"both {self.tool} and {call.manager.name} install dependencies", run)
        once = self.call is None
        self.checks.require(
            "the dependencies are installed once", once, "the dependencies are installed more than once", run
        )
        self.tool = call.manager.name
        self.install = run
        self.call = call

    def resolve(self) -> list[Step]:
        run, call = self.install, self.call
        self.checks.require("Poetry, uv or Pipenv installs the dependencies", run, "no RUN installs the dependencies")
        assert run is not None and call is not None
        require_root(self.build, run, self.checks)
        project = self.project = read_python_project(self.build, self.stage, self.context, run, call)
        self._check(project, run)
        self.environment = environment_directory(self.build, self.context, run, call, self.settings)
        uses = self._programs()
        sources = [place.source for place in context_copies(self.build, self.stage, self.context)]
        app = PythonApp(self.context, sources, NON_RUNTIME_FILES)
        require_parsed(app, self.checks)
        env, final_env = self.build.state(run).vars, self.build.state(self.stage.instructions[-1]).vars
        development = DevelopmentDependencies(self.context, project, call, env, final_env)
        self.prune = development.can_be_omitted(uses, app)
        self._check_paths(project, uses, app, run)
        self.require_remaining_runs()
        requirements = locked_requirements(project, development=not self.prune)
        libraries = native_libraries(requirements, self.bases.release, self.checks)
        started = uses.packages_with(app.programs)
        require_no_compiler_at_start(started, self.checks)
        self._require_saving()
        self.find_needs(libraries, started)
        self.find_manifests(project.files)
        self._keep_tools()
        step = Step("Omit the development dependencies", "the program does not import them")
        return [step] if self.prune else []

    def _check(self, project: PythonProject, run: Run) -> None:
        """Raise RewriteRejected when installing the project may compile, or uses another Python; sets `compiles`."""
        self.checks.require(
            "installing the project compiles nothing",
            not project.project_reason or is_pure_python(project, self.context),
            "installing the project may write to its source directory",
            run,
        )
        self.compiles = bool(project.project_reason)
        if project.project_reason and project.tool not in NO_PROJECT_OPTION:
            raise RewriteRejected(project.project_reason, run)
        if "VIRTUAL_ENV" in self.build.state(run).vars:
            raise RewriteRejected("`VIRTUAL_ENV` changes where packages are installed; remove it", run)
        if project.tool == "uv":
            tag = (self.stage.base_ref.tag if self.stage.base_ref else "") or ""
            problem = other_python(project, self.context, tag)
            self.checks.require("uv uses the image's Python", not problem, problem, run)

    def _programs(self) -> ProgramUsage:
        """The programs that the final stage runs; sets `tools_stay`."""
        uses = self.programs()
        unreachable = self.environment and not is_reachable(self.stage, self.environment)
        # When the environment is not on PATH, the container may be started through the manager.
        self.tools_stay = self.tool in uses.programs or bool(unreachable)
        scripts = [step for step in self.stage.instructions if isinstance(step, Run) and self.is_tool(step)]
        kept = [*self.remaining(), *scripts]
        return ProgramUsage(self.build, self.stage, self.context, kept) if self.tools_stay else uses

    def _check_paths(self, project: PythonProject, uses: ProgramUsage, app: PythonApp, run: Run) -> None:
        """Raise RewriteRejected when the program may need what is left out, or finds it in a fixed place."""
        overwritten = ""
        if self.environment:
            overwritten = overwritten_path(self.build, self.stage, self.context, self.environment)
        if overwritten:
            raise RewriteRejected(
                f"`{overwritten}` in the build context would overwrite the virtual environment; "
                "add it to .dockerignore",
                run,
            )
        if self.tools_stay:
            if not self.environment and self.tool != "poetry":
                raise RewriteRejected(f"{self.tool} runs in the final image and may install into it", run)
            return
        theirs = set(TOOL_MODULES[self.tool].split())
        names = installed_packages(project, development=not self.prune)
        missed = sorted(name for name in missing_imports(app, self.context, names) if name.lower() in theirs)
        self.checks.require(
            f"the program imports no module that only {self.tool} brings",
            not missed,
            f"the program imports {quoted(missed)}, which only {self.tool} brings; add it to the dependencies",
            run,
        )
        if not self.environment:
            require_no_fixed_path(self.context, uses)

    def _require_saving(self) -> None:
        """Raise NothingToDo when the final stage would have all that the image has."""
        compiles = any(install.has_build_packages for install in self.system.values())
        saves = self.bases.runtime or compiles or not self.tools_stay or (self.prune and self.environment)
        if not saves:
            raise NothingToDo(
                "the base image is already slim and nothing can be left out, so a second stage saves nothing"
            )

    def _keep_tools(self) -> None:
        """Give the commands a place in both stages that bring a manager which creates the environment."""
        if not self.tools_stay or not self.environment or self._uv_is_copied():
            return
        for number, placed in self.commands.items():
            self.commands[number] = [
                replace(each, place=Place.BOTH) if self._brings_tool(each.command.call) else each for each in placed
            ]

    def _uv_is_copied(self) -> bool:
        """Whether the final stage gets uv, which pip installs, from the builder."""
        calls = [each.command.call for placed in self.commands.values() for each in placed]
        return self.tool == "uv" and any(self._installs_tool(call) for call in calls)

    def _brings_tool(self, call: PackageCall | None) -> bool:
        """Whether a call installs the manager, or configures where it creates environments."""
        return self._installs_tool(call) or _configures_environments(call)

    def _installs_tool(self, call: PackageCall | None) -> bool:
        """Whether pip or pipx installs the manager."""
        names = {normalize_name(package.name) for package in call.packages} if call is not None else set[str]()
        return call is not None and call.manager.name in ("pip", "pipx") and self.tool in names

    def installs_in_builder(self, system: AptInstall) -> bool:
        scripts = any(isinstance(step, Run) and self.is_tool(step) for step in self.stage.instructions)
        return bool(system.packages) and (super().installs_in_builder(system) or scripts)

    def builder_run(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        if run is not self.install:
            return self.kept_run(run, commands)
        at = next(number for number, each in enumerate(commands) if each.command.call is self.call)
        before, line, after = (
            commands[:at],
            commands[at].command.text,
            [each.command.text for each in commands[at + 1 :]],
        )
        tools = [each for each in before if each.command.call and each.command.call.manager.name in ("pip", "pipx")]
        rest = [each.command.text for each in before if each not in tools]
        line += f" {WITHOUT_DEVELOPMENT[self.tool]}" if self.prune else ""
        # The manager is installed before the manifests are copied, so that it stays in the cache when they change.
        entries: list[Entry] = [KeptCommands(run, tuple(each.command.text for each in tools))] if tools else []
        entries += [*self._prepared(), *self.manifests]
        if not self.compiles:
            return [*entries, KeptCommands(run, (*rest, line, *after))]
        dependencies = KeptCommands(run, (*rest, f"{line} {NO_PROJECT_OPTION[self.tool]}"))
        return [*entries, dependencies, WaitingSource(), KeptCommands(run, (line, *after))]

    def _prepared(self) -> list[Entry]:
        """A virtual environment for what would be installed into the image's Python."""
        if self.environment or self.tools_stay:
            return []
        if self.tool == "uv":
            return [Added(f"ENV UV_PROJECT_ENVIRONMENT={VENV_DIRECTORY}")]
        create = Added(f"RUN python -m venv {VENV_DIRECTORY}")
        if self.tool == "poetry":
            active = f'ENV VIRTUAL_ENV={VENV_DIRECTORY} PATH="{VENV_DIRECTORY}/bin:$PATH"'
            return [create, Added(active, "Poetry installs into the environment that is active")]
        return [create, Added(f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"')]

    def builder_reads(self, copy: CopyOrAdd) -> bool:
        return self.compiles and self.keeps(copy)

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.install is not None
        at = self.first_needed()
        if self._uv_is_copied() and self.tools_stay:
            yield at, Artifact(f"{PYTHON_PREFIX}/bin/uv {PYTHON_PREFIX}/bin/uvx", "uv", f"{PYTHON_PREFIX}/bin/")
        if self.environment:
            yield at, Artifact(self.environment, "the virtual environment with the packages")
            written = _LOCKS[self.tool]
            assert self.project is not None and self.call is not None
            listed = any(name.endswith(written) for name in self.project.files)
            if self.tools_stay and not listed and not self.call.has("--skip-lock"):
                here = self.build.state(self.install).path(".") or "/"
                yield at, Artifact(posixpath.join(here, written), "the lock file that the install writes")
        elif self.tools_stay:
            yield at, Artifact(PYTHON_PREFIX, "Python", note="Python with its packages, including Poetry")
            commands = [each.command for placed in self.commands.values() for each in placed]
            texts = [command.text for command in commands if _configures_environments(command.call)]
            if texts:
                yield at, Added(run_instruction(texts))
        else:
            yield at, Artifact(VENV_DIRECTORY, "the virtual environment with the packages")
            yield at, Added(f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"')


def _runs_install_script(run: Run) -> bool:
    return _INSTALL_SCRIPT.fullmatch(" ".join(run.arguments_text.split())) is not None


def _require_tools(run: Run, text: str, call: PackageCall) -> None:
    """Raise RewriteRejected when pip or pipx installs anything but the manager, where the image has its packages."""
    names = {normalize_name(package.name) for package in call.packages}
    known = _INSTALLERS | _PLUGINS | set(MANAGERS)
    if call.requirements or not names <= known or any(package.kind != "name" for package in call.packages):
        raise RewriteRejected(f"`{text}` installs packages that the lock file does not control", run)
    if call.has("--user", "--target", "-t", "--prefix", "--root"):
        raise RewriteRejected(f"`{text}` does not install into the image's own Python", run)


def _configures_environments(call: PackageCall | None) -> bool:
    """Whether a call configures where Poetry creates environments."""
    return (
        call is not None
        and call.manager.name == "poetry"
        and call.verb == "config"
        and "virtualenvs." in call.command.text
    )
