"""Finds the builds of a Dockerfile in the files that describe or run them.

This module only checks file names; the readers are imported when there is a file for them.
"""

from __future__ import annotations

import os
import re

from ....model.disk import MAX_CONFIG_BYTES, OutsideBoundary, read_file, read_found, stays_inside
from ...config.layer import display_path
from ...terminal.streams import warn
from .invocation import BuildInvocation, directory_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Reader = Callable[[str, str], list[BuildInvocation]]

_BUILD_DIRECTORIES = frozenset(
    ("docker", ".docker", "compose", "deploy", "deployment", "deployments", "infra", "devops", "ops", "ci", ".ci",
     "build", "dev", "local", ".devcontainer", "script", "scripts", "bin", "hack", "tools", ".circleci")
)  # fmt: skip
"""Subdirectories of a project that may contain the files that build its images."""

_MAX_ENTRIES = 2_000
_MAX_SCRIPTS = 100
"""How many scripts and programs of a directory are read."""
_WORKFLOWS = os.path.join(".github", "workflows")
_WORKFLOW, _README, _PROGRAM_KIND = "workflow", "readme", "program"
_NAMES = {
    ".gitlab-ci.yml": _WORKFLOW, ".gitlab-ci.yaml": _WORKFLOW, "azure-pipelines.yml": _WORKFLOW,
    "azure-pipelines.yaml": _WORKFLOW, "makefile": "makefile", "gnumakefile": "makefile",
    "package.json": "package_scripts", "taskfile.yml": "taskfile", "taskfile.yaml": "taskfile",
    "taskfile.dist.yml": "taskfile", "taskfile.dist.yaml": "taskfile", "justfile": "justfile", ".justfile": "justfile",
    "tiltfile": "tiltfile", "skaffold.yaml": "skaffold", "skaffold.yml": "skaffold",
    "devcontainer.json": "devcontainer", ".devcontainer.json": "devcontainer", "cloudbuild.yaml": "cloudbuild",
    "cloudbuild.yml": "cloudbuild", "cloudbuild.json": "cloudbuild", ".goreleaser.yml": "goreleaser",
    ".goreleaser.yaml": "goreleaser", "goreleaser.yml": "goreleaser", "goreleaser.yaml": "goreleaser",
    "jenkinsfile": "jenkinsfile", "readme.md": _README, "fly.toml": "fly",
}  # fmt: skip
"""The kind of file by its name in lower case."""
_ENDINGS = {
    ".sh": "shell_script", ".bash": "shell_script", ".mk": "makefile", ".makefile": "makefile",
    ".just": "justfile", ".tiltfile": "tiltfile",
    ".jenkinsfile": "jenkinsfile",
}  # fmt: skip
_BEGINNINGS = (
    ("cloudbuild", (".yml", ".yaml"), "cloudbuild"),
    ("cloud-build", (".yml", ".yaml"), "cloudbuild"),
    ("skaffold", (".yml", ".yaml"), "skaffold"),
    ("fly.", (".toml",), "fly"),
    ("jenkinsfile.", ("",), "jenkinsfile"),
    ("makefile.", ("",), "makefile"),
)
_BY_COMMAND = frozenset(
    ("makefile", "package_scripts", "taskfile", "justfile", "shell_script", "jenkinsfile", "cloudbuild", _README)
)
"""Kinds of files that build with commands; one without such a command is not read any further."""
_TOOLS = (b"docker", b"podman", b"nerdctl", b"buildah", b"executor", b"kaniko")

_IN_COMMENTS = tuple(tool + end for tool in _TOOLS[:4] for end in (b" ", b"\t", b"\\"))
"""One of these is in a comment with a build command; `# syntax=docker/dockerfile:1` has none."""

_ARGUMENT = rb"""build-arg["'`=:,\s\\]{1,20}(?:[fr]?["'`])?([A-Za-z_]\w*)"""
"""The name of an argument that a script passes in any command.

`--build-arg "A=$A"`, `["--build-arg", f"A={a}"]`, ``'--build-arg', `A=${a}` ``.
"""
_PROGRAM_ENDINGS = (".py", ".rb", ".js", ".mjs", ".cjs", ".ts")
_PROGRAM_BEGINNINGS = ("build", "make", "release", "publish", "docker", "image", "tasks", "fabfile", "noxfile")
"""Names of programs that may build images, outside of the directories for these.

Only the build arguments that programs name are read.
"""


def build_file_kind(name: str) -> str:
    """The kind of file that describes builds under this base name, empty for other names."""
    lower = name.lower()
    kind = _NAMES.get(lower) or _ENDINGS.get(os.path.splitext(lower)[1])
    if kind:
        return kind
    if is_compose(lower):
        return "compose"
    if is_bake(lower):
        return "bake"
    for start, ends, kind in _BEGINNINGS:
        if lower.startswith(start) and lower.endswith(ends):
            return kind
    return ""


def is_compose(name: str) -> bool:
    """Whether a file of this base name is a compose file: `compose.yaml`, `docker-compose.prod.yml`."""
    lower = name.lower()
    return lower.endswith((".yml", ".yaml")) and lower.startswith(("compose.", "docker-compose.", "docker-compose-"))


def is_bake(name: str) -> bool:
    """Whether `docker buildx bake` reads a file of this base name: `docker-bake.hcl`, `docker-bake.override.json`."""
    lower = name.lower()
    return lower.endswith(".bake.hcl") or (lower.startswith("docker-bake.") and lower.endswith((".hcl", ".json")))


def read_builds(
    path: str,
    roots: Sequence[str] = (),
    note: Callable[[str], object] | None = None,
    *,
    named: bool = False,
    arguments: set[str] | None = None,
) -> list[BuildInvocation]:
    """The builds in a file that describes or runs them; none if it cannot be read.

    `roots`: the paths of the command line, which may include the file (`named`); `note`: see `parse_builds`. The names
    of build arguments that a command in it passes, whatever it builds, are added to `arguments`.
    """
    try:
        data = read_file(path, MAX_CONFIG_BYTES) if named else read_found(path, MAX_CONFIG_BYTES, roots)
    except OutsideBoundary:
        if note is not None:
            note(f"`{display_path(path)}` links to a file outside of the repository; not read")
        return []
    except OSError:
        return []
    if arguments is not None and b"build-arg" in data:
        arguments.update(name.decode() for name in re.findall(_ARGUMENT, data))
    if path.endswith(_PROGRAM_ENDINGS):
        return []
    if build_file_kind(os.path.basename(path)) in _BY_COMMAND and not any(tool in data for tool in _TOOLS):
        return []
    return parse_builds(path, data.decode("utf-8-sig", "replace"), roots, note)


def parse_builds(
    path: str, text: str, roots: Sequence[str] = (), note: Callable[[str], object] | None = None
) -> list[BuildInvocation]:
    """The builds in the text of the file at `path`; none, and a warning, if an unexpected error stops a reader.

    `note` gets a message for each file that is not read, or not completely, because it is outside of the repository or
    describes too much.
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
    if not any(word in text for word in ("build", "docker", "target", "executor", "include", "extends", "bud")):
        return []
    kind = build_file_kind(os.path.basename(path))
    if kind == "compose":
        from .compose import read_compose

        return read_compose(path, text, roots, note)
    if kind == "bake":
        from .bake import read_bake

        return read_bake(path, text, note)
    if kind in _BY_COMMAND:
        return _command_reader(kind)(path, text)
    reader = _reader(kind)
    if reader is not None:
        return reader(path, text)
    from .workflow import read_workflow

    return read_workflow(path, text, note)


def _command_reader(kind: str) -> Reader:
    """The function that reads files of a kind in `_BY_COMMAND`."""
    match kind:
        case "makefile":
            from .makefile import read_makefile as read
        case "shell_script":
            from .shell_script import read_shell_script as read
        case "package_scripts":
            from .package_scripts import read_package_scripts as read
        case "taskfile":
            from .taskfile import read_taskfile as read
        case "justfile":
            from .justfile import read_justfile as read
        case "jenkinsfile":
            from .jenkinsfile import read_jenkinsfile as read
        case "cloudbuild":
            from .cloudbuild import read_cloudbuild as read
        case _:
            from .shell_script import read_readme as read
    return read


def _reader(kind: str) -> Reader | None:
    """The function that reads files of another kind; None for other YAML files, which are read as workflows."""
    match kind:
        case "tiltfile":
            from .tiltfile import read_tiltfile as read
        case "skaffold":
            from .skaffold import read_skaffold as read
        case "devcontainer":
            from .devcontainer import read_devcontainer as read
        case "goreleaser":
            from .goreleaser import read_goreleaser as read
        case "fly":
            from .fly import read_fly as read
        case _:
            return None
    return read


class ProjectDirectories:
    """Finds the directories of a project, and looks for the top of its repository once in each."""

    __slots__ = ("_above", "_is_top", "_named", "_roots")

    def __init__(self) -> None:
        self._above: dict[str, tuple[list[str], bool]] = {}
        self._is_top: dict[str, bool] = {}
        self._roots: tuple[str, Sequence[str]] = ("", ())
        self._named = frozenset[str]()

    def of(self, directory: str, roots: Sequence[str]) -> tuple[Sequence[str], bool]:
        """The directory and its parents up to the repository root, otherwise up to the outermost one in `roots`.

        And whether one of these bounds them; if none does, the directory is alone. Its path is absolute.
        """
        if directory not in self._above:
            self._above[directory] = self._up_to_top(directory)
        found, is_repository = self._above[directory]
        if is_repository:
            return found, True
        key = (os.getcwd(), roots)
        if key != self._roots:
            self._roots, self._named = key, frozenset(os.path.abspath(root) for root in roots if os.path.isdir(root))
        count = max((number for number, each in enumerate(found, 1) if each in self._named), default=0)
        return found[: count or 1], bool(count)

    def _up_to_top(self, directory: str) -> tuple[list[str], bool]:
        """The directory and its parents, up to the root of a repository; and whether it is in one."""
        found = [directory]
        while not self._is_repository(directory):
            parent = os.path.dirname(directory)
            if parent == directory:
                return found, False
            directory = parent
            found.append(directory)
        return found, True

    def _is_repository(self, directory: str) -> bool:
        if directory not in self._is_top:
            self._is_top[directory] = os.path.lexists(os.path.join(directory, ".git"))
        return self._is_top[directory]


class BuildFinder:
    """Finds the builds of Dockerfiles; each directory and each file is read once. `note`: see `parse_builds`."""

    def __init__(self, note: Callable[[str], object] | None = None) -> None:
        self._note = note
        self._by_directory: dict[str, dict[str, list[BuildInvocation]]] = {}
        self._by_file: dict[str, list[BuildInvocation]] = {}
        self._images: dict[str, dict[str, set[str]]] = {}
        self._arguments: dict[str, set[str]] = {}
        self._passed: dict[str, set[str]] = {}
        self._places: dict[tuple[str, str], tuple[str, str]] = {}
        self._directories = ProjectDirectories()

    def of(self, dockerfile: str, roots: Sequence[str] = ()) -> list[BuildInvocation]:
        """The builds of the file at `dockerfile`.

        They are searched for in its directory and its parents, up to the repository root or to a directory in `roots`,
        and in common subdirectories of these. Those in a README or in the file itself count if there are no others.
        """
        full, real = self._place(dockerfile)
        found: list[BuildInvocation] = []
        for directory in self._searched(full, roots):
            found += self._builds_in(directory, roots).get(real, ())
        if len(found) > 1:
            found = [each for each in found if not _is_prose(each.file)] or found
        return found or self._in_comments(full)

    def images(self, dockerfile: str, roots: Sequence[str] = ()) -> frozenset[str]:
        """The names, without tag and digest, of the images that are built of other Dockerfiles of the project."""
        full, real = self._place(dockerfile)
        found: set[str] = set()
        own: set[str] = set()
        for directory in self._searched(full, roots):
            for file, names in self._images_in(directory, roots).items():
                (own if file == real else found).update(names)
        return frozenset(found - own)

    def passed_arguments(self, dockerfile: str, roots: Sequence[str] = ()) -> frozenset[str]:
        """The names of build arguments in the files of the project that build images, whichever image that is."""
        directories = self._searched(self._place(dockerfile)[0], roots)
        for directory in directories:
            self._builds_in(directory, roots)
        return frozenset[str]().union(*(self._passed[directory] for directory in directories))

    def path_in_project(self, dockerfile: str, roots: Sequence[str] = ()) -> str:
        """The path of a file from its repository, or without one from the outermost directory in `roots`, with `/`.

        It is that from the directory of the file if both are unknown.
        """
        full = self._place(dockerfile)[0]
        top = self._searched(full, roots)[-1]
        return full[len(top) :].lstrip(os.sep).replace(os.sep, "/")

    def _place(self, dockerfile: str) -> tuple[str, str]:
        """The absolute path of a file, and the same with symbolic links resolved."""
        key = (os.getcwd(), dockerfile)
        if key not in self._places:
            self._places[key] = os.path.abspath(dockerfile), os.path.realpath(dockerfile)
        return self._places[key]

    def _searched(self, dockerfile: str, roots: Sequence[str]) -> Sequence[str]:
        """The directories in which builds of the file at this absolute path are searched for, its own first."""
        return self._directories.of(os.path.dirname(dockerfile), roots)[0]

    def directories(self, dockerfile: str, roots: Sequence[str] = ()) -> list[str]:
        """The directory of the file and its parents up to the repository root, otherwise up to one in `roots`."""
        return list(self._searched(self._place(dockerfile)[0], roots))

    def _images_in(self, directory: str, roots: Sequence[str]) -> dict[str, set[str]]:
        """The names of the images that the files of a directory build, by Dockerfile."""
        if directory not in self._images:
            self._images[directory] = {
                file: names
                for file, builds in self._builds_in(directory, roots).items()
                if (names := {image_name(image) for each in builds for image in each.images})
            }
        return self._images[directory]

    def _in_comments(self, dockerfile: str) -> list[BuildInvocation]:
        """The builds of a Dockerfile in its own comments."""
        if dockerfile not in self._by_file:
            self._by_file[dockerfile] = []
            try:
                data = read_file(dockerfile, MAX_CONFIG_BYTES)
            except OSError:
                data = b""
            if b"#" in data and b"bu" in data and any(word in data for word in _IN_COMMENTS):
                from .shell_script import read_dockerfile_comments

                self._by_file[dockerfile] = read_dockerfile_comments(dockerfile, data.decode("utf-8-sig", "replace"))
        return self._by_file[dockerfile]

    def read(self, file: str, roots: Sequence[str] = (), *, named: bool = False) -> list[BuildInvocation]:
        """The builds in a file; see `read_builds`."""
        if file not in self._by_file:
            arguments = self._arguments[file] = set[str]()
            self._by_file[file] = read_builds(file, roots, self._note, named=named, arguments=arguments)
        return self._by_file[file]

    def _builds_in(self, directory: str, roots: Sequence[str]) -> dict[str, list[BuildInvocation]]:
        """The builds in the files of a directory and its common subdirectories, by Dockerfile; compose files first."""
        if directory not in self._by_directory:
            files, directories = _listed(directory)
            for each in directories:
                inner = os.path.join(directory, each)
                if not os.path.islink(inner) or stays_inside(inner, directory, roots):
                    files += _listed(inner)[0]
                    if each == ".devcontainer":
                        files += _dev_containers(inner)
            workflows = os.path.join(directory, _WORKFLOWS)
            if os.path.isdir(workflows) and stays_inside(workflows, directory, roots):
                files += _workflows(workflows)
            found: dict[str, list[BuildInvocation]] = {}
            for each in (each for file in files for each in self.read(file, roots)):
                if each.dockerfile:
                    found.setdefault(os.path.realpath(each.dockerfile), []).append(each)
            self._by_directory[directory] = found
            self._passed[directory] = {name for file in files for name in self._arguments.get(file, ())}
        return self._by_directory[directory]


_ORDER = ("compose", "bake", _WORKFLOW)
"""The kinds whose builds come first."""


def _listed(directory: str) -> tuple[list[str], list[str]]:
    """The files of a directory that may describe builds, and its subdirectories that may contain such files."""
    files: list[tuple[int, str, str]] = []
    directories: list[str] = []
    own_name = os.path.basename(directory)
    is_circle = own_name == ".circleci"
    scripts = 0
    try:
        with os.scandir(directory) as entries:
            for number, entry in enumerate(entries):
                name = entry.name
                if number > _MAX_ENTRIES:
                    break
                if name in _BUILD_DIRECTORIES and entry.is_dir():
                    directories.append(name)
                    continue
                kind = _WORKFLOW if is_circle and name in _CIRCLE else build_file_kind(name)
                if not kind and name.endswith(_PROGRAM_ENDINGS):
                    kind = (
                        _PROGRAM_KIND if own_name in _BUILD_DIRECTORIES or name.startswith(_PROGRAM_BEGINNINGS) else ""
                    )
                if kind in ("shell_script", _PROGRAM_KIND):
                    scripts += 1
                if kind and scripts <= _MAX_SCRIPTS:
                    files.append((_ORDER.index(kind) if kind in _ORDER else len(_ORDER), kind, name))
    except OSError:
        return [], []
    return [os.path.join(directory, name) for _, _, name in sorted(files)], sorted(directories)


_CIRCLE = frozenset(("config.yml", "config.yaml"))


def _dev_containers(directory: str) -> list[str]:
    """The devcontainer.json of each dev container in the directory `.devcontainer`."""
    found = (os.path.join(directory, name, "devcontainer.json") for name in sorted(directory_entries(directory)))
    return [each for each in found if os.path.isfile(each) and not os.path.islink(os.path.dirname(each))]


def _is_prose(file: str) -> bool:
    return build_file_kind(os.path.basename(file)) == _README


def image_name(image: str) -> str:
    """The name of an image without its tag and digest."""
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def _workflows(directory: str) -> list[str]:
    names = sorted(directory_entries(directory))
    return [os.path.join(directory, name) for name in names if name.endswith((".yml", ".yaml"))]
