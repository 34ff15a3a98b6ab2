"""The system packages and programs that Node.js projects need, and the lock files that their installs write."""

from __future__ import annotations

import posixpath
import re

from ...base.copies import read_context_file
from ...base.programs import FULL_IMAGE_PROGRAMS, ProgramUsage, add_ca_certificates, require_no_compiler_at_start
from ...base.runtime_needs import OTHER_PROGRAMS
from ...base.source_programs import node_programs
from .node_production import is_run_time_source, node_version
from .node_static import SERVERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .....model.build import Build, Stage
    from .....model.context import Context
    from .....model.packages.calls import Package, PackageCall
    from .....syntax.tree import Run
    from ...base.rewrite import Preconditions
    from ...manifests.manifests import PackageJson

_WRITTEN = {"npm": "package-lock.json", "pnpm": "pnpm-lock.yaml", "yarn": "yarn.lock"}
"""The lock file that an install writes if there is none. Source: npm from version 5 on, which came with Node.js 8."""
_LOCKS_OR_SETTINGS = frozenset((*_WRITTEN.values(), "npm-shrinkwrap.json", ".npmrc", ".yarnrc"))
_WITHOUT_LOCK = ("--no-package-lock", "--no-lockfile", "--pure-lockfile", "--frozen-lockfile", "--no-lock")
_PROGRAMS = {
    "@angular/cli": "ng",
    "@nestjs/cli": "nest",
    "@vue/cli": "vue",
    "grunt": "grunt",
    "grunt-cli": "grunt",
    "gulp": "gulp",
    "gulp-cli": "gulp",
    "npm": "npm",
    "pnpm": "pnpm",
    "react-scripts": "react-scripts",
    "typescript": "tsc",
    "webpack": "webpack",
    "webpack-cli": "webpack",
    "yarn": "yarn",
}
"""Packages that are installed globally, mostly to build, and their programs. Source: `bin` of their package.json."""
_MANAGERS = frozenset("corepack node-gyp npm pnpm yarn".split())


def node_program_packages(
    context: Context, needed: Mapping[str, str], uses: ProgramUsage, checks: Preconditions
) -> dict[str, str]:
    """The packages of programs that only the full image contains, each with what needs it.

    `needed` are other packages that the final stage gets. Raises RewriteRejected when the image may start a compiler.
    """
    packages = {**FULL_IMAGE_PROGRAMS, **OTHER_PROGRAMS}
    started = {**node_programs(context, context.files()), **{name: name for name in uses.programs}}
    extra = dict(uses.packages())
    for program, by in started.items():
        if program in packages:
            extra.setdefault(packages[program], by)
    require_no_compiler_at_start(extra, checks)
    return add_ca_certificates({**needed, **extra})


class StartedPrograms:
    """What the image starts: the `programs`, and all words of the commands and of the scripts that they may run.

    `scripts`: the words of all scripts; `served`: whether the final stage has no package.json
    """

    def __init__(self, build: Build, stage: Stage, context: Context, data: PackageJson, *, served: bool) -> None:
        uses = ProgramUsage(build, stage, context, [])
        self.programs = uses.programs.keys()
        self.words = {*self.programs, *(word for line in uses.lines for word in line)}
        self.scripts = {word for line in data.scripts.values() for word in line.split()}
        for name, line in data.scripts.items():
            if not served and not re.search(r"build|test|lint|compile|format", name):
                self.words.update(line.split())

    def may_need(self, package: Package) -> bool:
        """Whether they may need a package that is installed globally."""
        program = _PROGRAMS.get(package.name)
        return program is None or program in self.words

    def may_build(self, call: PackageCall) -> bool:
        """Whether a build may need packages of a global install, other than servers that no script names."""
        return any(package.name not in SERVERS or package.name in self.scripts for package in call.packages)


def installs_manager(call: PackageCall) -> bool:
    """Whether a call installs a package manager, or what it compiles with."""
    return any(package.name in _MANAGERS for package in call.packages)


def written_lock(
    build: Build, stage: Stage, context: Context, run: Run, call: PackageCall, started: StartedPrograms
) -> str:
    """The lock file that an install writes when the project has none, if something that runs reads it; else ""."""
    lock = _WRITTEN.get(call.manager.name, "")
    version = node_version(stage)
    if not lock or (version is not None and version < 8):
        return ""
    if not _LOCKS_OR_SETTINGS.isdisjoint(posixpath.basename(name) for name in context.files()):
        return ""
    first = call.command.words[1].value if len(call.command.words) > 1 else ""
    if first in ("ci", "clean-install", "ic") or call.has(*_WITHOUT_LOCK):
        return ""
    settings = " ".join([*build.state(run).vars, *call.environment]).lower()
    if "npm_config" in settings or "yarn_" in settings.replace("yarn_version", ""):
        return ""
    # Later versions of Yarn refuse to start a script without it.
    read = "yarn" in started.programs or any(
        lock in (read_context_file(context, name) or "") for name in context.files() if is_run_time_source(name)
    )
    return lock if read else ""
