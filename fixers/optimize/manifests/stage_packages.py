"""The packages of languages that the RUNs of a stage install, as far as the manifests in the build context tell."""

from __future__ import annotations

import posixpath
import re

from ....model.packages.package_needs import known_needs
from ....syntax.tree import Copy, Run
from ..base.copies import context_path, read_context_file
from ..base.rewrite import RewriteRejected
from ..base.runtime_needs import unknown_needs
from ..base.source_programs import node_imports
from .manifests import read_package_json
from .node_lock import locked_packages, run_time_packages
from .python_lock import installed_packages, packages_without_wheel, python_wheel_tag, read_python_project
from .requirements import Requirements, add_requirements, normalize_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from .manifests import PackageJson

_LOCKED_GEM = re.compile(r"^ {4}([\w.-]+) \(([^)]*)\)", re.MULTILINE)
_GEM = re.compile(r"""^\s*gem\s*\(?\s*["']([\w.-]+)["']""", re.MULTILINE)
_MANAGED = ("poetry", "uv", "pipenv")


class StagePackages:
    """The packages of a stage by ecosystem ("python", "node", "ruby"), each name with the RUN that installs it.

    `compiled`: those Python packages that are not installed as a wheel
    """

    def __init__(self, build: Build, stage: Stage, context: Context, sources: Collection[str]) -> None:
        """Read what the RUNs of the stage install; `sources` are the files of the context that the image gets.

        Raises RewriteRejected when a RUN installs what is unknown.
        """
        self.build = build
        self.stage = stage
        self.context = context
        self.sources = sources
        self.names: dict[str, dict[str, Run]] = {"python": {}, "node": {}, "ruby": {}}
        self.compiled: set[str] = set()
        for run in stage.instructions:
            if isinstance(run, Run):
                for call in build.package_calls(run):
                    self._read(run, call)

    def _read(self, run: Run, call: PackageCall) -> None:
        if call.verb not in ("install", "restore", "build", "download"):
            return
        if call.manager.ecosystem == "python":
            self._python(run, call)
        elif call.manager.ecosystem == "node" and call.verb != "build":
            self._node(run, call)
        elif call.manager.ecosystem == "ruby" and call.verb != "build":
            self._ruby(run, call)

    def _add(self, ecosystem: str, names: set[str], run: Run) -> None:
        for name in names:
            self.names[ecosystem].setdefault(name, run)

    def _python(self, run: Run, call: PackageCall) -> None:
        manager = call.manager.name
        if manager in _MANAGED and not call.path.startswith("pip"):
            project = read_python_project(self.build, self.stage, self.context, run, call)
            self._add("python", installed_packages(project, development=False), run)
            tag = self.stage.base_ref.tag if self.stage.base_ref is not None else None
            self.compiled |= set(map(normalize_name, packages_without_wheel(project.lock, python_wheel_tag(tag or ""))))
            unknown = sorted(name for name in self.compiled if known_needs("python", name) is None)
            if unknown and "slim" not in (tag or ""):
                raise RewriteRejected(
                    f"no wheel for `{unknown[0]}`, so it may be compiled with any library of the full image", run
                )
            return
        if installs_built_wheels(self.build, self.stage, run, call):
            return  # the stage that builds them is read, too
        found = Requirements()
        add_requirements(self.build, self.stage, self.context, run, call, found)
        self._add("python", set(found.names), run)
        self.compiled |= set(found.names) if ":all:" in found.no_binary else found.no_binary

    def _node(self, run: Run, call: PackageCall) -> None:
        if call.uncertain:
            raise RewriteRejected(f"the packages that `{call.command.text[:60]}` installs are unknown", run)
        if call.packages:
            self._add("node", {package.name for package in call.packages}, run)
            return
        manifest = self._manifest(run, "package.json")
        data = read_package_json(self.context, manifest, run)
        self._add("node", node_packages(self.context, manifest, data, self.sources, run), run)

    def _ruby(self, run: Run, call: PackageCall) -> None:
        if call.packages:
            self._add("ruby", {package.name for package in call.packages}, run)
            return
        manifest = self._manifest(run, "Gemfile")
        text = read_context_file(self.context, manifest) or ""
        lock = posixpath.join(posixpath.dirname(manifest), "Gemfile.lock")
        names = set(_GEM.findall(text))
        if self.context.includes(lock):
            names |= {name for name, _ in _LOCKED_GEM.findall(read_context_file(self.context, lock) or "")}
        self._add("ruby", names, run)

    def _manifest(self, run: Run, name: str) -> str:
        """The path in the context of a manifest in the directory where a RUN works."""
        path = self.build.state(run).path(name)
        found = context_path(self.build, self.stage, self.context, path) if path else None
        if found is None:
            raise RewriteRejected(f"no {name} is copied to the directory where the install runs", run)
        return found


def node_packages(context: Context, manifest: str, data: PackageJson, sources: Iterable[str], run: Run) -> set[str]:
    """The npm packages that a program may load, given its package.json (`manifest`, `data`) and its `sources`.

    Raises RewriteRejected when one of them is compiled and not recorded: it may need any library.
    """
    locked = locked_packages(context, posixpath.dirname(manifest))
    names = run_time_packages(data, locked, node_imports(context, sources))
    native = {name for name in names if name in locked and locked[name].native}
    unknown = sorted(name for name in native if known_needs("node", name) is None)
    if unknown:
        raise unknown_needs(unknown, run)
    return names


def installs_built_wheels(build: Build, stage: Stage, run: Run, call: PackageCall) -> bool:
    """Whether pip only installs wheels from directories that other stages fill with `pip wheel`."""
    if call.manager.name != "pip" or call.verb != "install":
        return False
    if call.packages:
        places = [posixpath.dirname(package.name) if package.kind == "file" else "" for package in call.packages]
    else:
        places = call.values("--find-links", "-f") if call.has("--no-index") else []
    paths = [build.state(run).path(place) if place else None for place in places]
    known = set(_wheel_directories(build, stage))
    return bool(paths) and all(path in known for path in paths)


def _wheel_directories(build: Build, stage: Stage) -> Iterator[str]:
    """The directories of a stage that are copied from where another stage puts wheels."""
    for copy in stage.instructions:
        flag = copy.flag("from") if isinstance(copy, Copy) else None
        source = build.source_stage(flag.value or "", stage) if flag is not None else None
        if source is None or not isinstance(copy, Copy) or copy.destination is None or len(copy.sources) != 1:
            continue
        target = build.state(copy).path(copy.destination.text)
        for run in source.instructions:
            for call in build.package_calls(run) if isinstance(run, Run) else ():
                filled = call.value("--wheel-dir", "-w") if call.path == "wheel" else None
                if filled and target and build.state(run).path(filled) == posixpath.normpath(copy.sources[0].text):
                    yield posixpath.normpath(target)
