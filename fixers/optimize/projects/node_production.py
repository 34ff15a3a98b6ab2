"""What the image of a Node.js project starts and imports, and whether it needs the devDependencies."""

from __future__ import annotations

import re

from ....syntax.tree import Cmd, Entrypoint, Healthcheck
from ..base.copies import read_context_file
from ..base.rewrite import RewriteRejected
from ..manifests.manifests import install_inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Run
    from ..manifests.manifests import PackageJson

_STATIC = ("serve", "http-server", "nginx", "caddy", "local-web-server", "ws")
"""Web servers for static files, which run no code of the project."""
_YARNS_OWN = frozenset(
    """add audit cache check config create dlx exec global help info init install link list node npm outdated pack
    policies publish remove test unlink unplug up upgrade version versions why workspace workspaces""".split()
)
"""Commands of Yarn, which are not scripts of package.json."""
_IMPORTED = re.compile(r"""(?:\bfrom\s*|\brequire\s*\(\s*|\bimport\s*\(\s*|\bimport\s+)["']([^"']+)["']""")
SOURCES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
TESTS = re.compile(r"(^|/)(tests?|__tests__|__mocks__|specs?|e2e|cypress)/|\.(test|spec|stories|e2e)\.\w+$")
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
    started = started_words(build, stage, data)
    if started is None or any(word in development for word in started):
        return True
    started = started[1:] if started[:1] == ["npx"] else started
    if started and started[0] in _STATIC:
        return False
    if not started or started[0] != "node":
        return True
    return any(_imports(context, name, development) for name in context.files() if is_run_time_source(name))


def _imports(context: Context, name: str, packages: set[str]) -> bool:
    """Whether a source file imports one of the packages, or cannot be read."""
    text = read_context_file(context, name)
    if text is None:
        return True
    for module in _IMPORTED.findall(text):
        parts = module.split("/")
        package = "/".join(parts[:2]) if module.startswith("@") else parts[0]
        if package in packages and not package.startswith("@types/"):
            return True
    return False


def started_words(build: Build, stage: Stage, data: PackageJson) -> list[str] | None:
    """The words of the command that the image starts, through scripts of package.json; None when unknown."""
    last: dict[str, Cmd | Entrypoint] = {}
    for instruction in stage.instructions:
        if isinstance(instruction, Cmd | Entrypoint):
            last[instruction.name] = instruction
        if isinstance(instruction, Healthcheck) and instruction.words:
            return None
    words: list[str] = []
    for name in ("ENTRYPOINT", "CMD"):
        if name in last:
            commands = build.commands(last[name])
            if len(commands) != 1:
                return None
            words += [word.value for word in commands[0].words]
    return _through_scripts(words, data) or None


def is_run_time_source(name: str) -> bool:
    """Whether a file is source code other than tests, configuration and dependencies."""
    return (
        name.endswith(SOURCES)
        and not TESTS.search(name)
        and not _CONFIGURATION.search(name)
        and "node_modules/" not in name
    )


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
