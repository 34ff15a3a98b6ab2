"""Whether the development dependencies of Poetry and uv can be omitted, and what is installed then."""

from __future__ import annotations

import posixpath
import re

from ...base.copies import read_context_file
from ...manifests.python_lock import installed_packages, packages_without_wheel, python_wheel_tag
from ...manifests.requirements import Requirements, normalize_name
from .python_environment import is_true
from .python_imports import distribution_modules, missing_imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .....model.context import Context
    from .....model.packages.calls import PackageCall
    from .....model.python_app import PythonApp
    from ...base.programs import ProgramUsage
    from ...manifests.python_lock import PythonProject

_MANAGERS = ("poetry", "uv", "pipenv")
WITHOUT_DEVELOPMENT = {"poetry": "--only main", "uv": "--no-dev"}
"""The option that omits development dependencies."""
_GROUPS = {
    "poetry": "--with --without --only --no-dev --dev --all-groups --only-root --sync".split(),
    "uv": "--group --no-group --only-group --only-dev --all-groups --no-dev --dev --no-default-groups".split(),
}
"""Options that choose dependency groups."""
_KNOWN_PROGRAMS = {"django-admin": "django", "fastapi": "fastapi-cli", "hypercorn": "hypercorn", "flask": "flask"}


class DevelopmentDependencies:
    """The development dependencies of a project, for an install `call` and the variables `env` it runs with.

    `final_env`: the variables of the final stage
    """

    def __init__(
        self,
        context: Context,
        project: PythonProject,
        call: PackageCall,
        env: Mapping[str, str],
        final_env: Mapping[str, str],
    ) -> None:
        self.context = context
        self.project = project
        self.call = call
        self.env = env
        self.final_env = final_env

    def can_be_omitted(self, uses: ProgramUsage, app: PythonApp) -> bool:
        """Whether nothing that runs may need them."""
        tool = self.project.tool
        if tool not in WITHOUT_DEVELOPMENT or not self.project.development_dependencies:
            return False
        if self._are_chosen() or (tool == "uv" and self._are_synced(uses)):
            return False
        main = installed_packages(self.project, development=False)
        if missing_imports(app, self.context, main):
            return False
        extra = installed_packages(self.project, development=True) - main
        modules = {module for name in extra for module in distribution_modules(name)}
        if any(text.partition(".")[0] in modules for text in app.strings):
            return False
        return all(_is_explained(line, main, extra) for line in uses.lines) and not app.programs & extra

    def _are_chosen(self) -> bool:
        """Whether the file or the project chooses dependency groups."""
        if self.call.has(*_GROUPS[self.project.tool]):
            return True
        if any(name in self.env for name in ("POETRY_WITH", "UV_NO_DEV", "UV_DEV")):
            return True
        manifest = read_context_file(self.context, self.project.manifest) or ""
        return self.project.tool == "uv" and "default-groups" in manifest

    def _are_synced(self, uses: ProgramUsage) -> bool:
        """Whether `uv run` would install the development dependencies again."""
        return not is_true(self.final_env.get("UV_NO_SYNC")) and any(
            line[:2] == ["uv", "run"] and not {"--no-sync", "--no-dev"} & set(line) for line in uses.lines
        )


def locked_requirements(project: PythonProject, tag: str, *, development: bool) -> Requirements:
    """The packages that are installed, with or without development dependencies.

    Those without a wheel for the Python of the image `tag` are compiled.
    """
    main = installed_packages(project, development=False)
    everything = installed_packages(project, development=True)
    omitted = set[str]() if development else everything - main
    locked = set(re.findall(r'^name = "([^"]+)"', project.lock, re.MULTILINE))
    names = {normalize_name(name) for name in locked} | (everything if development else main)
    found = Requirements()
    found.names = dict.fromkeys(sorted(names - omitted), "")
    found.no_binary = set(map(normalize_name, packages_without_wheel(project.lock, python_wheel_tag(tag))))
    return found


def _is_explained(line: list[str], main: set[str], extra: set[str]) -> bool:
    """Whether a command runs a program of the packages `main`, or none of the packages `extra`."""
    words = list(line)
    while len(words) > 1 and words[0] in _MANAGERS:
        words = [word for word in words[2 if words[1] in ("run", "exec") else 1 :] if not word.startswith("-")]
    if not words:
        return True
    program = normalize_name(posixpath.basename(words[0]))
    if program.startswith("python") and words[1:2] == ["-m"] and len(words) > 2:
        program = normalize_name(words[2].partition(".")[0])
    program = normalize_name(_KNOWN_PROGRAMS.get(program, program))
    return program in main or not any(program == name or program in name.split("-") for name in extra)
