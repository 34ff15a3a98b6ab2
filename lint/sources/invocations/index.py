"""Finds the builds of a Dockerfile in compose files, bake files and CI workflows.

This module only checks file names; the readers are imported when there is a file for them.
"""

from __future__ import annotations

import os

from ....model.disk import MAX_CONFIG_BYTES, OutsideBoundary, read_file, read_found, stays_inside
from ...config.layer import display_path
from ...terminal.streams import inform, warn
from .invocation import BuildInvocation, directory_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_BUILD_DIRECTORIES = (
    "docker", ".docker", "compose", "deploy", "deployment", "deployments", "infra", "devops", "ops", "ci", ".ci",
    "build", "dev", "local", ".devcontainer",
)  # fmt: skip
"""Subdirectories of a project that may contain its compose and bake files."""

_MAX_ENTRIES = 2_000
_WORKFLOWS = os.path.join(".github", "workflows")
_PIPELINES = frozenset((".gitlab-ci.yml", ".gitlab-ci.yaml", "azure-pipelines.yml", "azure-pipelines.yaml"))


def is_compose(name: str) -> bool:
    """Whether a file of this base name is a compose file: `compose.yaml`, `docker-compose.prod.yml`."""
    lower = name.lower()
    return lower.endswith((".yml", ".yaml")) and lower.startswith(("compose.", "docker-compose.", "docker-compose-"))


def is_bake(name: str) -> bool:
    """Whether `docker buildx bake` reads a file of this base name: `docker-bake.hcl`, `docker-bake.override.json`."""
    lower = name.lower()
    return lower.endswith(".bake.hcl") or (lower.startswith("docker-bake.") and lower.endswith((".hcl", ".json")))


def read_builds(path: str, roots: Sequence[str] = (), *, named: bool = False) -> list[BuildInvocation]:
    """The builds in a compose file, bake file or workflow; none if it cannot be read.

    What is left out because it is outside of the repository is noted on standard error. `roots`: the paths of the
    command line, which may include the file (`named`).
    """
    try:
        data = read_file(path, MAX_CONFIG_BYTES) if named else read_found(path, MAX_CONFIG_BYTES, roots)
    except OutsideBoundary:
        inform(f"`{display_path(path)}` links to a file outside of the repository; not read")
        return []
    except OSError:
        return []
    return parse_builds(path, data.decode("utf-8-sig", "replace"), roots, inform)


def parse_builds(
    path: str, text: str, roots: Sequence[str] = (), note: Callable[[str], object] | None = None
) -> list[BuildInvocation]:
    """The builds in the text of the file at `path`; none, and a warning, if an unexpected error stops a reader.

    `note` gets a message for each file that is not read because it is outside of the repository.
    """
    try:
        return _parse_builds(path, text, roots, note)
    except Exception as error:  # noqa: BLE001 - a file next to a Dockerfile must not stop its findings
        warn(f"{display_path(path)}: cannot read the file ({type(error).__name__}); its builds are unknown")
        return []


def _parse_builds(
    path: str, text: str, roots: Sequence[str], note: Callable[[str], object] | None
) -> list[BuildInvocation]:
    # Most of these files build nothing; then no parser needs to be imported.
    if not any(word in text for word in ("build", "target", "executor", "include", "extends")):
        return []
    name = os.path.basename(path)
    if is_bake(name):
        from .bake import read_bake

        return read_bake(path, text)
    if is_compose(name):
        from .compose import read_compose

        return read_compose(path, text, roots, note)
    from .workflow import read_workflow

    return read_workflow(path, text)


class BuildFinder:
    """Finds the builds of Dockerfiles; each directory and each file is read once."""

    def __init__(self) -> None:
        self._by_directory: dict[str, dict[str, list[BuildInvocation]]] = {}
        self._by_file: dict[str, list[BuildInvocation]] = {}
        self._repository_roots: dict[str, bool] = {}

    def of(self, dockerfile: str, roots: Sequence[str] = ()) -> list[BuildInvocation]:
        """The builds of the file at `dockerfile`.

        They are searched for in its directory and its parents, up to the repository root or to a directory in `roots`,
        and in common subdirectories of these.
        """
        real = os.path.realpath(dockerfile)
        found: list[BuildInvocation] = []
        for directory in self._directories(os.path.dirname(os.path.abspath(dockerfile)), roots):
            found += self._builds_in(directory, roots).get(real, ())
        return found

    def read(self, file: str, roots: Sequence[str] = (), *, named: bool = False) -> list[BuildInvocation]:
        """The builds in a file; see `read_builds`."""
        if file not in self._by_file:
            self._by_file[file] = read_builds(file, roots, named=named)
        return self._by_file[file]

    def _directories(self, directory: str, roots: Sequence[str]) -> Iterable[str]:
        """The directory and its parents up to the repository root, otherwise up to a directory in `roots`."""
        named = {os.path.abspath(root) for root in roots if os.path.isdir(root)}
        found, count = [directory], 1
        while True:
            if directory in named:
                count = len(found)
            if self._is_repository_root(directory):
                return found
            parent = os.path.dirname(directory)
            if parent == directory:
                return found[:count]
            directory = parent
            found.append(directory)

    def _is_repository_root(self, directory: str) -> bool:
        if directory not in self._repository_roots:
            self._repository_roots[directory] = os.path.lexists(os.path.join(directory, ".git"))
        return self._repository_roots[directory]

    def _builds_in(self, directory: str, roots: Sequence[str]) -> dict[str, list[BuildInvocation]]:
        """The builds in the files of a directory and its common subdirectories, by Dockerfile; compose files first."""
        if directory not in self._by_directory:
            files, directories = _listed(directory)
            for each in directories:
                inner = os.path.join(directory, each)
                if not os.path.islink(inner) or stays_inside(inner, directory, roots):
                    files += _listed(inner)[0]
            workflows = os.path.join(directory, _WORKFLOWS)
            if os.path.isdir(workflows) and stays_inside(workflows, directory, roots):
                files += _workflows(workflows)
            found: dict[str, list[BuildInvocation]] = {}
            for each in (each for file in files for each in self.read(file, roots)):
                if each.dockerfile:
                    found.setdefault(os.path.realpath(each.dockerfile), []).append(each)
            self._by_directory[directory] = found
        return self._by_directory[directory]


def _listed(directory: str) -> tuple[list[str], list[str]]:
    """The files of a directory that may describe builds, and its subdirectories that may contain such files."""
    composed: list[str] = []
    baked: list[str] = []
    piped: list[str] = []
    directories: list[str] = []
    try:
        with os.scandir(directory) as entries:
            for number, entry in enumerate(entries):
                name = entry.name
                if number > _MAX_ENTRIES:
                    break
                if name in _BUILD_DIRECTORIES and entry.is_dir():
                    directories.append(name)
                elif name.endswith((".yml", ".yaml", ".hcl", ".json")):
                    path = os.path.join(directory, name)
                    if is_compose(name):
                        composed.append(path)
                    elif is_bake(name):
                        baked.append(path)
                    elif name in _PIPELINES:
                        piped.append(path)
    except OSError:
        return [], []
    return [*sorted(composed), *sorted(baked), *piped], sorted(directories)


def _workflows(directory: str) -> list[str]:
    names = sorted(directory_entries(directory))
    return [os.path.join(directory, name) for name in names if name.endswith((".yml", ".yaml"))]
