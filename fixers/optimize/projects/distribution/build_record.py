"""What the builder writes, as its commands are read."""

from __future__ import annotations

from ...base.rewrite import RewriteRejected
from ...base.stage_facts import is_within
from .written_paths import LOCAL, WrittenPaths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .....model.packages.calls import PackageCall
    from .....syntax.tree import Run
    from .placed_words import PlacedWords


class BuildRecord(WrittenPaths):
    """What builder RUNs write.

    `outputs`: files that a compiler is told to write; `opaque`: trees in which more may be written
    `placed`: trees that a compiler runs in; `managed`: trees in which a package manager runs
    `compiles`: whether programs are compiled; `cloned`: whether sources come from elsewhere than the build context
    `runs_ldconfig`: whether the cache of shared libraries is updated
    `pip`: the installs of pip, each with the directory that it runs in
    `venvs`: virtual environments of Python
    """

    def __init__(self, sources: Iterable[str]) -> None:
        super().__init__(sources)
        self.outputs: dict[str, Run] = {}
        self.opaque: set[str] = set()
        self.placed: set[str] = set()
        self.managed: set[str] = set()
        self.venvs: set[str] = set()
        self.cloned = False
        self.runs_ldconfig = False
        self.compiles = False
        self.pip: list[tuple[PlacedWords, PackageCall]] = []
        self._unpacked: Run | None = None

    def unpack(self, place: PlacedWords, directory: str) -> None:
        """Record that an archive is unpacked in a directory."""
        self.cloned = True
        if directory == "/":
            self._unpacked = place.run
        elif is_within(directory, LOCAL):
            self.installed.setdefault(LOCAL, place.run)
        else:
            self.add_tree(place, directory)

    def enter(self, place: PlacedWords) -> None:
        """Record the directory of a command, which may be that of an archive unpacked in `/`."""
        if self._unpacked is not None and place.here != "/":
            self.add_tree(place, "/" + place.here.split("/")[1])
            self._unpacked = None

    def add_download(self) -> None:
        """Record that sources may come from elsewhere than the build context."""
        self.cloned = True

    def add_ldconfig(self) -> None:
        """Record that the cache of shared libraries is updated."""
        self.runs_ldconfig = True

    def add_pip(self, place: PlacedWords, call: PackageCall, directory: str) -> None:
        """Record an install of pip to a directory."""
        self.pip.append((place, call))
        self.install(place, directory)

    def add_build(self, place: PlacedWords, directory: str) -> str:
        """Record that programs are built in a directory; returns its tree."""
        self.compiles = True
        self.modify(place, directory)
        tree = self.tree_of(directory)
        self.opaque.add(tree)
        return tree

    def add_environment(self, place: PlacedWords, directory: str) -> None:
        """Record a virtual environment of Python."""
        path = place.path(directory)
        self.venvs.add(path)
        self.write(place, path)

    def add_output(self, place: PlacedWords, path: str) -> None:
        """Record a file that a compiler writes."""
        self.compiles = True
        self.outputs[path] = place.run
        self.write(place, path)
        self.placed.add(self.tree_of(place.here))

    def modify_all(self, place: PlacedWords) -> None:
        """Record that a command may write anything in its directory."""
        self.modify(place, place.here)
        self.opaque.add(self.tree_of(place.here))
        self.managed.add(self.tree_of(place.here))

    def installs_of(self, tree: str) -> bool:
        """Whether all that the final stage needs of what is built in a tree is installed or in known files."""
        return tree in self.installing or (tree in self.placed and tree not in self.opaque)

    def require_known_trees(self) -> None:
        """Raise RewriteRejected when an archive is unpacked to `/` and none of its directories is known."""
        if self._unpacked is not None:
            raise RewriteRejected("what is unpacked to `/` is unknown; unpack it in a directory", self._unpacked)
