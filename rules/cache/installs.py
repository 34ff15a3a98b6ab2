"""Installs from a manifest, and how to separate them from the source code."""

from __future__ import annotations

import posixpath

from ...model.image_paths import commands_with_directories, resolve_image_path
from .manifest_files import describe_read_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Run

_COMPILES = frozenset(("cargo", "mvn", "gradle", "dotnet"))
"""Managers whose build command downloads the dependencies."""
_STORES = _COMPILES | {"go", "nuget"}
"""Managers that install into a store, which a cache mount can keep."""
_FIRST = {
    "dotnet": "copy the project files and run `dotnet restore`",
    "mvn": "copy `pom.xml` and run `mvn dependency:go-offline`",
    "gradle": "copy the build files and download the dependencies",
    "cargo": "build the dependencies from `Cargo.toml` and `Cargo.lock`",
    "go": "copy `go.mod` and `go.sum` and run `go mod download`",
}
_LOCKS = {"cargo": "Cargo.lock", "go": "go.sum"}
_WITHOUT_PROJECT = {"poetry": "--no-root", "uv": "--no-install-project", "composer": "--no-autoloader"}
_DIRECTORY_FLAGS = {
    "node": ("--prefix", "--cwd", "-C", "--dir"),
    "php": ("-d", "--working-dir"),
    "python": ("-C", "--directory", "-P", "--project"),
    "go": ("-C",),
    "rust": ("-C",),
}
_FILE_FLAGS = {"ruby": ("--gemfile",), "java": ("-f", "--file", "-b", "--build-file"), "rust": ("--manifest-path",)}
_READS_MORE = {
    "python": ("\n-e .", "\n.", "\nfile:", "\n--editable", "\n--find-links"),
    "node": ('"file:', '"link:', '"postinstall"', '"preinstall"', '"workspaces"', '"prepare": "npm run'),
    "ruby": ("gemspec", "path:"),
}
"""Texts in a manifest that make its install read other files of the project."""


_INSTALLED = ("node_modules", "vendor", "venv")
"""Ends of the names of directories that packages are installed into."""


class ManifestInstall:
    """A call that installs from a manifest; `manifest` is the manifest's path in the image, None if unknown."""

    __slots__ = ("call", "manifest", "name")

    def __init__(self, call: PackageCall, manifest: str | None, name: str) -> None:
        self.call = call
        self.manifest = manifest if manifest and manifest.startswith("/") else None
        self.name = name

    @property
    def directory(self) -> str | None:
        """The directory of the manifest in the image."""
        return posixpath.dirname(self.manifest) if self.manifest else None

    @property
    def dedupe_key(self) -> str:
        """The same for installs of the same dependencies: one per ecosystem, and per directory for Node."""
        ecosystem = self.call.manager.ecosystem
        return f"{ecosystem} {self.directory}" if ecosystem == "node" else ecosystem

    def advice(self, build: Build, path: str | None) -> str:
        """The remedy. `path` is the manifest's directory in the build context, None if this COPY does not bring it."""
        call, manager = self.call, self.call.manager
        text = b"\n" + self._read(build, path)
        if manager.name == "cargo" and b"\n[workspace]" in text:
            # The manifests of all members are needed too, each with a source file.
            return (
                "keep the dependencies in cache mounts for Cargo's registry and `target`, and copy the program out of "
                "`target` in the same RUN"
            )
        if call.verb == "build" or call.path in ("mod tidy", "mod vendor") or manager.name == "cargo":
            first = _FIRST[manager.name]
            if manager.name in _LOCKS and self._lacks(build, path, _LOCKS[manager.name]):
                first = first.replace(f" and `{_LOCKS[manager.name]}`", "")
            return f"{first} before copying the rest"
        flag = _WITHOUT_PROJECT.get(manager.name, "") if call.verb == "restore" else ""
        also = f", and add `{flag}` to `{call.program} {call.path}`" if flag and not call.has(flag) else ""
        if also and manager.name == "composer" and "dump" not in build.dockerfile.source.text:
            after = "run `composer dump-autoload` after copying the rest"
            also = f", add `{flag}` to `{call.program} {call.path}`, and {after}"
        if path is None:
            return f"copy it after the install{also}"
        wanted = describe_read_files(build, call, posixpath.join(path, self.name))
        return f"copy only {wanted} before the install{also}"

    def reads_project_files(self, build: Build, path: str | None) -> bool:
        """Whether the manifest, read from the directory `path` of the build context, refers to files of the project."""
        needles = _READS_MORE.get(self.call.manager.ecosystem)
        if needles is None:
            return False
        text = b"\n" + self._read(build, path)
        return any(needle.encode() in text for needle in needles)

    def _lacks(self, build: Build, path: str | None, name: str) -> bool:
        """Whether the build context has the manifest in its directory `path`, but no file `name` there."""
        context = build.context
        if context is None or path is None or not context.includes(posixpath.join(path, self.name)):
            return False
        return not context.includes(posixpath.join(path, name))

    def _read(self, build: Build, path: str | None) -> bytes:
        """The manifest in the directory `path` of the build context; empty if it is unknown."""
        if build.context is None or path is None:
            return b""
        return build.context.read(posixpath.join(path, self.name)) or b""


def manifest_installs(build: Build, run: Run) -> Iterator[ManifestInstall]:
    """The calls of a RUN that install from a manifest of the project."""
    directories: dict[int, str | None] = {}
    for call in build.package_calls(run):
        if _reads_manifest(build, run, call):
            if not directories:
                directories = {id(command): directory for command, directory in commands_with_directories(build, run)}
            place = _manifest(call)
            known = resolve_image_path(build, run, directories.get(id(call.command)), place)
            yield ManifestInstall(call, known, posixpath.basename(place))


def _manifest(call: PackageCall) -> str:
    """The path of the manifest, relative to the working directory of the call."""
    name = next(iter(call.manager.manifests), "")
    ecosystem = call.manager.ecosystem
    file = call.requirements[0] if call.requirements else call.value(*_FILE_FLAGS.get(ecosystem, ()))
    return file or posixpath.join(call.value(*_DIRECTORY_FLAGS.get(ecosystem, ())) or "", name)


def _reads_manifest(build: Build, run: Run, call: PackageCall) -> bool:
    manager = call.manager
    if any(target.rstrip("/").endswith(_INSTALLED) for target in build.mount_targets(run, "tmpfs")):
        return False  # what it installs is lost after this RUN, which is intended
    if manager.name in _STORES and build.mount_targets(run, "cache"):
        return False
    if any(package.kind in ("project", "file") for package in call.packages):
        return manager.name == "cargo" and call.verb == "install"
    if call.verb == "install":
        local = any("://" not in place for place in call.values("-f", "--find-links"))
        return not local and any("://" not in name and "$" not in name for name in call.requirements)
    if call.verb == "restore" or (call.verb == "build" and manager.name in _COMPILES):
        return not call.has("--no-restore", "--offline") and not (manager.name == "mvn" and call.has("-o"))
    return call.verb == "build" and manager.name == "go" and _has_modules(build)


def _has_modules(build: Build) -> bool:
    """Whether the build context shows that `go build` downloads modules."""
    context = build.context
    return context is not None and context.exists("go.sum") and not context.exists("vendor")
