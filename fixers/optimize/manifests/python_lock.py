"""Read the manifests and lock files of Poetry, uv and Pipenv."""

from __future__ import annotations

import json
import posixpath
import re
from typing import cast

from ....model.toml_text import parse_toml
from ..base.copies import context_path, read_context_file
from ..base.rewrite import RewriteRejected
from .requirements import normalize_name
from .workspaces import member_manifests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Run

_MANIFESTS = {"poetry": "pyproject.toml", "uv": "pyproject.toml", "pipenv": "Pipfile"}
_LOCKS = {"poetry": "poetry.lock", "uv": "uv.lock", "pipenv": "Pipfile.lock"}
_SETTINGS = {"poetry": ("poetry.toml",), "uv": ("uv.toml", ".python-version"), "pipenv": ()}
_BACKENDS = ("poetry.core.masonry.api", "poetry.masonry.api", "hatchling.build", "uv_build", "flit_core.buildapi")
"""Build backends that compile nothing without a plug-in."""
_GENERATING = re.compile(
    r"vcs|scm|dynamic-versioning|ext[-_]modules|\[tool\.hatch\.build\.hooks|^build\s*=", re.MULTILINE
)
"""Settings with which installing a project writes files into its source directory."""


class PythonProject:
    """A project as its package manager reads it.

    `python`: the required Python versions; `files`: paths in the context; `lock`: the text of the lock file, "" without
    one; `project_reason`: why the install includes the project itself, "" when it does not; `members`: the manifests of
    the other packages of a workspace. `direct_dependencies` and `development_dependencies` are package names in the
    manifest.
    """

    __slots__ = (
        "data",
        "development_dependencies",
        "direct_dependencies",
        "files",
        "lock",
        "manifest",
        "members",
        "project_reason",
        "python",
        "tool",
    )

    def __init__(self, tool: str, manifest: str, data: dict[str, Any]) -> None:
        self.tool = tool
        self.manifest = manifest
        self.data = data
        self.files = [manifest]
        self.lock = ""
        self.members: list[str] = []
        self.project_reason = ""
        self.direct_dependencies: set[str] = set()
        self.development_dependencies: set[str] = set()
        self.python = str(_table(data, "project").get("requires-python", ""))


def read_python_project(
    build: Build, stage: Stage, context: Context, run: Run, call: PackageCall, *, workspaces: bool = False
) -> PythonProject:
    """The project that Poetry, uv or Pipenv install. Raises RewriteRejected when they read more than manifests.

    With `workspaces` it may be a workspace of uv.
    """
    tool = call.manager.name
    folder = build.state(run).path(".")
    name = _MANIFESTS[tool]
    manifest = context_path(build, stage, context, posixpath.join(folder, name)) if folder else None
    if manifest is None:
        raise RewriteRejected(f"no {name} is copied to the directory where the install runs; copy it there before", run)
    try:
        data = parse_toml(read_context_file(context, manifest) or "")
    except ValueError:
        raise RewriteRejected(f"`{manifest}` is not valid TOML; correct it", run) from None
    project = PythonProject(tool, manifest, data)
    directory = posixpath.dirname(manifest)
    lock = posixpath.join(directory, _LOCKS[tool])
    if context.includes(lock):
        project.lock = read_context_file(context, lock) or ""
    others = [posixpath.join(directory, each) for each in (_LOCKS[tool], *_SETTINGS[tool])]
    project.files += [each for each in others if context.includes(each)]
    if call.has("-C", "--directory", "-P", "--project"):
        raise RewriteRejected("the install runs in another directory; use WORKDIR instead", run)
    if workspaces and "workspace" in _table(project.data, "tool", "uv"):
        _read_members(project, context, directory, run)
    {"poetry": _poetry, "uv": _uv, "pipenv": _pipenv}[tool](project, call, run)
    return project


def _read_members(project: PythonProject, context: Context, directory: str, run: Run) -> None:
    """Add the packages of a workspace of uv. Raises RewriteRejected for one without static metadata."""
    stated = _table(project.data, "tool", "uv", "workspace")
    project.members = member_manifests(
        context,
        directory,
        [str(each) for each in _list(stated.get("members"))],
        "pyproject.toml",
        run,
        exclude=[str(each) for each in _list(stated.get("exclude"))],
    )
    for name in project.members:
        try:
            data = parse_toml(read_context_file(context, name) or "")
        except ValueError:
            raise RewriteRejected(f"`{name}` is not valid TOML", run) from None
        if _list(_table(data, "project").get("dynamic")):
            raise RewriteRejected(f"`{name}` has dynamic metadata, which uv reads from the source", run)
        if _has_other_sources(data):
            raise RewriteRejected(f"`{name}` has local dependencies", run)
    project.files += project.members
    project.project_reason = "`uv sync` installs the packages of the workspace; add `--no-install-workspace`"


def _has_other_sources(data: Mapping[str, Any]) -> bool:
    """Whether dependencies come from directories; members of the workspace do not count."""
    sources = _table(data, "tool", "uv", "sources").values()
    return any(isinstance(source, dict) and "path" in source for source in sources)


def _table(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    found: Any = data
    for name in names:
        found = cast("dict[str, Any]", found).get(name, {}) if isinstance(found, dict) else {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _named(requirements: Iterable[object]) -> set[str]:
    """The package names in a list of requirements such as `project.dependencies`."""
    found = [re.match(r"[A-Za-z0-9][\w.-]*", each) for each in requirements if isinstance(each, str)]
    return {normalize_name(match[0]) for match in found if match is not None}


def _poetry(project: PythonProject, call: PackageCall, run: Run) -> None:
    tool = _table(project.data, "tool", "poetry")
    if 'type = "directory"' in project.lock or 'type = "file"' in project.lock:
        raise RewriteRejected("`poetry.lock` has local packages; use published ones", run)
    stated = _table(tool, "dependencies")
    groups = [_table(group, "dependencies") for group in _table(tool, "group").values()]
    for versions in (stated, _table(tool, "dev-dependencies"), *groups):
        if any(isinstance(version, dict) and "path" in version for version in versions.values()):
            raise RewriteRejected("pyproject.toml has local dependencies; use published packages", run)
    project.direct_dependencies = {normalize_name(name) for name in stated if name.lower() != "python"}
    project.direct_dependencies |= _named(_list(_table(project.data, "project").get("dependencies")))
    project.development_dependencies = {normalize_name(name) for versions in groups for name in versions}
    project.development_dependencies |= {normalize_name(name) for name in _table(tool, "dev-dependencies")}
    if not call.has("--no-root", "--only-root") and tool.get("package-mode", True):
        project.project_reason = "`poetry install` installs the project itself; add `--no-root`"


def _uv(project: PythonProject, call: PackageCall, run: Run) -> None:
    tool = _table(project.data, "tool", "uv")
    others = ("--active", "--script") if project.members else ("--all-packages", "--package", "--active", "--script")
    if call.path != "sync" or ("workspace" in tool and not project.members) or call.has(*others):
        raise RewriteRejected(
            f"cannot determine which files `{call.command.text[:60]}` reads; use `uv sync` in the project itself", run
        )
    sources = _table(tool, "sources").values()
    in_workspace = any(isinstance(source, dict) and "workspace" in source for source in sources)
    if _has_other_sources(project.data) or (in_workspace and not project.members):
        raise RewriteRejected("pyproject.toml has local dependencies; use published packages", run)
    if any(word in project.lock for word in ("source = { directory = ", "source = { path = ")):
        raise RewriteRejected("`uv.lock` has local packages; use published ones", run)
    if len(re.findall(r"source = \{ editable = ", project.lock)) > 1 + len(project.members):
        raise RewriteRejected("`uv.lock` has local packages; use published ones", run)
    if project.members and call.has("--no-install-workspace"):
        project.project_reason = ""
    project.direct_dependencies = _named(_list(_table(project.data, "project").get("dependencies")))
    groups = _table(project.data, "dependency-groups").values()
    project.development_dependencies = {name for group in groups for name in _named(_list(group))}
    project.development_dependencies |= _named(_list(tool.get("dev-dependencies")))
    packaged = tool.get("package", "build-system" in project.data)
    if packaged and not project.members and not call.has("--no-install-project", "--no-install-workspace"):
        project.project_reason = "`uv sync` installs the project itself; add `--no-install-project`"


def _pipenv(project: PythonProject, call: PackageCall, run: Run) -> None:
    if call.packages or call.requirements:
        raise RewriteRejected(f"`{call.command.text[:60]}` adds packages to the Pipfile; list them there", run)
    for group in ("packages", "dev-packages"):
        for name, version in _table(project.data, group).items():
            if isinstance(version, dict) and {"path", "file", "editable"} & version.keys() and "git" not in version:
                raise RewriteRejected(f"`{name}` in the Pipfile is a local package; use a published one", run)
    project.direct_dependencies = {normalize_name(name) for name in _table(project.data, "packages")}
    project.development_dependencies = {normalize_name(name) for name in _table(project.data, "dev-packages")}


def is_pure_python(project: PythonProject, context: Context) -> bool:
    """Whether installing the project itself only registers the path of its source."""
    directory = posixpath.dirname(project.manifest)
    backend = _table(project.data, "build-system").get("build-backend", "")
    plain = backend in _BACKENDS or (backend == "setuptools.build_meta" and not _has_setup(context, directory))
    text = read_context_file(context, project.manifest) or ""
    return plain and _GENERATING.search(text) is None


def _has_setup(context: Context, directory: str) -> bool:
    return any(context.exists(posixpath.join(directory, name)) for name in ("setup.py", "setup.cfg"))


# The packages of the lock files


def installed_packages(project: PythonProject, *, development: bool) -> set[str]:
    """The names of the installed packages, with or without those for development.

    With a lock file all of them, without one only those in the manifest.
    """
    stated = (
        project.direct_dependencies | project.development_dependencies
        if development
        else set(project.direct_dependencies)
    )
    if not project.lock:
        return stated
    if project.tool == "pipenv":
        return stated | _of_pipfile_lock(project.lock, development=development)
    packages = _packages(project.lock)
    found: set[str] = set()
    waiting = {(name, "") for name in stated}
    while waiting:
        name, extra = waiting.pop()
        known = f"{name}[{extra}]" if extra else name
        if known in found:
            continue
        found.add(known)
        for package in packages.get(name, ()):
            waiting |= _required_by(package, extra)
    return {name for name in found if "[" not in name}


def _packages(lock: str) -> dict[str, list[dict[str, Any]]]:
    try:
        stated: list[dict[str, Any]] = _list(parse_toml(lock).get("package"))
    except ValueError:
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    for package in stated:
        found.setdefault(normalize_name(str(package.get("name", ""))), []).append(package)
    return found


def _required_by(package: dict[str, Any], extra: str) -> set[tuple[str, str]]:
    """The (name, extra) pairs that a locked package requires, or one of its extras; without optional ones."""
    needed: Any = package.get("dependencies", {})
    if extra:
        needed = _table(package, "optional-dependencies").get(extra, [])
    found: set[tuple[str, str]] = set()
    for each in _list(needed):
        name = normalize_name(str(each["name"]))
        found.add((name, ""))
        found |= {(name, str(one)) for one in _list(each.get("extra"))}
    for name, versions in (cast("dict[str, Any]", needed) if isinstance(needed, dict) else {}).items():
        each = _list(versions)[0] if _list(versions) else versions
        if not _table({"": each}, "").get("optional"):
            found.add((normalize_name(name), ""))
    return found


def _of_pipfile_lock(lock: str, *, development: bool) -> set[str]:
    try:
        data: dict[str, Any] = json.loads(lock)
    except (ValueError, RecursionError):
        return set()
    groups = ("default", "develop") if development else ("default",)
    return {normalize_name(name) for group in groups for name in _table(data, group)}


def python_wheel_tag(tag: str) -> str:
    """The Python version of an image tag as wheels write it: `312` for `3.12-slim`; empty when the tag has none."""
    match = re.match(r"3\.(\d+)", tag)
    return f"3{match[1]}" if match else ""


def packages_without_wheel(lock: str, python: str) -> list[str]:
    """The packages of a poetry.lock or uv.lock without a wheel for this CPython on glibc and x86-64."""
    missing: list[str] = []
    for stanza in lock.split("[[package]]")[1:]:
        name = re.search(r'^name = "([^"]+)"', stanza, re.MULTILINE)
        if name is None or re.search(r"^source = \{ (virtual|editable) ", stanza, re.MULTILINE):
            continue
        wheels = re.findall(r"([\w.+-]+)\.whl", stanza)
        if not any(_fits(wheel, python) for wheel in wheels):
            missing.append(name[1])
    return missing


def _fits(wheel: str, python: str) -> bool:
    """Whether a wheel installs; its name without suffix is name-version[-build]-python-abi-platform (PEP 427)."""
    tags = wheel.split("-")[-3:]
    if len(tags) < 3 or not ("any" in tags[2] or ("manylinux" in tags[2] and "x86_64" in tags[2])):
        return False
    if "py3" in tags[0] or tags[1] == "abi3":
        return True
    return bool(python) and f"cp{python}" in tags[0].split(".")
