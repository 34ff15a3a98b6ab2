"""Python with Poetry, uv or Pipenv: the manager's environment is made in a stage of its own, and copied.

An environment that the manager makes for itself keeps its folder. Packages that it would put among those of the image
go to a virtual environment, so that the manager and what it needs stay behind; where the program is started by the
manager, all of it comes along.
"""

from __future__ import annotations

import posixpath
import re

from ....model.python_app import PythonApp
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
from ..base.run_steps import SYSTEM_PACKAGES, split_run
from ..base.system import AptInstall, read_apt_install, runtime_install
from ..manifests.python_lock import installed_packages, is_pure_python, read_python_project
from ..manifests.requirements import Requirements, normalize_name
from ..order.cache_order import manifest_copies
from ..order.install_split import NO_PROJECT_OPTION
from .python import (
    BASE_IMAGE_LIBRARIES,
    PYTHON_PREFIX,
    RUNTIME_VARIABLES,
    VENV_DIRECTORY,
    copies_uv,
    native_libraries,
    python_base,
)
from .python_imports import NON_RUNTIME_FILES, TOOL_MODULES, distribution_modules, missing_imports
from .shared import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ..base.run_steps import RunCommand
    from ..manifests.python_lock import PythonProject

NAME = "multi-stage"
MANAGERS = ("poetry", "uv", "pipenv")
_INSTALLERS = frozenset(("pip", "setuptools", "wheel", "virtualenv"))
_PLUGINS = frozenset(("poetry-core", "poetry-plugin-export", "poetry-plugin-bundle"))
_FALSE = ("false", "0", "no", "off")
_FIXED = re.compile(r"/usr/local/(bin/(?!uv\b|docker-|poetry\b)[\w.]|lib/python)")
"""A path of what is installed among the packages of the image."""
_INSTALL_SCRIPT = re.compile(
    r"(curl|wget)\s[^|;&]*https://(install\.python-poetry\.org|astral\.sh/uv/([\w.]+/)?install\.sh)/?[\"']?\s*"
    r"\|\s*(env\s+)?(\w+=\S+\s+)*(python3?|sh|bash)(\s+-)?(\s+(--version|--yes|-y|--)(\s+[\w.$\{\}]+)?)*"
)
"""A RUN that installs Poetry or uv by the script of its makers."""
_OTHER_PATH = ("cron", "crond", "sudo", "su", "runuser", "login")
"""Programs that start others with a PATH of their own."""
_LOCKS = {"poetry": "poetry.lock", "uv": "uv.lock", "pipenv": "Pipfile.lock"}
"""What an install writes when there is none."""
_WITHOUT_DEVELOPMENT = {"poetry": "--only main", "uv": "--no-dev"}
_GROUPS = {
    "poetry": "--with --without --only --no-dev --dev --all-groups --only-root --sync".split(),
    "uv": "--group --no-group --only-group --only-dev --all-groups --no-dev --dev --no-default-groups".split(),
}
"""Flags that choose groups."""
_KNOWN_PROGRAMS = {"django-admin": "django", "fastapi": "fastapi-cli", "hypercorn": "hypercorn", "flask": "flask"}


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a Python image whose packages come by Poetry, uv or Pipenv."""
    return run_rewrite(NAME, lambda checks: _ManagedPythonSplit(build, stage, context, checks).result())


def installs_from_lock(build: Build, stage: Stage) -> bool:
    """Whether a RUN of the stage installs what a lock file of Poetry, uv or Pipenv names."""
    return any(
        call.manager.name in MANAGERS and call.verb == "restore" and call.path != "pip sync"
        for run in stage.instructions
        if isinstance(run, Run)
        for call in build.package_calls(run)
    )


class _ManagedPythonSplit(StageRewrite):
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
        self.folder = ""
        """The environment that the manager makes; empty when it installs among the packages of the image."""
        self.project: PythonProject | None = None
        self.prune = False
        self.whole = False
        """Whether the builder needs the source."""

    def result(self) -> tuple[str, list[Step]]:
        slim, small, release, _ = python_base(self.stage, self.checks)
        self.small = small
        self._sort_all()
        run, piece = self.installs[0]
        call = piece.call
        assert call is not None
        project = self.project = read_python_project(self.build, self.stage, self.context, run, call)
        self._check(project, run)
        self.folder = self._environment(run, call)
        moved = self.builder_runs.keys() | self.apt_installs.keys() | {id(run) for run in self.tool_runs}
        kept = [step for step in self.stage.instructions if id(step) not in moved]
        uses = ProgramUsage(self.build, self.stage, self.context, kept)
        require_start_command(self.build, self.stage)
        # Who starts the container otherwise goes through the manager to get into its environment.
        self.tool_kept = self.tool in uses.programs or bool(self.folder and not self._reached())
        if self.tool_kept:
            uses = ProgramUsage(self.build, self.stage, self.context, [*kept, *self.tool_runs])
        app = PythonApp(
            self.context,
            [place.source for place in context_copies(self.build, self.stage, self.context)],
            NON_RUNTIME_FILES,
        )
        self.prune = self._prunes(project, call, uses, app)
        self._check_paths(project, uses, app, run)
        check_final_stage_runs(
            self.build,
            self.stage,
            self.context,
            moved,
            self.installs[-1][0],
            builds=self.whole,
        )
        native = native_libraries(self._packages_of(project), release, self.checks)
        extra = uses.packages_with(app.programs)
        require_no_compiler_at_start(extra, self.checks)
        compiles = any(install.has_build_packages for install in self.apt_installs.values())
        if small and not compiles and self.tool_kept and not (self.prune and self.folder):
            raise NothingToDo(
                "the base image is already slim and nothing can be left out, so a second stage saves nothing"
            )
        packages = self._packages(release, [*native, *(extra if slim else ())])
        runtime = slim.text if slim else ""
        text = write_two_stages(self.build, self.stage, self._builder(), self._final(runtime, packages))
        return text, self._steps(runtime)

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
            if isinstance(instruction, Onbuild | Shell):
                raise RewriteRejected(f"a stage with {instruction.name} cannot be split", instruction)
            if copies_uv(instruction):
                assert isinstance(instruction, Copy)
                self.tool_copies.append(instruction)
            if isinstance(instruction, Run) and _INSTALL_SCRIPT.fullmatch(" ".join(instruction.arguments_text.split())):
                self.tool_runs.append(instruction)
            elif isinstance(instruction, Run) and any(
                call.manager.ecosystem in ("os", "python") and call.verb not in ("exec", "other")
                for call in self.build.package_calls(instruction)
            ):
                self._sort(instruction)
        self.checks.require(
            "Poetry, uv or Pipenv installs the dependencies", self.installs, "no RUN installs the dependencies"
        )
        run = self.installs[0][0]
        self.checks.require(
            "the dependencies are installed once",
            len(self.installs) == 1,
            "the dependencies are installed more than once",
            self.installs[-1][0],
        )
        user = self.build.state(run).user
        self.checks.require(
            "the dependencies are installed as root",
            user in (None, "root", "0"),
            f"the dependencies are installed as `{user}`, not as root",
            run,
        )

    def _sort(self, run: Run) -> None:
        found = split_run(self.build, run)
        system = [piece for piece in found if piece.kind == SYSTEM_PACKAGES]
        if system:
            self.apt_installs[id(run)] = read_apt_install(system, run)
        rest = [piece for piece in found if piece.kind != SYSTEM_PACKAGES]
        if rest:
            self.builder_runs[id(run)] = []
        for piece in rest:
            self._take(run, piece)

    def _take(self, run: Run, piece: RunCommand) -> None:
        call = piece.call
        if call is None:
            if piece.command.name == "rm" and all("/.cache" in word.value for word in piece.command.operands()):
                return
            raise RewriteRejected(
                f"`{piece.text[:60]}` is in the same RUN as an install; move it to a separate RUN", run
            )
        name = call.manager.name
        if call.uncertain or call.manager.ecosystem != "python" or call.verb == "clean":
            if call.verb == "clean" and call.manager.ecosystem == "python":
                return
            raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        if name in ("pip", "pipx") and call.verb == "install":
            self._take_pip(run, piece, call)
        elif name == "poetry" and call.verb == "config":
            self._configure(call)
        elif name in MANAGERS and call.verb == "restore" and call.path != "pip sync":
            if self.tool and self.tool != name:
                raise RewriteRejected(f"both {self.tool} and {name} install dependencies", run)
            self.tool = name
            self.installs.append((run, piece))
        elif call.verb != "config":
            raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        self.builder_runs[id(run)].append(piece)

    def _take_pip(self, run: Run, piece: RunCommand, call: PackageCall) -> None:
        names = {normalize_name(package.name) for package in call.packages}
        known = _INSTALLERS | _PLUGINS | set(MANAGERS)
        if call.requirements or not names <= known or any(package.kind != "name" for package in call.packages):
            raise RewriteRejected(f"`{piece.text[:60]}` installs packages that the lock file does not control", run)
        if call.has("--user", "--target", "-t", "--prefix", "--root"):
            raise RewriteRejected(f"`{piece.text[:60]}` does not install into the image's own Python", run)

    def _configure(self, call: PackageCall) -> None:
        words = [word.value for word in call.operands]
        if len(words) == 2:
            self.settings[words[0]] = words[1]

    def _check(self, project: PythonProject, run: Run) -> None:
        """The project itself may be installed, and Python is the one of the image."""
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
        """The folder of the environment; empty for the packages of the image."""
        env = self.build.state(run).vars
        here = self.build.state(run).path(".") or "/"
        home = env.get("HOME", "/root")
        if self.tool == "uv":
            folder = posixpath.join(here, env.get("UV_PROJECT_ENVIRONMENT", ".venv"))
            return "" if folder.rstrip("/") in (PYTHON_PREFIX, "/usr") else folder
        if self.tool == "pipenv":
            if call.has("--system") or _is_true(env.get("PIPENV_SYSTEM")):
                return ""
            if _is_true(env.get("PIPENV_VENV_IN_PROJECT")):
                return posixpath.join(here, ".venv")
            return env.get("WORKON_HOME") or posixpath.join(
                env.get("XDG_DATA_HOME", f"{home}/.local/share"), "virtualenvs"
            )
        if self._poetry(run, "create", "true") in _FALSE:
            return ""
        if _is_true(self._poetry(run, "in-project", "")):
            return posixpath.join(here, ".venv")
        cache = env.get("POETRY_CACHE_DIR") or posixpath.join(env.get("XDG_CACHE_HOME", f"{home}/.cache"), "pypoetry")
        folder = self._poetry(run, "path", "{cache-dir}/virtualenvs").replace("{cache-dir}", cache)
        if not folder.startswith("/") or "cache-dir" in self.settings:
            raise RewriteRejected("the directory of Poetry's virtual environment is unknown", run)
        return folder

    def _poetry(self, run: Run, name: str, default: str) -> str:
        """A setting of Poetry: variables come before poetry.toml, and that before `poetry config`."""
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
        """What is left behind, or moved, must not be missed."""
        self._not_covered(run)
        if self.tool_kept and not self.folder and self.tool != "poetry":
            raise RewriteRejected(f"{self.tool} runs in the final image and may install into it", run)
        if self.tool_kept:
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
        if self.folder:
            return
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

    def _not_covered(self, run: Run) -> None:
        """The environment is copied before the source, and no file of the context comes over it."""
        if not self.folder:
            return
        for place in context_copies(self.build, self.stage, self.context):
            lies = posixpath.relpath(self.folder, place.target)
            inside = posixpath.normpath(posixpath.join(place.source, lies))
            if (
                place.folder
                and not lies.startswith("..")
                and any(name.startswith(inside + "/") for name in self.context.files())
            ):
                raise RewriteRejected(
                    f"`{inside}` in the build context would overwrite the virtual environment; add it to .dockerignore",
                    run,
                )

    # Development dependencies

    def _prunes(self, project: PythonProject, call: PackageCall, uses: ProgramUsage, app: PythonApp) -> bool:
        """Whether packages for development can be left behind: all that runs is explained by the others."""
        tool = project.tool
        if (
            tool not in _WITHOUT_DEVELOPMENT
            or not project.development_dependencies
            or app.unparsed_files
            or call.has(*_GROUPS[tool])
        ):
            return False
        env = self.build.state(self.installs[0][0]).vars
        if any(name in env for name in ("POETRY_WITH", "UV_NO_DEV", "UV_DEV")):
            return False
        if tool == "uv" and (
            "default-groups" in (read_context_file(self.context, project.manifest) or "") or self._syncs(uses)
        ):
            return False
        main = installed_packages(project, development=False)
        if missing_imports(app, self.context, main):
            return False
        extra = installed_packages(project, development=True) - main
        modules = {module for name in extra for module in distribution_modules(name)}
        if any(text.partition(".")[0] in modules for text in app.strings):
            return False
        return all(self._explained(line, main, extra) for line in uses.lines) and not app.programs & extra

    def _reached(self) -> bool:
        """Whether the environment is on the PATH of the image, or what is started names it."""
        path = self.stage.state(len(self.stage.instructions)).vars.get("PATH") or ""
        started = [step.arguments_text for step in self.stage.instructions if isinstance(step, Cmd | Entrypoint)]
        names = (f"{self.folder}/", f"{posixpath.basename(self.folder)}/bin/")
        return f"{self.folder}/bin" in path.split(":") or any(name in text for text in started for name in names)

    def _syncs(self, uses: ProgramUsage) -> bool:
        """Whether `uv run` would put the development dependencies in again."""
        env = self.build.state(self.stage.instructions[-1]).vars
        return not _is_true(env.get("UV_NO_SYNC")) and any(
            line[:2] == ["uv", "run"] and not {"--no-sync", "--no-dev"} & set(line) for line in uses.lines
        )

    def _explained(self, line: list[str], main: set[str], extra: set[str]) -> bool:
        """Whether a command runs nothing of the packages `extra`."""
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

    def _packages_of(self, project: PythonProject) -> Requirements:
        found = Requirements()
        behind = set[str]()
        if self.prune:
            behind = installed_packages(project, development=True) - installed_packages(project, development=False)
        everything = set(re.findall(r'^name = "([^"]+)"', project.lock, re.MULTILINE))
        everything = {normalize_name(name) for name in everything} | installed_packages(
            project, development=not self.prune
        )
        found.names = dict.fromkeys(sorted(everything - behind), "")
        return found

    # The text

    def _builder(self) -> list[str]:
        build = self.build
        run = self.installs[0][0]
        early = manifest_copies(build, self.stage, self.context, self._files(), run)[0]
        lines = [from_instruction(self.stage, name="build")]
        waiting: list[str] = []
        for instruction in self.stage.instructions:
            if instruction.start > run.start:
                break
            if isinstance(instruction, Env) and self._matters(instruction):
                lines.append(instruction_text(build, instruction))
            elif instruction in self.tool_copies or instruction in self.tool_runs:
                lines.append(instruction_with_comments(build, instruction))
            elif isinstance(instruction, Arg | Workdir):
                lines.append(instruction_text(build, instruction))
            elif isinstance(instruction, CopyOrAdd) and self.whole and not self.comes_again(instruction):
                waiting.append(instruction_text(build, instruction))
            system = self.apt_installs.get(id(instruction))
            if system is not None and self._builds_with(system):
                lines += [*leading_comments(build, instruction), system.line(system.packages)]
            if id(instruction) in self.builder_runs:
                assert isinstance(instruction, Run)
                lines += self._moved(instruction, early, waiting)
        return lines

    def _builds_with(self, system: AptInstall) -> bool:
        """Whether the builder needs the packages of a RUN."""
        return bool(system.packages) and (system.needed_in_builder(full=not self.small) or bool(self.tool_runs))

    def _moved(self, run: Run, early: list[str], waiting: list[str]) -> list[str]:
        """The lines of the builder for a RUN that is moved there."""
        found = self.builder_runs[id(run)]
        system = self.apt_installs.get(id(run))
        stands = system is not None and self._builds_with(system)
        comments = [] if stands else leading_comments(self.build, run)
        install = next((piece for each, piece in self.installs if each is run), None)
        if install is None:
            if system is None and len(found) == len(self.build.commands(run)):
                return [instruction_with_comments(self.build, run)]
            return [*comments, run_instruction([piece.text for piece in found])] if found else []
        at = found.index(install)
        texts = [piece.text for piece in found]
        tools = [piece.text for piece in found[:at] if piece.call and piece.call.manager.name in ("pip", "pipx")]
        # The manager is installed before the manifests come, so that it stays when these change.
        lines = [*comments, run_instruction(tools)] if tools else []
        comments = [] if tools else comments
        lines += self._prepared()
        rest = [text for text in texts[:at] if text not in tools]
        line = install.text + (f" {_WITHOUT_DEVELOPMENT[self.tool]}" if self.prune else "")
        if not self.whole:
            return [*lines, *early, *comments, run_instruction([*rest, line, *texts[at + 1 :]])]
        lines += [*early, *comments, run_instruction([*rest, f"{line} {NO_PROJECT_OPTION[self.tool]}"])]
        return [*lines, *waiting, run_instruction([line, *texts[at + 1 :]])]

    def _prepared(self) -> list[str]:
        """The environment for what would go among the packages of the image."""
        if self.folder or self.tool_kept:
            return []
        if self.tool == "uv":
            return [f"ENV UV_PROJECT_ENVIRONMENT={VENV_DIRECTORY}"]
        lines = [f"RUN python -m venv {VENV_DIRECTORY}"]
        if self.tool == "poetry":
            active = f'ENV VIRTUAL_ENV={VENV_DIRECTORY} PATH="{VENV_DIRECTORY}/bin:$PATH"'
            return [*lines, "# Poetry installs into the environment that is active", active]
        return [*lines, f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"']

    def _call(self) -> PackageCall:
        call = self.installs[0][1].call
        assert call is not None
        return call

    def _files(self) -> list[str]:
        return self.project.files if self.project is not None else []

    def _matters(self, env: Env) -> bool:
        named = re.compile("|".join(rf"\$\{{?{re.escape(pair.key.text)}\b" for pair in env.pairs))
        return not all(pair.key.text in RUNTIME_VARIABLES for pair in env.pairs) or any(
            named.search(step.arguments_text)
            for step in self.stage.instructions
            if isinstance(step, Workdir | CopyOrAdd | Run)
        )

    def _copied(self) -> list[str]:
        """What brings the environment to the final stage."""
        if self.folder:
            lines = [f"COPY --from=build {self.folder} {self.folder}"]
            made = _LOCKS[self.tool]
            if not any(name.endswith(made) for name in self._files()) and not self._call().has("--skip-lock"):
                lock = posixpath.join(self.build.state(self.installs[0][0]).path(".") or "/", made)
                lines.append(f"COPY --from=build {lock} {lock}")
            return lines
        if self.tool_kept:
            return [
                "# Python with its packages, Poetry among them",
                f"COPY --from=build {PYTHON_PREFIX} {PYTHON_PREFIX}",
            ]
        return [f"COPY --from=build {VENV_DIRECTORY} {VENV_DIRECTORY}", f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"']

    def _tools(self) -> list[str]:
        """What brings the manager to the final stage, with its settings."""
        calls = [
            (piece.text, piece.call)
            for found in self.builder_runs.values()
            for piece in found
            if piece.call is not None
        ]
        if self.tool == "uv" and any(self._is_tool(call) for _, call in calls):
            return [f"COPY --from=build {PYTHON_PREFIX}/bin/uv {PYTHON_PREFIX}/bin/uvx {PYTHON_PREFIX}/bin/"]
        texts = [text for text, call in calls if _is_setting(call) or (self.folder and self._is_tool(call))]
        return [run_instruction(texts)] if texts else []

    def _is_tool(self, call: PackageCall) -> bool:
        return call.manager.name in ("pip", "pipx") and self.tool in {
            normalize_name(package.name) for package in call.packages
        }

    def _final(self, slim: str, packages: str) -> list[str]:
        build = self.build
        run = self.installs[0][0]
        lines = [from_instruction(self.stage, slim)]
        waiting = self._copied()
        tools = self._tools() if self.tool_kept else []
        first = next((step for step in self.stage.instructions if id(step) in self.apt_installs), None)
        for instruction in self.stage.instructions:
            again = isinstance(instruction, CopyOrAdd) and self.comes_again(instruction)
            from_context = isinstance(instruction, CopyOrAdd) and instruction.flag("from") is None and not again
            here = from_context or instruction is run or isinstance(instruction, User)
            if packages and (instruction is first or (here and first is None)):
                lines.append(packages)
                packages = ""
            if self.folder and (here or id(instruction) in self.builder_runs):
                lines += tools
                tools = []
            if here:
                lines += [*waiting, *tools]
                waiting, tools = [], []
            if again:
                continue
            if instruction in self.tool_copies or instruction in self.tool_runs:
                lines += [instruction_text(build, instruction)] if self.tool_kept else []
                continue
            install = self.apt_installs.get(id(instruction))
            if install is not None and id(instruction) not in self.builder_runs and not self._builds_with(install):
                at = len(lines) - 1 if instruction is first else len(lines)
                lines[at:at] = leading_comments(build, instruction)
            if install is None and id(instruction) not in self.builder_runs:
                lines.append(instruction_with_comments(build, instruction))
        return lines

    def _packages(self, release: str | None, extra: list[str]) -> str:
        install = runtime_install(self.stage.instructions, self.apt_installs, release, BASE_IMAGE_LIBRARIES)
        return install.line([*install.packages, *extra])

    def comes_again(self, copy: CopyOrAdd) -> bool:
        """Whether a later COPY brings the same files to the same places."""
        everything = list(context_copies(self.build, self.stage, self.context))
        mine = [place for place in everything if place.instruction is copy]
        later = [place for place in everything if place.instruction.start > copy.start]
        return bool(mine) and all(
            not place.folder and any(other.folder and other.source_of(place.target) == place.source for other in later)
            for place in mine
        )


def _is_setting(call: PackageCall) -> bool:
    return call.manager.name == "poetry" and call.verb == "config" and "virtualenvs." in call.command.text


def _is_true(value: str | None) -> bool:
    return bool(value) and str(value).lower() not in _FALSE


def _other_python(project: PythonProject, context: Context, tag: str) -> str:
    """Why uv may fetch a Python of its own; empty when it takes the one of the image."""
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
    """Whether a clause of requires-python surely holds for the image; without `minor` for the newest Python."""
    if minor is None:
        return operator == ">="
    if operator == ">=" or (operator == "~=" and not patch):
        return minor >= number
    if operator == "<":
        return minor < number
    return operator in ("==", "~=") and minor == number and patch in ("", ".*", ".0")
