"""The files of the context that an install of dependencies reads."""

from __future__ import annotations

import json
import posixpath
import re
import stat
from typing import cast

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
from .workspaces import member_manifests, pnpm_packages

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
_SETTINGS = (".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", "bunfig.toml", "pnpm-workspace.yaml")
_YARN = (".yarn/releases", ".yarn/plugins", ".yarn/patches", ".yarn/cache")
"""What Yarn reads of its directory. Source: yarnpkg.com/getting-started/qa#which-files-should-be-gitignored"""
_PUPPETEER = tuple(
    [f".puppeteerrc{end}" for end in ("", ".json", ".yaml", ".js", ".cjs", ".mjs", ".ts")]
    + [f"puppeteer.config.{end}" for end in ("js", "cjs", "mjs", "ts")]
)
"""What the install of Puppeteer reads. Source: pptr.dev/guides/configuration"""
_PATCHING = "patch-package"
"""The hook that applies `patches/` to installed packages, and reads nothing else."""
_LOCAL = ("file:", "link:", "portal:")
_COMPILING = ("node-gyp rebuild", "node-gyp-build", "prebuild-install || node-gyp rebuild")
_HOOKS = ("preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare")


def install_inputs(build: Build, stage: Stage, context: Context, run: Run) -> list[str]:
    """The paths in the context that the installs of a RUN read. Raises RewriteRejected when they may read more."""
    names: list[str] = []
    for call in build.package_calls(run):
        if call.verb in ("install", "restore") and call.manager.ecosystem != "os":
            names += _of_call(build, stage, context, run, call)
    if not names:
        raise RewriteRejected("this RUN installs no dependencies from a manifest; list them in one", run)
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
    found = split_run(build, run, caches=True)
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
    if name in ("npm", "yarn", "pnpm", "bun"):
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
    raise RewriteRejected(
        f"cannot determine which files `{call.command.text[:60]}` reads; copy them before this RUN", run
    )


def _project(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    """The files that Poetry, uv and Pipenv read, when they do not install the project itself."""
    project = read_python_project(build, stage, context, run, call, workspaces=True)
    if project.project_reason:
        raise RewriteRejected(project.project_reason, run)
    return project.files


def _pip(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    if any(package.kind in ("project", "file", "variable") for package in call.packages):
        raise RewriteRejected(
            f"`{call.command.text[:60]}` installs the project itself; install its dependencies before that", run
        )
    found = Requirements()
    for text in (*call.requirements, *call.constraints):
        path = build.state(run).path(text)
        source = context_path(build, stage, context, path) if path else None
        if source is None:
            raise RewriteRejected(f"`{text}` is not copied from the build context; copy it before this RUN", run)
        read_requirements(context, source, found)
    return found.files


def _node(build: Build, stage: Stage, context: Context, run: Run, call: PackageCall) -> list[str]:
    if call.packages:
        if all(package.kind == "name" for package in call.packages) and call.has("-g", "--global", "--location=global"):
            return []
        raise RewriteRejected(f"`{call.command.text[:60]}` adds packages to package.json; list them there", run)
    if call.has("--prefix", "-C", "--cwd", "--dir"):
        raise RewriteRejected("the install runs in another directory; use WORKDIR instead", run)
    folder = build.state(run).path(".") or ""
    manifest = context_path(build, stage, context, posixpath.join(folder, "package.json")) if folder else None
    if manifest is None:
        raise RewriteRejected(
            "no package.json is copied to the directory where the install runs; copy it there before", run
        )
    directory = posixpath.dirname(manifest)
    _require_own_root(build, stage, context, folder, run)
    data = read_package_json(context, manifest, run)
    native = _native_sources(context, directory, run)
    members = _workspace_members(context, directory, data, run)
    only_compiles = native and data.scripts.get("install") in _COMPILING
    names = [posixpath.join(directory, name) for name in (*_LOCKS, *_SETTINGS)]
    for each in (data, *members.values()):
        _require_no_hooks(each, run, call, compiling=bool(only_compiles))
        _require_no_local_packages(each, run)
        names += [posixpath.join(directory, name) for name in _extra_inputs(context, directory, each, run)]
    for name, member in members.items():
        names += [name, *_programs(context, name, member, run)]
    return [manifest, *dict.fromkeys(name for name in names if context.includes(name)), *native]


def _programs(context: Context, manifest: str, member: PackageJson, run: Run) -> list[str]:
    """The files that the install links as programs, if they exist. Raises RewriteRejected for one without an `x` bit.

    The install makes it executable, and the copy of the source would undo that.
    """
    found = [posixpath.normpath(posixpath.join(posixpath.dirname(manifest), path)) for path in member.programs]
    there = [path for path in found if context.includes(path)]
    for path in there:
        if not (context.mode(path) or 0) & stat.S_IXUSR:
            raise RewriteRejected(f"the install makes `{path}` executable; run `chmod +x` on the file", run)
    return there


def _require_own_root(build: Build, stage: Stage, context: Context, folder: str, run: Run) -> None:
    """Raise RewriteRejected where the package may be part of a workspace in a parent directory."""
    above: str = folder
    while above.strip("/"):
        above = posixpath.dirname(above)
        for name in ("package.json", ".yarnrc.yml", "pnpm-workspace.yaml"):
            source = context_path(build, stage, context, posixpath.join(above, name))
            if source is None or (name == "package.json" and not read_package_json(context, source, run).workspaces):
                continue
            raise RewriteRejected(f"the install may read `{source}` in a parent directory; run it there", run)


def _workspace_members(context: Context, directory: str, data: PackageJson, run: Run) -> dict[str, PackageJson]:
    """The package.json files of the workspace of a project, by their paths."""
    patterns = list(data.workspace_patterns)
    if context.includes(posixpath.join(directory, "pnpm-workspace.yaml")):
        patterns += pnpm_packages(context, directory, run)
    if data.workspaces and not patterns:
        raise RewriteRejected("cannot determine the workspaces in package.json", run)
    names = member_manifests(context, directory, patterns, "package.json", run) if patterns else []
    return {name: read_package_json(context, name, run) for name in names}


def _require_no_hooks(data: PackageJson, run: Run, call: PackageCall, *, compiling: bool) -> None:
    """Raise RewriteRejected where the install runs a script of the project that may read the source."""
    hooks = [hook for hook in _HOOKS if data.scripts.get(hook, _PATCHING) != _PATCHING]
    if hooks and not (compiling and hooks == ["install"]) and not call.has("--ignore-scripts"):
        raise RewriteRejected(
            f"the script `{hooks[0]}` in package.json may read the source; use `--ignore-scripts` if it is not needed",
            run,
        )


def _extra_inputs(context: Context, directory: str, data: PackageJson, run: Run) -> list[str]:
    """What packages read when they are installed, and the patches of packages."""
    packages = data.names(*_GROUPS)
    found = ["patches"] + [name for name in _YARN if context.includes(posixpath.join(directory, name))]
    if "puppeteer" in packages:
        found += _PUPPETEER
    # The install of @prisma/client generates code from the schema.
    # Source: prisma.io/docs/orm/prisma-client/setup-and-configuration/generating-prisma-client
    if "@prisma/client" in packages:
        if data.has_prisma_settings or any(
            context.includes(posixpath.join(directory, f"prisma.config.{end}")) for end in ("ts", "js", "mjs", "cjs")
        ):
            raise RewriteRejected(
                "the install generates the Prisma client from a schema that settings name; copy it before", run
            )
        found += ["prisma", "schema.prisma"]
    return found


def _require_no_local_packages(data: PackageJson, run: Run) -> None:
    for group in _GROUPS:
        for package, version in data.groups[group].items():
            if version.startswith(_LOCAL) or (version.startswith("patch:") and ".yarn/patches/" not in version):
                raise RewriteRejected(f"`{package}` in package.json is a local package; copy it before this RUN", run)
    if data.has_local_overrides:
        raise RewriteRejected("package.json overrides a package with a local one; copy it before this RUN", run)


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
        raise RewriteRejected("cannot determine which files binding.gyp compiles; name them in `sources`", run)
    prefix = folder + "/" if folder else ""
    tops = [prefix + name.removeprefix(prefix).partition("/")[0] for name in sources]
    return list(dict.fromkeys([gyp, *tops]))


class PackageJson:
    """A package.json: `scripts`, and `groups` of dependencies, each package to version.

    `workspaces`: whether it has any, `workspace_patterns`: where they are
    `programs`: the files that an install links as programs
    `has_local_overrides`: whether it replaces a package by a local one
    `has_prisma_settings`: whether it says where the schema of Prisma is
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.scripts = _strings(data.get("scripts"))
        self.workspaces = "workspaces" in data
        self.groups = {name: _strings(data.get(name)) for name in _GROUPS}
        self.workspace_patterns = _workspace_patterns(data.get("workspaces"))
        programs: Any = data.get("bin")
        self.programs = [programs] if isinstance(programs, str) else list(_strings(programs).values())
        overrides = json.dumps([data.get(name) for name in ("overrides", "resolutions", "pnpm")])
        self.has_local_overrides = re.search(r'"(file|link|portal):', overrides) is not None
        self.has_prisma_settings = "prisma" in data

    def names(self, *groups: str) -> set[str]:
        """The names of the packages in some groups."""
        return {name for group in groups for name in self.groups[group]}


def _workspace_patterns(stated: Any) -> list[str]:
    patterns: Any = cast("dict[str, Any]", stated).get("packages") if isinstance(stated, dict) else stated
    listed = cast("list[Any]", patterns) if isinstance(patterns, list) else []
    return [each for each in listed if isinstance(each, str)]


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
        raise RewriteRejected(f"`{name}` is not a valid JSON object; correct it", run)
    return PackageJson(data)  # pyright: ignore[reportUnknownArgumentType] - JSON
