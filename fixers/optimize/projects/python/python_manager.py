"""Poetry, uv and Pipenv: how they are installed, and how they install what a lock file lists."""

from __future__ import annotations

import re
from dataclasses import replace

from .....syntax.tree import Run
from ...base.rewrite import RewriteRejected
from ...base.stage_facts import overwritten_path, quoted
from ...manifests.python_lock import is_pure_python
from ...manifests.requirements import normalize_name
from ...order.install_split import NO_PROJECT_OPTION
from ...split.plan import Added, KeptCommands, Place, WaitingSource
from .python_environment import other_python, require_no_fixed_path
from .python_imports import TOOL_MODULES, missing_imports
from .python_libraries import VENV_DIRECTORY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .....model.build import Build, Stage
    from .....model.context import Context
    from .....model.packages.calls import PackageCall
    from .....model.python_app import PythonApp
    from .....syntax.tree import Instruction
    from ...base.programs import ProgramUsage
    from ...base.rewrite import Preconditions
    from ...manifests.python_lock import PythonProject
    from ...split.language_stack import PlacedCommand
    from ...split.plan import Entry

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


class PythonManager:
    """The manager whose `call` installs the dependencies; None before that is known."""

    def __init__(self, call: PackageCall | None = None) -> None:
        self.call = call
        self.name = call.manager.name if call is not None else ""

    def is_installed_by(self, call: PackageCall | None) -> bool:
        """Whether pip or pipx installs the manager."""
        names = {normalize_name(package.name) for package in call.packages} if call is not None else set[str]()
        return call is not None and call.manager.name in ("pip", "pipx") and self.name in names

    def stay(self, placed: Sequence[PlacedCommand]) -> list[PlacedCommand]:
        """The commands, those in both stages that install the manager or configure where it creates environments."""

        def brings(call: PackageCall | None) -> bool:
            return self.is_installed_by(call) or configures_environments(call)

        return [replace(each, place=Place.BOTH) if brings(each.command.call) else each for each in placed]

    def written_lock(self, files: Collection[str]) -> str:
        """The lock file that the install writes, as the manifests `files` have none; else ""."""
        lock = _LOCKS[self.name]
        listed = any(name.endswith(lock) for name in files)
        return "" if listed or self.call is None or self.call.has("--skip-lock") else lock

    def require_unused(
        self,
        app: PythonApp,
        context: Context,
        uses: ProgramUsage,
        names: Collection[str],
        environment: str,
        run: Run,
        checks: Preconditions,
    ) -> None:
        """Raise RewriteRejected when the program may need the manager, or looks in a fixed place for packages.

        `names` are the packages that are installed; `environment` is "" when they move to another place.
        """
        theirs = set(TOOL_MODULES[self.name].split())
        missed = sorted(name for name in missing_imports(app, context, names) if name.lower() in theirs)
        checks.require(
            f"the program imports no module that only {self.name} brings",
            not missed,
            f"the program imports {quoted(missed)}, which only {self.name} brings; add it to the dependencies",
            run,
        )
        if not environment:
            require_no_fixed_path(context, uses)

    def install_entries(
        self,
        run: Run,
        commands: Sequence[PlacedCommand],
        manifests: Sequence[Entry],
        omitting: str,
        *,
        fresh: bool,
        project: bool,
    ) -> list[Entry]:
        """What the builder has for the RUN that installs the dependencies.

        `omitting`: an option that omits some; `fresh`: they go to a new virtual environment; `project`: the project
        itself is installed after its source is copied.
        """
        at = next(number for number, each in enumerate(commands) if each.command.call is self.call)
        before, after = commands[:at], [each.command.text for each in commands[at + 1 :]]
        tools = [each for each in before if each.command.call and each.command.call.manager.name in ("pip", "pipx")]
        rest = [each.command.text for each in before if each not in tools]
        line = f"{commands[at].command.text} {omitting}".rstrip()
        # The manager is installed before the manifests are copied, so that it stays in the cache when they change.
        entries: list[Entry] = [KeptCommands(run, tuple(each.command.text for each in tools))] if tools else []
        entries += [*(self._environment() if fresh else ()), *manifests]
        if not project:
            return [*entries, KeptCommands(run, (*rest, line, *after))]
        dependencies = KeptCommands(run, (*rest, f"{line} {NO_PROJECT_OPTION[self.name]}"))
        return [*entries, dependencies, WaitingSource(), KeptCommands(run, (line, *after))]

    def _environment(self) -> list[Entry]:
        """A virtual environment for what would be installed into the image's Python."""
        if self.name == "uv":
            return [Added(f"ENV UV_PROJECT_ENVIRONMENT={VENV_DIRECTORY}")]
        create = Added(f"RUN python -m venv {VENV_DIRECTORY}")
        if self.name == "poetry":
            active = f'ENV VIRTUAL_ENV={VENV_DIRECTORY} PATH="{VENV_DIRECTORY}/bin:$PATH"'
            return [create, Added(active, "Poetry installs into the environment that is active")]
        # Pipenv looks for what is installed in the environment of VIRTUAL_ENV, and without it in its own.
        return [create, Added(f'ENV VIRTUAL_ENV={VENV_DIRECTORY} PATH="{VENV_DIRECTORY}/bin:$PATH"')]


def runs_install_script(instruction: Instruction) -> bool:
    """Whether a RUN installs Poetry or uv with the official script."""
    text = " ".join(instruction.arguments_text.split()) if isinstance(instruction, Run) else ""
    return _INSTALL_SCRIPT.fullmatch(text) is not None


def require_tools(run: Run, text: str, call: PackageCall) -> None:
    """Raise RewriteRejected when pip or pipx installs anything but a manager, where the image has its packages."""
    names = {normalize_name(package.name) for package in call.packages}
    known = _INSTALLERS | _PLUGINS | set(MANAGERS)
    if call.requirements or not names <= known or any(package.kind != "name" for package in call.packages):
        raise RewriteRejected(f"`{text}` installs packages that the lock file does not control", run)
    if call.has("--user", "--target", "-t", "--prefix", "--root"):
        raise RewriteRejected(f"`{text}` does not install into the image's own Python", run)


def configures_environments(call: PackageCall | None) -> bool:
    """Whether a call configures where Poetry creates environments."""
    if call is None or call.manager.name != "poetry" or call.verb != "config":
        return False
    return "virtualenvs." in call.command.text


def require_project_install(
    build: Build, stage: Stage, context: Context, project: PythonProject, run: Run, checks: Preconditions
) -> None:
    """Raise RewriteRejected when installing the project may compile, or uses another Python."""
    checks.require(
        "installing the project compiles nothing",
        not project.project_reason or is_pure_python(project, context),
        "installing the project may write to its source directory",
        run,
    )
    if project.project_reason and project.tool not in NO_PROJECT_OPTION:
        raise RewriteRejected(project.project_reason, run)
    if "VIRTUAL_ENV" in build.state(run).vars:
        raise RewriteRejected("`VIRTUAL_ENV` changes where packages are installed; remove it", run)
    if project.tool == "uv":
        tag = (stage.base_ref.tag if stage.base_ref else "") or ""
        problem = other_python(project, context, tag)
        checks.require("uv uses the image's Python", not problem, problem, run)


def require_environment_free(build: Build, stage: Stage, context: Context, environment: str, run: Run) -> None:
    """Raise RewriteRejected when the build context has files in the place of the environment, "" for none."""
    overwritten = overwritten_path(build, stage, context, environment) if environment else ""
    if overwritten:
        raise RewriteRejected(
            f"`{overwritten}` in the build context would overwrite the virtual environment; add it to .dockerignore",
            run,
        )
