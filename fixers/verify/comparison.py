"""Compare two images: what differs, and whether the rewrite declared it."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, cast

from ..optimize.base.copies import context_copies

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ...model.build import Build
    from ...model.context import Context
    from .builders import CommandResult, ImageFile

CONFIG_FIELDS = (
    "Env", "Cmd", "Entrypoint", "WorkingDir", "User", "ExposedPorts", "Volumes", "Labels", "StopSignal", "Healthcheck",
    "Shell", "OnBuild",
)  # fmt: skip
_BASE_ENV = frozenset(
    ("PYTHON_VERSION", "PYTHON_PIP_VERSION", "PYTHON_SETUPTOOLS_VERSION", "PYTHON_GET_PIP_URL",
     "PYTHON_GET_PIP_SHA256", "PYTHON_SHA256", "GPG_KEY", "NODE_VERSION", "YARN_VERSION", "GOLANG_VERSION",
     "GOTOOLCHAIN", "GOPATH", "JAVA_VERSION", "NGINX_VERSION", "NJS_VERSION", "NJS_RELEASE", "PKG_RELEASE",
     "RUSTUP_HOME", "CARGO_HOME", "RUST_VERSION", "RUBY_VERSION", "RUBY_DOWNLOAD_URL", "RUBY_DOWNLOAD_SHA256",
     "PHPIZE_DEPS", "DOTNET_VERSION", "ASPNET_VERSION", "DYNPKG_RELEASE")
)  # fmt: skip
"""Variables of official images that describe their toolchain; programs do not read them."""
_SYSTEM_PATH = re.compile(
    r"/(?:usr/)?(?:local/)?s?bin|/usr/local/(?:go|cargo)/bin|/go/bin|/opt/java/.*|/root/\.cargo/bin"
)
_SYSTEM = frozenset(
    "bin boot dev etc lib lib32 lib64 libx32 media mnt opt proc root run sbin srv sys tmp usr var".split()
)
_BUILDERS_LABELS = ("io.buildah.version", "org.opencontainers.image.created")
_BYPRODUCTS = (
    "*/__pycache__", "*/__pycache__/*", "*.pyc", "*/node_modules", "*/node_modules/*", "*.egg-info", "*.egg-info/*",
    "*/.cache", "*/.cache/*", "*/.npm/*", "*/.venv", "*/.venv/*", "*/.pytest_cache/*", "*/.eslintcache",
    "*/.tsbuildinfo", "*.tsbuildinfo", "*/.yarn/*", "*/.pnpm-store/*", "*/target/*/deps/*",
    "*/obj/project.assets.json", "*/obj/*.nuget.*", "*/obj/project.nuget.cache", "*/obj/Debug/*", "*/obj/Release/*",
    "*/bin/Debug/*", "*/bin/Release/*",
)  # fmt: skip
"""Installed packages, caches and byproducts of tools; the smoke command checks that what is needed is there."""
_CACHE = "CACHEDIR.TAG"
"""Marks a directory of reproducible files, such as Cargo's target. Source: Cache Directory Tagging Specification."""


class ExpectedChanges:
    """What is expected to differ.

    `variables`: environment variables; `fields`: fields of the configuration; `removed_paths`: paths in the image.
    `copied_targets`: the paths that the new final stage copies, None when it has everything the old one had. Each is a
    pair of a path and the path that applies instead where it exists, as a COPY source may be a file or a directory.
    """

    __slots__ = ("copied_targets", "fields", "removed_paths", "variables")

    def __init__(
        self,
        variables: Collection[str] = (),
        fields: Collection[str] = (),
        removed_paths: Collection[str] = (),
        copied_targets: Sequence[tuple[str, str]] | None = None,
    ) -> None:
        self.variables = frozenset(variables)
        self.fields = frozenset(fields)
        self.removed_paths = frozenset(removed_paths)
        self.copied_targets = copied_targets

    def allows_removal(self, path: str, there: Collection[str] = ()) -> bool:
        """Whether the file may be missing from the new image; `there` are the paths that the new image has."""
        path = "/" + path.lstrip("/")
        if any(path == gone or path.startswith(gone + "/") for gone in self.removed_paths):
            return True
        if self.copied_targets is None:
            return False
        targets = (inner if inner.lstrip("/") in there else target for target, inner in self.copied_targets)
        return not any(path == each or path.startswith(each.rstrip("/") + "/") for each in targets)


def expected_changes(
    before: Build, after: Build, unsent: Collection[str], context: Context, fields: Collection[str] = ()
) -> ExpectedChanges:
    """What differs according to the texts of the two Dockerfiles and ignore files.

    `unsent`: files of the context that are no longer sent; `fields`: fields of the configuration that the user asked to
    change.
    """
    old, new = before.final_stage, after.final_stage
    if old is None or new is None:
        return ExpectedChanges()
    gone = {path for each in unsent for path in _image_paths(before, each, context)}
    mine, theirs = (set(_end(build).vars) for build in (before, after))
    brought: list[tuple[str, str]] | None = None
    if len(after.stages) > len(before.stages):
        brought = [(place.target, place.target) for place in context_copies(after, new, context)]
        brought += list(_from_stages(after))
    return ExpectedChanges(variables=theirs - mine, fields=fields, removed_paths=gone, copied_targets=brought)


def _end(build: Build) -> Any:
    stage = build.final_stage
    assert stage is not None
    return stage.state(len(stage.instructions))


def _image_paths(build: Build, path: str, context: Context) -> Iterator[str]:
    for stage in build.stages:
        for place in context_copies(build, stage, context):
            if place.source == path:
                yield place.target
            elif place.folder and (not place.source or path.startswith(place.source + "/")):
                yield posixpath.join(place.target, path[len(place.source) :].lstrip("/"))


def _from_stages(build: Build) -> Iterator[tuple[str, str]]:
    """The targets of `COPY --from` in the final stage: the path, and the path inside it if the source is a file."""
    from ...syntax.tree import Copy

    stage = build.final_stage
    for instruction in stage.instructions if stage is not None else ():
        if isinstance(instruction, Copy) and instruction.flag("from") and instruction.destination is not None:
            target = build.state(instruction).path(instruction.destination.text)
            for source in instruction.sources if target is not None else ():
                assert target is not None
                yield target, posixpath.join(target, posixpath.basename(source.text.rstrip("/")))


# The configuration ---------------------------------------------------------------------------------------------------


class Difference:
    """A field of the configuration that differs; `allowed_reason` is why it may, empty when it may not."""

    __slots__ = ("after", "allowed_reason", "before", "field")

    def __init__(self, what: str, before: object, after: object, allowed: str = "") -> None:
        self.field = what
        self.before = before
        self.after = after
        self.allowed_reason = allowed


def compare_configs(before: Mapping[str, Any], after: Mapping[str, Any], plan: ExpectedChanges) -> list[Difference]:
    """The differences of the runtime configurations."""
    found: list[Difference] = []
    for field in CONFIG_FIELDS:
        x, y = _normal(field, before.get(field)), _normal(field, after.get(field))
        if field == "Env":
            found += _variables(cast("dict[str, str]", x), cast("dict[str, str]", y), plan)
        elif x != y:
            found.append(Difference(field, x, y, "declared" if field in plan.fields else ""))
    return found


def _normal(field: str, value: Any) -> object:
    if field == "Env":
        pairs = (item.partition("=") for item in cast("list[str]", value or ()))
        return {name: text for name, _, text in pairs}
    if field == "WorkingDir":
        return value or "/"
    if field == "User":
        return "" if value in (None, "", "0", "root", "0:0", "root:root") else value
    if field == "Labels":
        labels = cast("dict[str, str]", value or {})
        return {key: text for key, text in labels.items() if key not in _BUILDERS_LABELS} or None
    return value or None


def _variables(before: dict[str, str], after: dict[str, str], plan: ExpectedChanges) -> Iterator[Difference]:
    for name in sorted(before.keys() | after.keys()):
        x, y = before.get(name), after.get(name)
        if x == y:
            continue
        allowed = ""
        if name in _BASE_ENV:
            allowed = "from the base image"
        elif name == "PATH" and x is not None and y is not None:
            gone = [folder for folder in x.split(":") if folder not in y.split(":")]
            allowed = (
                ""
                if any(not _SYSTEM_PATH.fullmatch(folder) for folder in gone)
                else "no application directory was removed"
            )
        elif x is None and name in plan.variables:
            allowed = "declared"
        yield Difference(f"Env {name}", x, y, allowed)


# Files ---------------------------------------------------------------------------------------------------------------


class FileComparison:
    """The files in the application's directory: `before` and `after` are their numbers, the lists are paths.

    `missing` and `changed` were not declared; `removed_as_declared` were; `missing_byproducts` are packages and caches;
    `added` are only in the new image; `changed_permissions` have a different owner or mode.
    """

    __slots__ = (
        "added",
        "after",
        "before",
        "changed",
        "changed_permissions",
        "missing",
        "missing_byproducts",
        "removed_as_declared",
    )

    def __init__(self, before: int, after: int) -> None:
        self.before = before
        self.after = after
        self.missing: list[str] = []
        self.changed: list[str] = []
        self.removed_as_declared: list[str] = []
        self.missing_byproducts: list[str] = []
        self.added: list[str] = []
        self.changed_permissions: list[str] = []


def compare_files(
    before: Mapping[str, ImageFile],
    after: Mapping[str, ImageFile],
    plan: ExpectedChanges,
    sources: Collection[str],
    folder: str,
) -> FileComparison:
    """Compare the files in the application's directory.

    `sources` are the paths in the image of files from the context, which must have the same content. What the build
    creates must exist; its content may differ between builds.
    """
    mine, theirs = _own(before, folder), _own(after, folder)
    caches = tuple(path.removesuffix(_CACHE) for path in mine if path.endswith("/" + _CACHE))
    found = FileComparison(sum(f.kind != "d" for f in mine.values()), sum(f.kind != "d" for f in theirs.values()))
    for path, file in sorted(mine.items()):
        other = theirs.get(path)
        byproduct = path.startswith(caches) or any(fnmatchcase("/" + path, pattern) for pattern in _BYPRODUCTS)
        if other is None and file.kind == "d":
            continue
        if other is None and byproduct:
            found.missing_byproducts.append(path)
        elif other is None:
            (found.removed_as_declared if plan.allows_removal(path, after) else found.missing).append(path)
        elif (file.kind, file.content) != (other.kind, other.content):
            if "/" + path in sources and not byproduct:
                found.changed.append(path)
        elif (file.mode, file.owner) != (other.mode, other.owner):
            found.changed_permissions.append(path)
    found.added = [path for path in sorted(theirs) if path not in mine and theirs[path].kind != "d"]
    return found


def _own(files: Mapping[str, ImageFile], folder: str) -> dict[str, ImageFile]:
    if folder != "/":
        return dict(files)
    return {path: file for path, file in files.items() if path.partition("/")[0] not in _SYSTEM}


def image_paths_from_context(build: Build, context: Context) -> set[str]:
    """The paths in the final image of the files of the context."""
    return {path for each in context.files() for path in _image_paths(build, each, context)}


# The smoke command ---------------------------------------------------------------------------------------------------


def compare_smoke_runs(before: CommandResult, after: CommandResult) -> str:
    """The problem with the two runs of the smoke command; empty when both succeed with the same output."""
    if before.status is None:
        return "the smoke command timed out in the original image"
    if after.status is None:
        return "the smoke command timed out in the new image"
    if before.status != after.status:
        return f"the smoke command exits with status {after.status} instead of {before.status}: {_last(after)}"
    if before.output != after.output:
        return f"the smoke command prints different output: {_first_difference(before.output, after.output)}"
    if before.status != 0:
        return f"the smoke command fails in both images (status {before.status}), which proves nothing: {_last(before)}"
    return ""


def _last(run: CommandResult) -> str:
    lines = (run.errors or run.output).strip().splitlines()
    return lines[-1][:200] if lines else "no output"


def _first_difference(before: str, after: str) -> str:
    for x, y in zip(before.splitlines(), after.splitlines(), strict=False):
        if x != y:
            return f"`{x[:100]}`, now `{y[:100]}`"
    counts = (len(text.splitlines()) for text in (before, after))
    return " instead of ".join(f"{count} line{'' if count == 1 else 's'}" for count in reversed([*counts]))
