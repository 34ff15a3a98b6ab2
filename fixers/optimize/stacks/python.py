"""Python: packages installed in a stage with compilers, and run on the slim image of the same version.

A single install goes to a separate directory with the image's pip, and is copied from there to where it was installed
before. Several installs, of which each has to see the earlier ones, share a virtual environment.
"""

from __future__ import annotations

from ..base.blocks import instruction_text
from ..base.rewrite import RewriteRejected
from ..base.stage_facts import quoted, require_root
from ..manifests.requirements import Requirements, add_requirements
from ..projects.python.pip_install import INSTALL_PREFIX, OTHER_LOCATION, prepares_pip, with_prefix
from ..projects.python.python_libraries import (
    PYTHON_PREFIX,
    VENV_DIRECTORY,
    deletes_user_cache,
    renamed_copies,
)
from ..split.plan import Added, Artifact, Changed, KeptCommands, Place
from .python_stack import PythonStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction, Run
    from ..base.rewrite import Preconditions, Step
    from ..base.run_steps import RunCommand
    from ..split.language_stack import PlacedCommand
    from ..split.plan import Entry

_SETTINGS = ("PIP_PREFIX", "PIP_TARGET", "PIP_USER", "PIP_ROOT", "PYTHONUSERBASE", "PYTHONHOME", "VIRTUAL_ENV")
"""Variables that change where pip installs."""


class PipStack(PythonStack):
    """A stage whose packages pip or uv installs into the image's Python.

    `requirements`: what is installed
    `several`: whether packages are installed more than once, and so into a virtual environment
    """

    risk = "packages without a wheel are compiled in the builder; check their system libraries"
    needs_start = False

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.requirements = Requirements()
        self.several = False

    def is_split(self, run: Run) -> bool:
        calls = self.build.package_calls(run)
        other = next((call for call in calls if call.manager.ecosystem not in ("os", "python")), None)
        if other is not None:
            raise RewriteRejected(f"{other.manager.name} installs packages other than Python packages", run)
        return bool(calls)

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        call, text = command.call, command.text[:60]
        if deletes_user_cache(command) or (call is not None and call.verb == "clean"):
            return Place.DROPPED, "deletes caches, which the final stage does not get"
        if call is None:
            raise RewriteRejected(f"`{text}` is in the same RUN as an install; move it to a separate RUN", run)
        env = self.build.state(run).vars
        system = call.has("--system") or env.get("UV_SYSTEM_PYTHON", "").lower() in ("1", "true", "yes", "on")
        if call.manager.name == "uv" and call.verb == "install" and not system:
            raise RewriteRejected(f"`{text}` installs into a virtual environment; add `--system`", run)
        if call.manager.name != "pip" and not (call.manager.name == "uv" and call.path == "pip install"):
            raise RewriteRejected(f"the effect of `{text}` is unknown", run)
        if call.verb == "config":
            return Place.BUILDER, "configures pip"
        if "/" in command.command.words[0].value or call.uncertain or call.has(*OTHER_LOCATION):
            raise RewriteRejected(f"`{text}` does not install into the image's own Python", run)
        add_requirements(self.build, self.stage, self.context, run, call, self.requirements)
        return Place.BUILDER, "upgrades installers" if prepares_pip(command) else "installs packages"

    def resolve(self) -> list[Step]:
        runs = self.builder_runs()
        self.checks.require("pip installs the dependencies", runs, "no RUN installs packages with pip")
        settings = [name for name in _SETTINGS if name in self.build.state(runs[0]).vars]
        self.checks.require(
            "no variable changes where pip installs",
            not settings,
            f"the install location is set by {quoted(settings)}; remove that setting",
            runs[0],
        )
        require_root(self.build, runs[0], self.checks)
        installs = [
            each.command
            for run in runs
            for each in self.commands_in(run, Place.BUILDER)
            if not prepares_pip(each.command)
        ]
        self.several = len(installs) > 1
        self.install = runs[0] if self.several else next(filter(self._installs, runs), runs[0])
        self.require_remaining_runs()
        if self.several and any(each.call and each.call.manager.name == "uv" for each in installs):
            raise RewriteRejected("uv installs more than once; use one `uv pip install`")
        self.find_packages(self.requirements, self.require_uv_unused(), self.read_app())
        self.require_compilers()
        self._find_requirement_files(self.install, runs[-1])
        return []

    def _installs(self, run: Run) -> bool:
        """Whether a RUN installs more than pip and its build tools, so that it waits for requirement files."""
        return not all(prepares_pip(each.command) for each in self.commands_in(run, Place.BUILDER))

    def _find_requirement_files(self, install: Run, last: Run) -> None:
        """Copy the requirement files to where the install looks for them, with the COPYs of the file if possible."""
        files = self.requirements.files
        if all(map(self.context.includes, files)):
            self.try_manifests(files, last)
        if files and not self.manifests:
            copies = renamed_copies(self.build, self.stage, self.context, files, install)
            self.manifests = [Added(line) for line in copies]

    def builder_run(self, run: Run, commands: Sequence[PlacedCommand]) -> list[Entry]:
        entries = [*self._environment(), *self.manifests] if run is self.install else []
        if self.several or not self._installs(run):
            return [*entries, *self.kept_run(run, commands)]
        if len(self.build.commands(run)) == 1 and not run.flags:
            return [*entries, Changed(run, with_prefix(instruction_text(self.build, run)))]
        texts = [each.command.text for each in commands]
        changed = [
            text if prepares_pip(each.command) else with_prefix(text)
            for text, each in zip(texts, commands, strict=True)
        ]
        return [*entries, KeptCommands(run, tuple(changed))]

    def _environment(self) -> list[Entry]:
        """The virtual environment for several installs."""
        if not self.several:
            return []
        # The image has the package `wheel`, but a new environment has not.
        install = f"{VENV_DIRECTORY}/bin/pip install --no-cache-dir wheel=={self.wheel_version()}"
        create = f"python -m venv {VENV_DIRECTORY} && {install}"
        return [Added(f"RUN {create}"), _ON_PATH]

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        at = self.first_needed()
        if self.several:
            return [(at, Artifact(VENV_DIRECTORY, "the virtual environment with the packages")), (at, _ON_PATH)]
        note = "the packages, where the image's Python looks for them"
        return [(at, Artifact(INSTALL_PREFIX, "the packages", PYTHON_PREFIX, note))]


_ON_PATH = Added(f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"')
