"""What the image of a Node.js project starts and imports, and whether it needs the devDependencies."""

from __future__ import annotations

import re

from .....syntax.tree import Healthcheck
from ...base.container_start import started_commands
from ...base.copies import read_context_file
from ...base.rewrite import RewriteRejected
from ...base.source_programs import is_node_source, node_imports
from ...manifests.manifests import install_inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .....model.build import Build, Stage
    from .....model.context import Context
    from .....model.packages.calls import PackageCall
    from .....syntax.tree import Run
    from ...manifests.manifests import PackageJson

_STATIC = ("serve", "http-server", "nginx", "caddy", "local-web-server", "ws")
"""Web servers for static files, which run no code of the project."""
_YARNS_OWN = frozenset(
    """add audit cache check config create dlx exec global help info init install link list node npm outdated pack
    policies publish remove test unlink unplug up upgrade version versions why workspace workspaces""".split()
)
"""Commands of Yarn, which are not scripts of package.json."""
_CONFIGURATION = re.compile(r"(^|/)(\.[^/]*|[^/]*\.config|[^/]*rc|gulpfile|gruntfile)\.\w+$", re.IGNORECASE)

_GENERATE = frozenset("@keystone-6/core @prisma/client @zenstackhq/runtime prisma zenstack".split())
"""Packages whose build steps write among the installed packages. Source: their documentation."""


def omitting_option(
    build: Build, stage: Stage, context: Context, run: Run, call: PackageCall, data: PackageJson
) -> str:
    """The option with which an install omits devDependencies; "" if it cannot, or something that runs may need them."""
    development = data.names("devDependencies")
    if not development or build.state(run).vars.get("NODE_ENV") == "production":
        return ""
    if call.has("--production", "--prod", "--omit", "--only", "--ignore-scripts"):
        return ""
    option = ""
    if call.manager.name == "npm":
        version = node_version(stage)
        # From version 7 on, which came with Node.js 15.
        option = "--omit=dev" if version is None or version >= 16 else ""
    elif call.manager.name == "yarn" and _is_yarn_1(build, stage, context, run):
        option = "--production"
    return option if option and not _are_used(build, stage, context, data, development) else ""


def writes_among_packages(data: PackageJson) -> bool:
    """Whether a build may write among the installed packages, so that they cannot come from another stage."""
    names = data.names("dependencies", "devDependencies", "optionalDependencies")
    return bool(names & _GENERATE) or any("node_modules" in line for line in data.scripts.values())


def node_version(stage: Stage) -> int | None:
    """The major version of Node.js in the base image's tag; None for none."""
    match = re.match(r"(\d+)", (stage.base_ref.tag if stage.base_ref else "") or "")
    return int(match[1]) if match is not None else None


def _is_yarn_1(build: Build, stage: Stage, context: Context, run: Run) -> bool:
    """Whether Yarn 1 installs by a lock file."""
    try:
        names = install_inputs(build, stage, context, run)
    except RewriteRejected:
        return False
    lock = next((read_context_file(context, name) or "" for name in names if name.endswith("yarn.lock")), "")
    return "# yarn lockfile v1" in lock


def _are_used(build: Build, stage: Stage, context: Context, data: PackageJson, development: set[str]) -> bool:
    """Whether the start command, or a source file other than tests and configuration, may use devDependencies."""
    started = _started_lines(build, stage, data)
    if started is None or any(word in development for line in started for word in line):
        return True
    programs = {line[1] if line[0] == "npx" and len(line) > 1 else line[0] for line in started}.difference(_STATIC)
    if programs and programs != {"node"}:
        return True
    return bool(programs) and any(_imports(context, name, development) for name in context.files())


def _imports(context: Context, name: str, packages: set[str]) -> bool:
    """Whether a file is a source that imports one of the packages, or cannot be read."""
    if not is_run_time_source(name):
        return False
    if read_context_file(context, name) is None:
        return True
    return any(not package.startswith("@types/") for package in node_imports(context, [name]) & packages)


def _started_lines(build: Build, stage: Stage, data: PackageJson) -> list[list[str]] | None:
    """The words of the commands that containers start, through scripts of package.json; None when one is unknown."""
    found: list[list[str]] = []
    for started in started_commands(build, stage):
        words = [word.value for command in started.commands for word in command.words]
        line = _through_scripts(words, data) if len(started.commands) == 1 else None
        if not line or isinstance(started.at, Healthcheck):
            return None
        found.append(line)
    return found or None


def is_run_time_source(name: str) -> bool:
    """Whether a file is source code other than tests, configuration and dependencies."""
    return is_node_source(name) and _CONFIGURATION.search(name) is None


def _through_scripts(words: list[str], data: PackageJson) -> list[str] | None:
    """The words of the command that a command runs, through up to three scripts of package.json; None when unknown."""
    for _ in range(3):
        script = script_of(words)
        if not script:
            break
        line = data.scripts.get(script)
        if line is None or re.search(r"[&|;$<>`]", line):
            return None
        if {"pre" + script, "post" + script} & data.scripts.keys():
            return None
        words = line.split()
    return words


def script_of(words: list[str]) -> str:
    """The script of package.json that a command runs: `npm start`, `npm run x`, `yarn x`; empty for another command."""
    if len(words) > 1 and words[0] in ("npm", "pnpm", "yarn", "bun"):
        if words[1] in ("start", "test") and len(words) == 2:
            return words[1]
        if words[1] in ("run", "run-script") and len(words) == 3:
            return words[2]
        if words[0] == "yarn" and len(words) == 2 and not words[1].startswith("-") and words[1] not in _YARNS_OWN:
            return words[1]
    return ""
