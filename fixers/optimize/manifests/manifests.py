"""The files of the context that an install of dependencies reads."""

from __future__ import annotations

import json
import posixpath
import re

from ..base.copies import context_copies, context_path, read_context_file
from ..base.rewrite import RewriteRejected
from ..base.run_steps import FILES_AND_USERS, split_run
from .build_manifests import (
    bundler_manifests,
    composer_manifests,
    dotnet_manifests,
    go_manifests,
    gradle_manifests,
    maven_manifests,
)
from .python_lock import read_python_project
from .requirements import Requirements, read_requirements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Run
    from ..base.copies import CopiedPath

_FETCHING = ("install", "restore")
_GROUPS = ("dependencies", "devDependencies", "optionalDependencies")
_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
_SETTINGS = (".npmrc", ".yarnrc", ".pnpmfile.cjs")
_COMPILING = ("node-gyp rebuild", "node-gyp-build", "prebuild-install || node-gyp rebuild")
_HOOKS = ("preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare")


def install_inputs(build: Build, stage: Stage, context: Context, run: Run) -> list[str]:
    """The paths in the context that the installs of a RUN read. Raises RewriteRejected when they may read more."""
    names: list[str] = []
    for call in build.package_calls(run):
        if call.verb in ("install", "restore") and call.manager.ecosystem != "os":
            names += _of_call(build, stage, context, run, call)
    if not names:
        raise RewriteRejected("this RUN installs no dependencies from a manifest", run)
    _require_no_source_before_install(build, run)
    # A lock file that is copied after the install may differ from what was installed.
    before = [place for place in context_copies(build, stage, context) if place.instruction.start < run.start]
    there = [name for name in dict.fromkeys(names) if any(_brings(place, name) for place in before)]
    if not there:
        raise RewriteRejected("the manifest is copied after the install; copy it before", run)
    return there


def _require_no_source_before_install(build: Build, run: Run) -> None:
    """Raise RewriteRejected where a command before the last install of a RUN may read the source."""
    if len({id(call.command) for call in build.package_calls(run)}) >= len(build.commands(run)):
        return
    found = split_run(build, run)
    installs = [number for number, piece in enumerate(found) if piece.call and piece.call.verb in _FETCHING]
    for piece in found[: installs[-1] if installs else 0]:
        if piece.call is None and piece.kind != FILES_AND_USERS:
            raise RewriteRejected(f"`{piece.text[:60]}` may read the source; move it to its own RUN", run)


def _brings(place: CopiedPath, name: str) -> bool:
    is_within = not place.source or name.startswith(place.source + "/")
    return place.source == name or (place.folder and is_within)


def _of_call(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    if call.uncertain or call.command.context:
        raise RewriteRejected(
            "the install is not in a plain list of commands; join the commands of this RUN with `&&` only", run
        )
    name = call.manager.name
    if name == "pip":
        return _pip(build, stage, context, run, call)
    if name in ("npm", "yarn", "pnpm"):
        return _node(build, stage, context, run, call)
    if name in ("poetry", "uv", "pipenv"):
        return _project(build, stage, context, run, call)
    return _of_build_tool(build, stage, context, run, call)


def _of_build_tool(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    name = call.manager.name
    if name == "go" and call.path == "mod download":
        return go_manifests(build, stage, context, run)
    if name == "bundle":
        return bundler_manifests(build, stage, context, run, call)
    if name == "composer":
        if not (call.has("--no-scripts") and call.has("--no-autoloader")):
            raise RewriteRejected(
                "`composer install` runs scripts and scans the source; add `--no-scripts --no-autoloader`", run
            )
        return composer_manifests(build, stage, context, run, call)
    if name == "mvn" and call.verb == "restore":
        return maven_manifests(build, stage, context, run, call)
    if name == "gradle" and call.verb == "restore":
        return gradle_manifests(build, stage, context, run, call)
    if name == "dotnet" and call.path == "restore":
        return dotnet_manifests(build, stage, context, run, call)
    raise RewriteRejected(f"cannot determine which files `{call.command.text[:60]}` reads", run)


def _project(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    """The files that Poetry, uv and Pipenv read, when they do not install the project itself."""
    project = read_python_project(build, stage, context, run, call)
    if project.project_reason:
        raise RewriteRejected(project.project_reason, run)
    return project.files


def _pip(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    if any(package.kind in ("project", "file", "variable") for package in call.packages):
        raise RewriteRejected(f"`{call.command.text[:60]}` installs the project itself", run)
    found = Requirements()
    for text in (*call.requirements, *call.constraints):
        path = build.state(run).path(text)
        source = context_path(build, stage, context, path) if path else None
        if source is None:
            raise RewriteRejected(f"`{text}` is not copied from the build context", run)
        read_requirements(context, source, found)
    return found.files


def _node(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    if call.packages:
        if all(package.kind == "name" for package in call.packages) and call.has("-g", "--global", "--location=global"):
            return []
        raise RewriteRejected(f"`{call.command.text[:60]}` adds packages to package.json; list them there", run)
    if call.has("--prefix", "-C", "--cwd", "--dir"):
        raise RewriteRejected("the install runs in another directory; use WORKDIR instead", run)
    folder = build.state(run).path(".")
    manifest = context_path(build, stage, context, posixpath.join(folder, "package.json")) if folder else None
    if manifest is None:
        raise RewriteRejected("no package.json is copied to the directory where the install runs", run)
    data = read_package_json(context, manifest, run)
    native = _native_sources(context, posixpath.dirname(manifest), run)
    hooks = [hook for hook in _HOOKS if hook in data.scripts]
    only_compiles = hooks == ["install"] and native and data.scripts["install"] in _COMPILING
    if hooks and not only_compiles and not call.has("--ignore-scripts"):
        raise RewriteRejected(
            f"the script `{hooks[0]}` in package.json may read the source; use `--ignore-scripts` if it is not needed",
            run,
        )
    _require_no_local_packages(data, run)
    directory = posixpath.dirname(manifest)
    others = [posixpath.join(directory, name) for name in (*_LOCKS, *_SETTINGS)]
    for name in (".yarnrc.yml", ".yarn", "patches", "pnpm-workspace.yaml"):
        if context.includes(posixpath.join(directory, name)):
            raise RewriteRejected(f"the install reads `{name}`, which is not supported", run)
    return [manifest, *(name for name in others if context.includes(name)), *native]


def _require_no_local_packages(data: PackageJson, run: Run) -> None:
    if data.workspaces:
        raise RewriteRejected("package.json has workspaces, which are not supported", run)
    for group in _GROUPS:
        for package, version in data.groups[group].items():
            if version.startswith(("file:", "link:", "portal:", "workspace:", "patch:")):
                raise RewriteRejected(f"`{package}` in package.json is a local package", run)


def compiles_native_addon(context: Context, manifest: str) -> bool:
    """Whether the install compiles a native addon of the project itself (binding.gyp)."""
    return context.includes(posixpath.join(posixpath.dirname(manifest), "binding.gyp"))


def _native_sources(context: Context, folder: str, run: Run) -> list[str]:
    """What node-gyp compiles: binding.gyp, and the top-level files and directories that it names."""
    gyp = posixpath.join(folder, "binding.gyp")
    if not context.includes(gyp):
        return []
    text = read_context_file(context, gyp) or ""
    names = [posixpath.join(folder, word) for word in re.findall(r"""["']([\w./-]+\.\w+)["']""", text)]
    sources = [name for name in names if context.includes(name)]
    if not sources or "<(" in re.sub(r"<!@?\(", "", text) or ".." in text:
        raise RewriteRejected("cannot determine which files binding.gyp compiles", run)
    prefix = folder + "/" if folder else ""
    tops = [prefix + name.removeprefix(prefix).partition("/")[0] for name in sources]
    return list(dict.fromkeys([gyp, *tops]))


class PackageJson:
    """A package.json: `scripts`, `workspaces`, and `groups` of dependencies, each package to version."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.scripts = _strings(data.get("scripts"))
        self.workspaces = "workspaces" in data
        self.groups = {name: _strings(data.get(name)) for name in _GROUPS}

    def names(self, *groups: str) -> set[str]:
        """The names of the packages in some groups."""
        return {name for group in groups for name in self.groups[group]}


def _strings(data: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON


def read_package_json(context: Context, name: str, run: Run) -> PackageJson:
    """Read a package.json. Raises RewriteRejected when it is not a JSON object."""
    text = read_context_file(context, name)
    try:
        data = json.loads(text.lstrip("\ufeff")) if text else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise RewriteRejected(f"`{name}` is not a valid JSON object", run)
    return PackageJson(data)  # pyright: ignore[reportUnknownArgumentType] - JSON
