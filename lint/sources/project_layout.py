"""What the directories around a Dockerfile say about it: templates, versions, and the images of the project."""

from __future__ import annotations

import os
import re
from itertools import chain as concatenated
from itertools import islice, pairwise

from ...model.disk import MAX_CONFIG_BYTES, read_found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_TEMPLATE = re.compile(
    r"(?:[\w.-]*[.-])?(?:docker|container)file[\w.-]*\.(?:template|tmpl|tpl|gotmpl|j2|jinja2?|erb|in|m4|mustache|ejs)\Z",
    re.IGNORECASE,
)
_VERSION = re.compile(r"([a-z]*-?)v?(\d+(?:\.\d+)*)(?:-.*)?\Z", re.IGNORECASE)
"""The name of a directory for one version: `3.1`, `v2`, `php8.2`, `3.1.2-ubi`."""
_MAX_ENTRIES = 2_000
_MAX_TEMPLATES = 20


class ProjectLayout:
    """The directories of projects; each is read once. `chain`: a directory and its parents, up to the top."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[list[str], list[str]]] = {}
        self._templates: dict[str, tuple[frozenset[str], ...]] = {}
        self._images: dict[str, frozenset[str]] = {}
        self._versions: dict[str, dict[str, list[tuple[tuple[int, ...], str]]]] = {}

    def templates(self, chain: Sequence[str], roots: Sequence[str]) -> tuple[frozenset[str], ...]:
        """The lines, stripped, of each template of a Dockerfile in these directories."""
        found: list[frozenset[str]] = []
        for directory in chain:
            if directory not in self._templates:
                self._templates[directory] = tuple(self._read_templates(directory, roots))
            found += self._templates[directory]
        return tuple(found)

    def _read_templates(self, directory: str, roots: Sequence[str]) -> Iterator[frozenset[str]]:
        names = [name for name in self._listed(directory)[0] if _TEMPLATE.match(name)]
        for name in names[:_MAX_TEMPLATES]:
            try:
                data = read_found(os.path.join(directory, name), MAX_CONFIG_BYTES, roots)
            except OSError:
                continue
            yield frozenset(line.strip() for line in data.decode("utf-8-sig", "replace").split("\n"))

    def has_newer_version(self, dockerfile: str, chain: Sequence[str]) -> bool:
        """Whether one of these directories is for a version, and the same file of a newer version is next to it."""
        for directory, parent in pairwise(chain):
            own = _version(os.path.basename(directory))
            if own is None:
                continue
            inner = os.path.relpath(os.path.abspath(dockerfile), directory)
            newer = (name for number, name in self._versions_in(parent).get(own[0], ()) if number > own[1])
            if any(os.path.lexists(os.path.join(parent, name, inner)) for name in newer):
                return True
        return False

    def _versions_in(self, directory: str) -> dict[str, list[tuple[tuple[int, ...], str]]]:
        """The subdirectories for one version each: the version and the name, by the prefix of the name."""
        if directory not in self._versions:
            found = self._versions[directory] = {}
            for name in self._listed(directory)[1]:
                version = _version(name)
                if version is not None:
                    found.setdefault(version[0], []).append((version[1], name))
        return self._versions[directory]

    def image_directories(self, chain: Sequence[str]) -> frozenset[str]:
        """The names, see `_plain`, of directories with a Dockerfile that are at most two levels below one of `chain`.

        The last one itself, which is the project, counts too, and the first one does not.
        """
        found = set[str]()
        for directory in chain:
            if directory not in self._images:
                self._images[directory] = frozenset(self._find_images(directory))
            found |= self._images[directory]
        if len(chain) > 1 and _has_dockerfile(self._listed(chain[-1])[0]):
            found.add(_plain(os.path.basename(chain[-1])))
        return frozenset(found - {_plain(os.path.basename(chain[0]))})

    def _find_images(self, directory: str) -> Iterator[str]:
        outer = [os.path.join(directory, name) for name in self._listed(directory)[1]]
        inner = (os.path.join(each, name) for each in outer for name in self._listed(each)[1])
        for each in islice(concatenated(outer, inner), _MAX_ENTRIES):
            if _has_dockerfile(self._listed(each)[0]):
                yield _plain(os.path.basename(each))

    def _listed(self, directory: str) -> tuple[list[str], list[str]]:
        """The names of the files of a directory and of its subdirectories, without links and hidden ones."""
        if directory not in self._entries:
            self._entries[directory] = _names_in(directory)
        return self._entries[directory]


class ProjectImages:
    """The names of the images that a project builds; its directories are read when a name is looked up.

    `built`: the names, without tags, in the files that build images; `layout`, `chain`: the directories.
    """

    __slots__ = ("_built", "_chain", "_layout")

    def __init__(self, built: Collection[str], layout: ProjectLayout, chain: Sequence[str]) -> None:
        self._built = built
        self._layout = layout
        self._chain = chain

    def __contains__(self, name: str) -> bool:
        """Whether the project builds the image of this name, or has a Dockerfile in a directory called like it."""
        if name in self._built:
            return True
        return "/" in name and _plain(name.rpartition("/")[2]) in self._layout.image_directories(self._chain)


def _names_in(directory: str) -> tuple[list[str], list[str]]:
    files, directories = list[str](), list[str]()
    try:
        with os.scandir(directory) as entries:
            for entry in islice(entries, _MAX_ENTRIES):
                if not entry.is_dir(follow_symlinks=False):
                    files.append(entry.name)
                elif not entry.name.startswith(".") and entry.name != "node_modules":
                    directories.append(entry.name)
    except OSError:
        return [], []
    return sorted(files), sorted(directories)


def _plain(name: str) -> str:
    """A name in the form used for comparison: an image may be called `myapp` in the repository `My-App`."""
    return re.sub(r"[\W_]", "", name).lower()


def _has_dockerfile(files: Sequence[str]) -> bool:
    return any(name.lower().startswith(("dockerfile", "containerfile")) for name in files)


def _version(name: str) -> tuple[str, tuple[int, ...]] | None:
    """The prefix and the numbers of the name of a directory for one version."""
    match = _VERSION.match(name)
    return (match[1].lower(), tuple(map(int, match[2].split(".")))) if match else None
