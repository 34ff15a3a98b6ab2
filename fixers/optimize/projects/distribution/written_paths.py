"""Which paths of the image the builder writes."""

from __future__ import annotations

import posixpath

from ...base.stage_facts import is_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .....syntax.tree import Run
    from .placed_words import PlacedWords

LOCAL = "/usr/local"
"""Where `make install`, pip and npm of Debian put programs unless told otherwise; empty in the base images."""
_SYSTEM = ("/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/var", "/boot", "/dev", "/proc", "/run", "/sys")
"""Directories with files of the distribution."""
_EMPTY = (LOCAL, "/usr/src", "/var/tmp", "/var/www")
"""Directories among them that are empty."""
_DEVICES = ("/dev/null", "/dev/stdout", "/dev/stderr")


class WrittenPaths:
    """The paths that the builder writes.

    `sources`: directories that COPYs of the build context fill
    `trees`: directories that programs are built or unpacked in, each with its RUN
    `files`: other paths, each with its RUN; `removed`: paths that are deleted
    `installed`: directories that programs and packages are installed to, each with its RUN
    `installing`: trees whose programs are installed
    `linked`: paths that links refer to
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self.sources = tuple(sources)
        self.trees: dict[str, Run] = {}
        self.files: dict[str, Run] = {}
        self.removed: set[str] = set()
        self.installed: dict[str, Run] = {}
        self.installing: set[str] = set()
        self.linked: set[str] = set()

    def tree_of(self, path: str) -> str:
        """The tree or source directory that contains a path; "" for none."""
        return min((tree for tree in (*self.trees, *self.sources) if is_within(path, tree)), key=len, default="")

    def write(self, place: PlacedWords, path: str) -> None:
        """Record that a file or directory is written. Raises RewriteRejected for one of the distribution."""
        if path in _DEVICES:
            return
        in_programs = posixpath.basename(posixpath.dirname(path)) in ("bin", "sbin")
        if is_within(path, LOCAL):
            self.installed.setdefault(LOCAL, place.run)
        elif self.tree_of(path):
            self.modify(place, path)
        elif path == "/" or (is_system(path) and not in_programs):
            raise place.rejected(
                f"`{place.text}` writes to `{path}` among the files of the distribution; move it to a separate RUN"
            )
        else:
            self.files.setdefault(path, place.run)

    def modify(self, place: PlacedWords, path: str) -> None:
        """Record that a directory is changed, which is a tree from now on."""
        if not any(is_within(path, tree) for tree in self.trees):
            self.add_tree(place, min((each for each in self.sources if is_within(path, each)), key=len, default=path))

    def add_tree(self, place: PlacedWords, path: str) -> None:
        """Record a directory that is filled. Raises RewriteRejected for one of the distribution."""
        if path == "/" or (is_system(path) and path not in self.sources):
            raise place.rejected(f"`{place.text}` writes in `{path}`; use a directory of its own")
        if is_within(path, LOCAL):
            self.installed.setdefault(LOCAL, place.run)
        if not any(is_within(path, tree) for tree in self.trees):
            self.trees[path] = place.run
        self.files = {name: run for name, run in self.files.items() if not is_within(name, path)}

    def install(self, place: PlacedWords, prefix: str, tree: str = "") -> None:
        """Record a directory that is installed to from a `tree`. Raises RewriteRejected for one of the distribution."""
        self.installing.add(tree)
        if is_system(prefix):
            raise place.rejected(
                f"`{place.text}` installs to `{prefix}` among the files of the distribution; install to `{LOCAL}`"
            )
        if not self.tree_of(prefix):
            self.installed.setdefault(LOCAL if is_within(prefix, LOCAL) else prefix, place.run)

    def remove(self, place: PlacedWords, words: Iterable[str]) -> None:
        """Record what is deleted, where that is known."""
        values = [place.value(word) for word in words]
        self.removed |= {posixpath.normpath(posixpath.join(place.here, value)) for value in values if value}

    def link(self, paths: Iterable[str]) -> None:
        """Record that links refer to paths."""
        self.linked |= set(paths)

    def is_removed(self, path: str) -> bool:
        """Whether a path is deleted."""
        return any(is_within(path, removed) for removed in self.removed)


def is_system(path: str) -> bool:
    """Whether a path is among the files of the distribution."""
    below = any(is_within(path, directory) for directory in _SYSTEM)
    return path == "/" or (below and not any(is_within(path, directory) for directory in _EMPTY))
