"""Python with a virtual environment that the file creates: it is created in a builder, and copied as it is."""

from __future__ import annotations

import posixpath

from ....syntax.tree import Run
from ..base.rewrite import RewriteRejected
from ..base.stage_facts import require_root
from ..manifests.requirements import Requirements, add_requirements, normalize_name
from ..projects.python.python_manager import require_environment_free
from ..split.plan import Artifact, Place
from .python_stack import PythonStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.command import Command
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions, Step
    from ..base.run_steps import RunCommand
    from ..split.plan import Entry

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


class VenvStack(PythonStack):
    """A stage that creates a virtual environment and installs into it.

    `requirements`: what is installed into the environment
    `environment`: the directory of the environment
    """

    title = "Create the virtual environment in a separate stage"

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.requirements = Requirements()
        self.environment = ""

    def is_split(self, run: Run) -> bool:
        installs = any(call.manager.ecosystem in ("os", "python") for call in self.build.package_calls(run))
        return installs or any(_created(command) is not None for command in self.build.commands(run))

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        directory = _created(command.command)
        if directory is not None:
            path = self.build.state(run).path(directory) if directory else None
            if path is None or self.environment:
                raise RewriteRejected(f"the effect of `{command.text[:60]}` is unknown", run)
            self.environment = path.rstrip("/")
            return Place.BUILDER, "creates the virtual environment"
        if command.call is None:
            if command.command.name != "rm" or "/.cache" not in command.text:
                raise RewriteRejected(
                    f"`{command.text[:60]}` is in the same RUN as an install; move it to a separate RUN", run
                )
            return Place.DROPPED, "deletes caches, which the final stage does not get"
        if command.call.verb == "clean":
            return Place.DROPPED, "deletes caches, which the final stage does not get"
        if command.call.verb == "config":
            return Place.BUILDER, "configures pip"
        self._install(run, command, command.call)
        return Place.BUILDER, "installs packages"

    def _install(self, run: Run, command: RunCommand, call: PackageCall) -> None:
        """Record an install. Raises RewriteRejected for one that may not go to the environment."""
        text = command.text[:60]
        by_pip = call.manager.name == "pip" or call.path == "pip install"
        if not by_pip or call.verb != "install" or call.uncertain or call.has(*_OTHER_LOCATION):
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        if self.environment and self._is_inside(run, command, call):
            add_requirements(self.build, self.stage, self.context, run, call, self.requirements)
            # The first install that reads requirement files, or else the first one.
            reads = call.requirements and not (self.install and self.requirements.files)
            if self.install is None or reads:
                self.install = run
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

    def resolve(self) -> list[Step]:
        install = self.install
        self.checks.require(
            "packages are installed into the virtual environment",
            install,
            "no RUN installs packages into the virtual environment",
        )
        assert install is not None
        require_root(self.build, install, self.checks)
        self.require_remaining_runs()
        self.find_packages(self.requirements, self.require_uv_unused(), self.read_app())
        self.require_compilers()
        require_environment_free(self.build, self.stage, self.context, self.environment, install)
        self.find_manifests(self.requirements.files)
        return []

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        return [(self.first_needed(), Artifact(self.environment, "the virtual environment"))]
