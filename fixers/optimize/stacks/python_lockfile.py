"""Python with Poetry, uv or Pipenv: the virtual environment is created in a separate stage, and copied.

An environment that the manager creates keeps its directory. Packages that the manager would install into the image's
Python go to a virtual environment instead, so that the manager and its dependencies stay out of the image; when the
manager starts the program, all of it is copied.
"""

from __future__ import annotations

import posixpath
import re

from ....model.python_app import PythonApp
from ....syntax.tree import Arg, Cmd, Copy, CopyOrAdd, Entrypoint, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import (
    command_texts,
    from_instruction,
    instruction_text,
    instruction_with_comments,
    leading_comments,
    run_instruction,
    write_two_stages,
)
from ..base.copies import context_copies, read_context_file
from ..base.programs import ProgramUsage, check_final_stage_runs, require_no_compiler_at_start, require_start_command
from ..base.rewrite import (
    NothingToDo,
    Preconditions,
    RewriteOutcome,
    RewriteRejected,
    StageRewrite,
    Step,
    run_rewrite,
    slim_base_step,
)
from ..base.system import AptInstall, runtime_install
from ..manifests.python_lock import installed_packages, is_pure_python, read_python_project
from ..manifests.requirements import Requirements, normalize_name
from ..order.cache_order import manifest_copies
from ..order.install_split import NO_PROJECT_OPTION
from ..split.stage_facts import (
    NAME,
    FinalStage,
    affects_build,
    copy_from_build,
    is_copied_again,
    is_from_context,
    kept_instructions,
    overwritten_path,
    quoted,
    reject_instruction,
    require_root,
    take_system_packages,
)
from .python import (
    BASE_IMAGE_LIBRARIES,
    PYTHON_PREFIX,
    RUNTIME_VARIABLES,
    VENV_DIRECTORY,
    copies_uv,
    deletes_user_cache,
    native_libraries,
    python_base,
    require_parsed,
)
from .python_imports import NON_RUNTIME_FILES, TOOL_MODULES, distribution_modules, missing_imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction
    from ..base.run_steps import RunCommand
    from ..manifests.python_lock import PythonProject

MANAGERS = ("poetry", "uv", "pipenv")
_INSTALLERS = frozenset(("pip", "setuptools", "wheel", "virtualenv"))
_PLUGINS = frozenset(("poetry-core", "poetry-plugin-export", "poetry-plugin-bundle"))
_FALSE = ("false", "0", "no", "off")
_FIXED = re.compile(r"/usr/local/(bin/(?!uv\b|docker-|poetry\b)[\w.]|lib/python)")
"""A path of what is installed into the image's Python."""
_INSTALL_SCRIPT = re.compile(
    r"(curl|wget)\s[^|;&]*https://(install\.python-poetry\.org|astral\.sh/uv/([\w.]+/)?install\.sh)/?[\"']?\s*"
    r"\|\s*(env\s+)?(\w+=\S+\s+)*(python3?|sh|bash)(\s+-)?(\s+(--version|--yes|-y|--)(\s+[\w.$\{\}]+)?)*"
)
"""A RUN that installs Poetry or uv with the official script."""
_OTHER_PATH = ("cron", "crond", "sudo", "su", "runuser", "login")
"""Programs that start others with another PATH."""
_LOCKS = {"poetry": "poetry.lock", "uv": "uv.lock", "pipenv": "Pipfile.lock"}
"""The lock file that an install writes when there is none."""
_WITHOUT_DEVELOPMENT = {"poetry": "--only main", "uv": "--no-dev"}
_GROUPS = {
    "poetry": "--with --without --only --no-dev --dev --all-groups --only-root --sync".split(),
    "uv": "--group --no-group --only-group --only-dev --all-groups --no-dev --dev --no-default-groups".split(),
}
"""Options that choose dependency groups."""
_KNOWN_PROGRAMS = {"django-admin": "django", "fastapi": "fastapi-cli", "hypercorn": "hypercorn", "flask": "flask"}


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a Python image whose packages Poetry, uv or Pipenv installs."""
    return run_rewrite(NAME, lambda checks: _ManagedPythonSplit(build, stage, context, checks).result())


def installs_from_lock(build: Build, stage: Stage) -> bool:
    """Whether a RUN of the stage installs what a lock file of Poetry, uv or Pipenv lists."""
    return any(
        call.manager.name in MANAGERS and call.verb == "restore" and call.path != "pip sync"
        for run in stage.instructions
        if isinstance(run, Run)
        for call in build.package_calls(run)
    )


class _ManagedPythonSplit(StageRewrite):
    """A stage whose packages Poetry, uv or Pipenv installs.

    `apt_installs`: what RUNs install with apt, by their id
    `builder_runs`: the commands that the builder runs, by the id of their RUN
    `tool_copies`: COPYs that bring uv
    `tool_runs`: RUNs that install the manager with its official script
    `settings`: what `poetry config` sets
    `installs`: the commands that install the dependencies, with their RUNs
    `small`: whether the base image is slim already
    `tool`: the manager
    `tool_kept`: whether the final stage needs the manager
    `environment`: the virtual environment that the manager creates, "" when it installs into the image's Python
    `project`: what the manifests say
    `prune`: whether development dependencies are omitted
    `whole`: whether the builder needs the source
    """

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.apt_installs: dict[int, AptInstall] = {}
        self.builder_runs: dict[int, list[RunCommand]] = {}
        self.tool_copies: list[CopyOrAdd] = []
        self.tool_runs: list[Run] = []
        self.settings: dict[str, str] = {}
        self.installs: list[tuple[Run, RunCommand]] = []
        self.small = False
        self.tool = ""
        self.tool_kept = False
        self.environment = ""
        self.project: PythonProject | None = None
        self.prune = False
        self.whole = False

    def result(self) -> tuple[str, list[Step]]:
        """The new file and the steps to it. Raises RewriteRejected."""
        slim, self.small, release, _ = python_base(self.stage, self.checks)
        self._sort_all()
        run, call = self.installs[0][0], self._call()
        project = self.project = read_python_project(self.build, self.stage, self.context, run, call)
        self._check(project, run)
        self.environment = self._environment(run, call)
        moved = self.builder_runs.keys() | self.apt_installs.keys() | {id(run) for run in self.tool_runs}
        uses = self._programs(kept_instructions(self.stage, moved))
        app = PythonApp(
            self.context,
            [place.source for place in context_copies(self.build, self.stage, self.context)],
            NON_RUNTIME_FILES,
        )
        require_parsed(app, self.checks)
        self.prune = self._prunes(project, call, uses, app)
        self._check_paths(project, uses, app, run)
        check_final_stage_runs(self.build, self.stage, self.context, moved, self.installs[-1][0], builds=self.whole)
        native = native_libraries(self._distributions(project), release, self.checks)
        extra = uses.packages_with(app.programs)
        require_no_compiler_at_start(extra, self.checks)
        self._require_saving()
        packages = self._packages(release, [*native, *(extra if slim else ())])
        runtime = slim.text if slim else ""
        text = write_two_stages(self.build, self.stage, self._builder(), self._final(runtime, packages))
        return text, self._steps(runtime)

    def _programs(self, kept: list[Instruction]) -> ProgramUsage:
        """The programs that the final stage runs; sets `tool_kept`."""
        uses = ProgramUsage(self.build, self.stage, self.context, kept)
        require_start_command(self.build, self.stage)
        # When the environment is not on PATH, the container may be started through the manager.
        self.tool_kept = self.tool in uses.programs or bool(self.environment and not self._is_reachable())
        return ProgramUsage(self.build, self.stage, self.context, [*kept, *self.tool_runs]) if self.tool_kept else uses

    def _require_saving(self) -> None:
        """Raise NothingToDo when the final stage would have all that the image has."""
        compiles = any(install.has_build_packages for install in self.apt_installs.values())
        if self.small and not compiles and self.tool_kept and not (self.prune and self.environment):
            raise NothingToDo(
                "the base image is already slim and nothing can be left out, so a second stage saves nothing"
            )

    def _steps(self, slim: str) -> list[Step]:
        left_out = "compilers and caches" if self.tool_kept else f"compilers, caches and {self.tool} itself"
        steps = [Step("Install the dependencies in a separate stage", f"keeps {left_out} out of the image")]
        if self.prune:
            steps.append(Step("Omit the development dependencies", "the program does not import them"))
        if slim:
            steps.append(slim_base_step(slim))
        return steps

    # What the RUNs are for

    def _sort_all(self) -> None:
        for instruction in self.stage.instructions:
            reject_instruction(instruction, (Onbuild, Shell))
            if copies_uv(instruction):
                assert isinstance(instruction, Copy)
                self.tool_copies.append(instruction)
            if isinstance(instruction, Run):
                self._sort(instruction)
        self.checks.require(
            "Poetry, uv or Pipenv installs the dependencies", self.installs, "no RUN installs the dependencies"
        )
        self.checks.require(
            "the dependencies are installed once",
            len(self.installs) == 1,
            "the dependencies are installed more than once",
            self.installs[-1][0],
        )
        require_root(self.build, self.installs[0][0], self.checks)

    def _sort(self, run: Run) -> None:
        if _INSTALL_SCRIPT.fullmatch(" ".join(run.arguments_text.split())):
            self.tool_runs.append(run)
            return
        if not any(
            call.manager.ecosystem in ("os", "python") and call.verb not in ("exec", "other")
            for call in self.build.package_calls(run)
        ):
            return
        rest = take_system_packages(self.build, run, self.apt_installs)
        if rest:
            self.builder_runs[id(run)] = []
        for command in rest:
            self._take(run, command)

    def _take(self, run: Run, command: RunCommand) -> None:
        """Record what a command is for. Raises RewriteRejected for one that cannot move to the builder."""
        call, text = command.call, command.text[:60]
        if call is None:
            if not deletes_user_cache(command):
                raise RewriteRejected(f"`{text}` is in the same RUN as an install; move it to a separate RUN", run)
            return
        name = call.manager.name
        if call.manager.ecosystem == "python" and call.verb == "clean":
            return
        if call.uncertain or call.manager.ecosystem != "python" or call.verb == "clean":
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        if name in ("pip", "pipx") and call.verb == "install":
            self._take_pip(run, command, call)
        elif name == "poetry" and call.verb == "config":
            self._configure(call)
        elif name in MANAGERS and call.verb == "restore" and call.path != "pip sync":
            self._take_install(run, command, name)
        elif call.verb != "config":
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        self.builder_runs[id(run)].append(command)

    def _take_install(self, run: Run, command: RunCommand, manager: str) -> None:
        """Record the install of the dependencies."""
        if self.tool and self.tool != manager:
            raise RewriteRejected(f"both {self.tool} and {manager} install dependencies", run)
        self.tool = manager
        self.installs.append((run, command))

    def _take_pip(self, run: Run, piece: RunCommand, call: PackageCall) -> None:
        names = {normalize_name(package.name) for package in call.packages}
        known = _INSTALLERS | _PLUGINS | set(MANAGERS)
        if call.requirements or not names <= known or any(package.kind != "name" for package in call.packages):
            raise RewriteRejected(f"`{piece.text[:60]}` installs packages that the lock file does not control", run)
        if call.has("--user", "--target", "-t", "--prefix", "--root"):
            raise RewriteRejected(f"`{piece.text[:60]}` does not install into the image's own Python", run)

    def _configure(self, call: PackageCall) -> None:
        """Record a `poetry config KEY VALUE`."""
        words = [word.value for word in call.operands]
        if len(words) == 2:
            self.settings[words[0]] = words[1]

    def _check(self, project: PythonProject, run: Run) -> None:
        """Raise RewriteRejected when installing the project may compile, or uses another Python; sets `whole`."""
        self.checks.require(
            "installing the project compiles nothing",
            not project.project_reason or is_pure_python(project, self.context),
            "installing the project may write to its source directory",
            run,
        )
        self.whole = bool(project.project_reason)
        if project.project_reason and project.tool not in NO_PROJECT_OPTION:
            raise RewriteRejected(project.project_reason, run)
        if "VIRTUAL_ENV" in self.build.state(run).vars:
            raise RewriteRejected("`VIRTUAL_ENV` changes where packages are installed; remove it", run)
        if project.tool == "uv":
            problem = _other_python(
                project, self.context, (self.stage.base_ref.tag if self.stage.base_ref else "") or ""
            )
            self.checks.require("uv uses the image's Python", not problem, problem, run)

    # Where the packages go

    def _environment(self, run: Run, call: PackageCall) -> str:
        """The virtual environment that the manager creates; "" when it installs into the image's Python."""
        env = self.build.state(run).vars
        here = self.build.state(run).path(".") or "/"
        if self.tool == "uv":
            directory = posixpath.join(here, env.get("UV_PROJECT_ENVIRONMENT", ".venv"))
            return "" if directory.rstrip("/") in (PYTHON_PREFIX, "/usr") else directory
        if self.tool == "pipenv":
            return _pipenv_environment(env, here, call)
        return self._poetry_environment(run, env, here)

    def _poetry_environment(self, run: Run, env: Mapping[str, str], here: str) -> str:
        if self._poetry(run, "create", "true") in _FALSE:
            return ""
        if _is_true(self._poetry(run, "in-project", "")):
            return posixpath.join(here, ".venv")
        home = env.get("XDG_CACHE_HOME", f"{env.get('HOME', '/root')}/.cache")
        cache = env.get("POETRY_CACHE_DIR") or posixpath.join(home, "pypoetry")
        directory = self._poetry(run, "path", "{cache-dir}/virtualenvs").replace("{cache-dir}", cache)
        if not directory.startswith("/") or "cache-dir" in self.settings:
            raise RewriteRejected("the directory of Poetry's virtual environment is unknown", run)
        return directory

    def _poetry(self, run: Run, name: str, default: str) -> str:
        """A virtualenvs setting of Poetry; precedence: variables, poetry.toml, `poetry config`."""
        variable = "POETRY_VIRTUALENVS_" + name.upper().replace("-", "_")
        value = self.build.state(run).vars.get(variable)
        if value is not None:
            return value.lower() if name != "path" else value
        for file in self.context.files():
            if posixpath.basename(file) == "poetry.toml":
                found = re.search(
                    rf"^{name}\s*=\s*\"?([^\"\n#]+)", read_context_file(self.context, file) or "", re.MULTILINE
                )
                if found is not None:
                    return found[1].strip()
        return self.settings.get(f"virtualenvs.{name}", default)

    def _check_paths(self, project: PythonProject, uses: ProgramUsage, app: PythonApp, run: Run) -> None:
        """Raise RewriteRejected when the program may need what is left out, or finds it in a fixed place."""
        self._require_not_overwritten(run)
        if self.tool_kept:
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
            self._require_no_fixed_path(uses)

    def _require_no_fixed_path(self, uses: ProgramUsage) -> None:
        """Raise RewriteRejected when commands or files may look for packages in the image's Python."""
        other = sorted(uses.wrappers & set(_OTHER_PATH))
        if other:
            raise RewriteRejected(f"`{other[0]}` resets PATH, so what it starts may not find the virtual environment")
        for line in uses.lines:
            if line[0] in _OTHER_PATH or any(_FIXED.search(word) for word in line):
                raise RewriteRejected(
                    f"`{' '.join(line)[:60]}` may not find programs in the virtual environment",
                    uses.programs.get(line[0]),
                )
        for name, size in self.context.files().items():
            if size < 100_000 and not name.endswith((".lock", ".md", ".rst")) and "Dockerfile" not in name:
                found = _FIXED.search(read_context_file(self.context, name) or "")
                if found is not None:
                    raise RewriteRejected(
                        f"`{name}` contains the path `{found[0]}…`, where no packages would be installed"
                    )

    def _require_not_overwritten(self, run: Run) -> None:
        """Raise RewriteRejected when the build context has files in the place of the environment."""
        if not self.environment:
            return
        overwritten = overwritten_path(self.build, self.stage, self.context, self.environment)
        if overwritten:
            raise RewriteRejected(
                f"`{overwritten}` in the build context would overwrite the virtual environment; "
                "add it to .dockerignore",
                run,
            )

    # Development dependencies

    def _prunes(self, project: PythonProject, call: PackageCall, uses: ProgramUsage, app: PythonApp) -> bool:
        """Whether development dependencies can be omitted: nothing that runs may need them."""
        tool = project.tool
        if tool not in _WITHOUT_DEVELOPMENT or not project.development_dependencies:
            return False
        if self._chooses_groups(project, call) or (tool == "uv" and self._syncs(uses)):
            return False
        main = installed_packages(project, development=False)
        if missing_imports(app, self.context, main):
            return False
        extra = installed_packages(project, development=True) - main
        modules = {module for name in extra for module in distribution_modules(name)}
        if any(text.partition(".")[0] in modules for text in app.strings):
            return False
        return all(_is_explained(line, main, extra) for line in uses.lines) and not app.programs & extra

    def _chooses_groups(self, project: PythonProject, call: PackageCall) -> bool:
        """Whether the file or the project chooses dependency groups."""
        env = self.build.state(self.installs[0][0]).vars
        if call.has(*_GROUPS[project.tool]) or any(name in env for name in ("POETRY_WITH", "UV_NO_DEV", "UV_DEV")):
            return True
        return project.tool == "uv" and "default-groups" in (read_context_file(self.context, project.manifest) or "")

    def _is_reachable(self) -> bool:
        """Whether the environment is on the image's PATH, or the start command names it."""
        path = self.stage.state(len(self.stage.instructions)).vars.get("PATH") or ""
        started = [step.arguments_text for step in self.stage.instructions if isinstance(step, Cmd | Entrypoint)]
        names = (f"{self.environment}/", f"{posixpath.basename(self.environment)}/bin/")
        return f"{self.environment}/bin" in path.split(":") or any(name in text for text in started for name in names)

    def _syncs(self, uses: ProgramUsage) -> bool:
        """Whether `uv run` would install the development dependencies again."""
        env = self.build.state(self.stage.instructions[-1]).vars
        return not _is_true(env.get("UV_NO_SYNC")) and any(
            line[:2] == ["uv", "run"] and not {"--no-sync", "--no-dev"} & set(line) for line in uses.lines
        )

    def _distributions(self, project: PythonProject) -> Requirements:
        """The packages that are installed."""
        main = installed_packages(project, development=False)
        everything = installed_packages(project, development=True)
        omitted = everything - main if self.prune else set[str]()
        locked = set(re.findall(r'^name = "([^"]+)"', project.lock, re.MULTILINE))
        names = {normalize_name(name) for name in locked} | (main if self.prune else everything)
        found = Requirements()
        found.names = dict.fromkeys(sorted(names - omitted), "")
        return found

    # The text

    def _builder(self) -> list[str]:
        run = self.installs[0][0]
        manifests = manifest_copies(self.build, self.stage, self.context, self._files(), run)[0]
        lines = [from_instruction(self.stage, name="build")]
        source: list[str] = []
        """COPYs that wait until the dependencies are installed."""
        for instruction in self.stage.instructions:
            if instruction.start > run.start:
                break
            if self._is_setting(instruction):
                lines.append(instruction_text(self.build, instruction))
            elif self._is_tool(instruction):
                lines.append(instruction_with_comments(self.build, instruction))
            elif isinstance(instruction, CopyOrAdd) and self.whole and not self._is_copied_again(instruction):
                source.append(instruction_text(self.build, instruction))
            system = self.apt_installs.get(id(instruction))
            if system is not None and self._builds_with(system):
                lines += [*leading_comments(self.build, instruction), system.line(system.packages)]
            if isinstance(instruction, Run) and id(instruction) in self.builder_runs:
                lines += self._moved_run(instruction, manifests, source)
        return lines

    def _is_setting(self, instruction: Instruction) -> bool:
        """Whether an instruction sets what an install may depend on."""
        if isinstance(instruction, Env):
            return affects_build(self.stage, instruction, RUNTIME_VARIABLES, (Workdir, CopyOrAdd, Run))
        return isinstance(instruction, Arg | Workdir)

    def _is_tool(self, instruction: Instruction) -> bool:
        """Whether an instruction brings the manager."""
        return instruction in self.tool_copies or instruction in self.tool_runs

    def _builds_with(self, system: AptInstall) -> bool:
        """Whether the builder needs the packages of a RUN."""
        return bool(system.packages) and (system.needed_in_builder(full=not self.small) or bool(self.tool_runs))

    def _moved_run(self, run: Run, manifests: list[str], source: list[str]) -> list[str]:
        """The lines of the builder for a RUN that is moved there."""
        found = self.builder_runs[id(run)]
        system = self.apt_installs.get(id(run))
        has_comments = system is not None and self._builds_with(system)
        comments = [] if has_comments else leading_comments(self.build, run)
        install = next((command for each, command in self.installs if each is run), None)
        if install is not None:
            return self._install(found, install, comments, manifests, source)
        if system is None and len(found) == len(self.build.commands(run)):
            return [instruction_with_comments(self.build, run)]
        return [*comments, run_instruction(command_texts(found))] if found else []

    def _install(
        self,
        found: list[RunCommand],
        install: RunCommand,
        comments: list[str],
        manifests: list[str],
        source: list[str],
    ) -> list[str]:
        """The lines for the commands `found` of the RUN with the install."""
        at = found.index(install)
        before, after = found[:at], command_texts(found[at + 1 :])
        tools = [each.text for each in before if each.call and each.call.manager.name in ("pip", "pipx")]
        # The manager is installed before the manifests are copied, so that it stays in the cache when they change.
        lines = [*comments, run_instruction(tools)] if tools else []
        comments = [] if tools else comments
        lines += [*self._prepared(), *manifests, *comments]
        rest = [text for text in command_texts(before) if text not in tools]
        line = install.text + (f" {_WITHOUT_DEVELOPMENT[self.tool]}" if self.prune else "")
        if not self.whole:
            return [*lines, run_instruction([*rest, line, *after])]
        dependencies = run_instruction([*rest, f"{line} {NO_PROJECT_OPTION[self.tool]}"])
        return [*lines, dependencies, *source, run_instruction([line, *after])]

    def _prepared(self) -> list[str]:
        """A virtual environment for what would be installed into the image's Python."""
        if self.environment or self.tool_kept:
            return []
        if self.tool == "uv":
            return [f"ENV UV_PROJECT_ENVIRONMENT={VENV_DIRECTORY}"]
        lines = [f"RUN python -m venv {VENV_DIRECTORY}"]
        if self.tool == "poetry":
            active = f'ENV VIRTUAL_ENV={VENV_DIRECTORY} PATH="{VENV_DIRECTORY}/bin:$PATH"'
            return [*lines, "# Poetry installs into the environment that is active", active]
        return [*lines, f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"']

    def _call(self) -> PackageCall:
        """The call that installs the dependencies."""
        call = self.installs[0][1].call
        assert call is not None
        return call

    def _files(self) -> list[str]:
        return self.project.files if self.project is not None else []

    def _copied(self) -> list[str]:
        """What brings the environment to the final stage."""
        if not self.environment:
            if self.tool_kept:
                return ["# Python with its packages, including Poetry", *copy_from_build(PYTHON_PREFIX)]
            return [*copy_from_build(VENV_DIRECTORY), f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"']
        written = _LOCKS[self.tool]
        if any(name.endswith(written) for name in self._files()) or self._call().has("--skip-lock"):
            return copy_from_build(self.environment)
        here = self.build.state(self.installs[0][0]).path(".") or "/"
        return copy_from_build(self.environment, posixpath.join(here, written))

    def _tools(self) -> list[str]:
        """What brings the manager to the final stage, with its settings."""
        calls = [
            (piece.text, piece.call)
            for found in self.builder_runs.values()
            for piece in found
            if piece.call is not None
        ]
        if self.tool == "uv" and any(self._installs_tool(call) for _, call in calls):
            return [f"COPY --from=build {PYTHON_PREFIX}/bin/uv {PYTHON_PREFIX}/bin/uvx {PYTHON_PREFIX}/bin/"]
        texts = [
            text
            for text, call in calls
            if _is_environment_setting(call) or (self.environment and self._installs_tool(call))
        ]
        return [run_instruction(texts)] if texts else []

    def _installs_tool(self, call: PackageCall) -> bool:
        """Whether pip or pipx installs the manager."""
        return call.manager.name in ("pip", "pipx") and self.tool in {
            normalize_name(package.name) for package in call.packages
        }

    def _final(self, slim: str, packages: str) -> list[str]:
        start = from_instruction(self.stage, slim)
        final = FinalStage(start, self.stage, self.apt_installs, packages, self._copied())
        tools = self._tools() if self.tool_kept else []
        for instruction in self.stage.instructions:
            again = isinstance(instruction, CopyOrAdd) and self._is_copied_again(instruction)
            from_context = is_from_context(instruction) and not again
            needed = from_context or instruction is self.installs[0][0] or isinstance(instruction, User)
            final.write_packages(instruction, needed=needed)
            # The manager comes before an environment that it creates, and after Python when that is copied.
            if self.environment and (needed or id(instruction) in self.builder_runs):
                final.lines += tools
                tools = []
            if needed:
                final.write_copies()
                final.lines += tools
                tools = []
            if not again:
                self._write_final(instruction, final)
        return final.lines

    def _write_final(self, instruction: Instruction, final: FinalStage) -> None:
        """Write what the final stage keeps of an instruction."""
        if self._is_tool(instruction):
            final.lines += [instruction_text(self.build, instruction)] if self.tool_kept else []
            return
        install = self.apt_installs.get(id(instruction))
        if id(instruction) in self.builder_runs:
            return
        if install is None:
            final.lines.append(instruction_with_comments(self.build, instruction))
        elif not self._builds_with(install):
            final.write_comments(self.build, instruction)

    def _packages(self, release: str | None, extra: list[str]) -> str:
        """The RUN that installs what the final stage needs; "" for none."""
        install = runtime_install(self.stage.instructions, self.apt_installs, release, BASE_IMAGE_LIBRARIES)
        return install.line([*install.packages, *extra])

    def _is_copied_again(self, copy: CopyOrAdd) -> bool:
        return is_copied_again(self.build, self.stage, self.context, copy)


def _pipenv_environment(env: Mapping[str, str], here: str, call: PackageCall) -> str:
    """The directory of Pipenv's environments; "" when it installs into the image's Python."""
    if call.has("--system") or _is_true(env.get("PIPENV_SYSTEM")):
        return ""
    if _is_true(env.get("PIPENV_VENV_IN_PROJECT")):
        return posixpath.join(here, ".venv")
    data = env.get("XDG_DATA_HOME", f"{env.get('HOME', '/root')}/.local/share")
    return env.get("WORKON_HOME") or posixpath.join(data, "virtualenvs")


def _is_explained(line: list[str], main: set[str], extra: set[str]) -> bool:
    """Whether a command runs a program of the packages `main`, or none of the packages `extra`."""
    words = list(line)
    while len(words) > 1 and words[0] in MANAGERS:
        words = [word for word in words[2 if words[1] in ("run", "exec") else 1 :] if not word.startswith("-")]
    if not words:
        return True
    program = normalize_name(posixpath.basename(words[0]))
    if program.startswith("python") and words[1:2] == ["-m"] and len(words) > 2:
        program = normalize_name(words[2].partition(".")[0])
    program = normalize_name(_KNOWN_PROGRAMS.get(program, program))
    return program in main or not any(program == name or program in name.split("-") for name in extra)


def _is_environment_setting(call: PackageCall) -> bool:
    """Whether a call configures where Poetry creates environments."""
    return call.manager.name == "poetry" and call.verb == "config" and "virtualenvs." in call.command.text


def _is_true(value: str | None) -> bool:
    return bool(value) and str(value).lower() not in _FALSE


def _other_python(project: PythonProject, context: Context, tag: str) -> str:
    """Why uv may download another Python; "" when it uses the image's."""
    found = re.match(r"3\.(\d+)", tag)
    minor = int(found[1]) if found else None
    name = posixpath.join(posixpath.dirname(project.manifest), ".python-version")
    if context.includes(name):
        asked = re.match(r"(?:cpython-?)?3\.(\d+)(\.\d+)?", (read_context_file(context, name) or "").strip())
        if asked is None or minor is None or int(asked[1]) != minor or (asked[2] and asked[2] not in tag):
            return f"`{name}` may require another Python version than the image has"
    for operator, number, patch in re.findall(r"(>=|<=|==|~=|!=|<|>)\s*3\.(\d+)((?:\.[\d*]+)?)", project.python):
        if not _admits(operator, int(number), patch, minor):
            return "`requires-python` may require another Python version than the image has"
    return ""


def _admits(operator: str, number: int, patch: str, minor: int | None) -> bool:
    """Whether a clause of requires-python certainly holds for Python 3.`minor`; None is the newest Python."""
    if minor is None:
        return operator == ">="
    if operator == ">=" or (operator == "~=" and not patch):
        return minor >= number
    if operator == "<":
        return minor < number
    return operator in ("==", "~=") and minor == number and patch in ("", ".*", ".0")
