"""How a Dockerfile is built, told by the files that build it: compose files, bake files, CI workflows.

An Invocation is one `docker build` as such a file describes it. Only names are looked at here; the readers are imported
when there is a file for them.
"""

from __future__ import annotations

import os

from .invocation import BuildInvocation, directory_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FOLDERS = (
    "docker", ".docker", "compose", "deploy", "deployment", "deployments", "infra", "devops", "ops", "ci", ".ci",
    "build", "dev", "local", ".devcontainer",
)  # fmt: skip
"""Folders beside a project in which its compose and bake files may lie."""

_MOST_ENTRIES = 2_000
_MOST_BYTES = 4_000_000
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


def read_builds(path: str) -> list[BuildInvocation]:
    """The builds that a compose file, a bake file or a workflow describes; none when it cannot be read as one."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES)
    except OSError:
        return []
    return parse_builds(path, data.decode("utf-8-sig", "replace"))


def parse_builds(path: str, text: str) -> list[BuildInvocation]:
    """The builds that the text of the file at `path` describes."""
    # Most of these files build nothing, and then no parser has to be imported.
    if not any(word in text for word in ("build", "target", "executor", "include", "extends")):
        return []
    name = os.path.basename(path)
    if is_bake(name):
        from .bake import read_bake

        return read_bake(path, text)
    if is_compose(name):
        from .compose import read_compose

        return read_compose(path, text)
    from .workflow import read_workflow

    return read_workflow(path, text)


class BuildFinder:
    """The builds around Dockerfiles; each folder is listed and each file read once."""

    def __init__(self) -> None:
        self._of_folder: dict[str, dict[str, list[BuildInvocation]]] = {}
        self._of_file: dict[str, list[BuildInvocation]] = {}
        self._tops: dict[str, bool] = {}

    def of(self, dockerfile: str, roots: Sequence[str] = ()) -> list[BuildInvocation]:
        """The builds of the file at `dockerfile` that are described in its folder, in those above up to the top of the
        repository, or to a folder in `roots`, and in the usual folders beside these.
        """
        real = os.path.realpath(dockerfile)
        found: list[BuildInvocation] = []
        for folder in self._folders(os.path.dirname(os.path.abspath(dockerfile)), roots):
            found += self._in(folder).get(real, ())
        return found

    def read(self, file: str) -> list[BuildInvocation]:
        """The builds that a file describes."""
        if file not in self._of_file:
            self._of_file[file] = read_builds(file)
        return self._of_file[file]

    def _folders(self, folder: str, roots: Sequence[str]) -> Iterable[str]:
        """The folder and those above it up to the top of the repository, else up to a folder in `roots`."""
        named = {os.path.abspath(root) for root in roots if os.path.isdir(root)}
        found, upto = [folder], 1
        while True:
            if folder in named:
                upto = len(found)
            if self._is_top(folder):
                return found
            above = os.path.dirname(folder)
            if above == folder:
                return found[:upto]
            folder = above
            found.append(folder)

    def _is_top(self, folder: str) -> bool:
        if folder not in self._tops:
            self._tops[folder] = os.path.lexists(os.path.join(folder, ".git"))
        return self._tops[folder]

    def _in(self, folder: str) -> dict[str, list[BuildInvocation]]:
        """What the files of a folder, and of the usual folders in it, describe, by Dockerfile; compose files first."""
        if folder not in self._of_folder:
            files, folders = _listed(folder)
            for each in folders:
                files += _listed(os.path.join(folder, each))[0]
            if os.path.isdir(os.path.join(folder, _WORKFLOWS)):
                files += _workflows(os.path.join(folder, _WORKFLOWS))
            found: dict[str, list[BuildInvocation]] = {}
            for each in (each for file in files for each in self.read(file)):
                if each.dockerfile:
                    found.setdefault(os.path.realpath(each.dockerfile), []).append(each)
            self._of_folder[folder] = found
        return self._of_folder[folder]


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """The files of a folder that may describe builds, and the usual folders in it that may hold such."""
    composed: list[str] = []
    baked: list[str] = []
    piped: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                name = entry.name
                if number > _MOST_ENTRIES:
                    break
                if name in _FOLDERS and entry.is_dir():
                    folders.append(name)
                elif name.endswith((".yml", ".yaml", ".hcl", ".json")):
                    path = os.path.join(folder, name)
                    if is_compose(name):
                        composed.append(path)
                    elif is_bake(name):
                        baked.append(path)
                    elif name in _PIPELINES:
                        piped.append(path)
    except OSError:
        return [], []
    return [*sorted(composed), *sorted(baked), *piped], sorted(folders)


def _workflows(folder: str) -> list[str]:
    return [
        os.path.join(folder, name) for name in sorted(directory_entries(folder)) if name.endswith((".yml", ".yaml"))
    ]
