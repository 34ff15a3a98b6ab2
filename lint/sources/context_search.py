"""Finds the build context of a Dockerfile from the files that describe its build and from what it copies.

The name of a directory is not evidence. A context without evidence is only assumed: no rule and no rewrite uses it.
"""

from __future__ import annotations

import os

from ...model.context import Context
from ...model.copy_sources import copies_everything, has_wildcard, looks_generated
from ...model.ignore_file import find_ignore_file
from ...model.layers import local_sources
from ...syntax.tree import CopyOrAdd
from .invocations.index import ProjectDirectories

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from .invocations.invocation import BuildInvocation

_MAX_ENTRIES = 200
"""Entries of a directory that are read to find out what it holds."""

_MAX_DIRECTORIES = 2_000
_UNLIKELY = frozenset((".git", "node_modules", ".venv", "__pycache__"))


class ContextFinder:
    """Finds build contexts. Keeps what it has read, so a finder lives as long as the files stay the same.

    Dockerfiles with the same context and ignore file share one Context, so a large directory is read once.
    """

    __slots__ = ("_contexts", "_directories", "_inner", "_shown", "_trees")

    def __init__(self) -> None:
        self._contexts: dict[tuple[object, ...], Context] = {}
        self._directories = ProjectDirectories()
        self._shown: dict[tuple[str, str], str] = {}
        self._inner: dict[tuple[str, str], tuple[dict[str, list[str]], list[str]]] = {}
        self._trees: dict[tuple[str, str], tuple[list[str], set[str]]] = {}

    def locate(
        self, path: str, build: Build, roots: Sequence[str], described: Sequence[BuildInvocation] = ()
    ) -> Context | None:
        """The context of the Dockerfile at `path`; None if it is unknown, or only assumed (see `assumed`).

        `described` are the builds of the file in other files. Their context is used unless it holds none of the copied
        sources and another directory holds all; of several contexts the one with most of the sources. If all contexts
        are remote, the context is unknown.

        Otherwise the candidates are the directory of the Dockerfile and its parents, up to the repository root, or
        outside a repository up to a directory in `roots` (the paths of the command line). These are evidence:

        - exactly one candidate holds all copied sources, or of those that do it has most of the sources with wildcards,
          with variables, and with names of generated files;
        - one candidate holds most and at least two of the sources, and no other one holds any;
        - no candidate holds any, and exactly one directory in them holds all of at least two sources;
        - the directory of the Dockerfile has a .dockerignore, which BuildKit reads only in the root of a context, and
          no other candidate holds more of the sources, nor does a directory in it if it holds none;
        - the Dockerfile is in the root of the repository, where `docker build .` is run, and its sources are not
          elsewhere.
        """
        root, is_certain = self._search(path, build, roots, described)
        return self.context_at(root, path) if root is not None and is_certain else None

    def assumed(
        self, path: str, build: Build, roots: Sequence[str], described: Sequence[BuildInvocation] = ()
    ) -> str | None:
        """The directory that is probably the context, if `locate` has no evidence of one."""
        root, is_certain = self._search(path, build, roots, described)
        return None if is_certain else root

    def _search(
        self, path: str, build: Build, roots: Sequence[str], described: Sequence[BuildInvocation]
    ) -> tuple[str | None, bool]:
        """The context, and whether it is certain."""
        candidates, is_bounded = self._candidates(os.path.dirname(path) or ".", roots)
        required, optional = _sources(build)
        named = dict.fromkeys(each.context for each in described if each.context and os.path.isdir(each.context))
        if named:
            return _described_context(list(named), candidates, required, optional)
        if described and all(each.context is None for each in described):
            return None, True
        counts = [_counts(each, required, optional) for each in candidates]
        proven = _proven(candidates, counts, len(required))
        if proven is not None:
            return proven, True
        own = candidates[0]
        if (
            os.path.isfile(os.path.join(own, ".dockerignore"))
            and counts[0][0] == max(counts)[0]
            and (counts[0][0] or not required or not self._exists_anywhere(own, required))
        ):
            return own, True
        if len(required) > 1 and is_bounded and max(counts)[0] == 0:
            proven = self._sibling(candidates, required)
            if proven is not None:
                return proven, True
        if self._is_root_build(path, build, candidates, is_bounded, required):
            return own, True
        best = candidates[counts.index(max(counts))] if max(counts) > (0, 0) else own
        return (best, False) if _has_content(best) else (None, False)

    def context_at(self, root: str, path: str) -> Context:
        """The directory `root` as the context of the Dockerfile at `path`."""
        ignore = find_ignore_file(path, root)
        status = os.stat(ignore) if ignore is not None else None
        # A directory may be written in several ways, relative and absolute.
        place, ignore = os.path.realpath(root), ignore and os.path.realpath(ignore)
        key = (place, os.getcwd(), ignore, status and (status.st_mtime_ns, status.st_size))
        if key not in self._contexts:
            self._contexts[key] = Context(root, path)
        return self._contexts[key]

    def _is_root_build(
        self, path: str, build: Build, candidates: Sequence[str], is_bounded: bool, required: Sequence[str]
    ) -> bool:
        """Whether the Dockerfile is in the root of the project, and nothing suggests another context."""
        own = candidates[0]
        if len(candidates) > 1 or (not is_bounded and _is_inside_current_directory(own)):
            return False
        name = os.path.basename(path).lower()
        part = name.removeprefix("dockerfile.") if name.startswith("dockerfile.") else name.removesuffix(".dockerfile")
        if part != name and os.path.isdir(os.path.join(own, part)):
            return False  # `web.Dockerfile` next to `web/`
        if not _has_content(own):
            return False
        if required and not any(_holds(own, each) for each in required):
            return copies_everything(build) and not self._exists_anywhere(own, required)
        return True

    def _exists_anywhere(self, top: str, names: Sequence[str]) -> bool:
        """Whether a directory in `top` holds one of the sources; also if there are too many directories to search."""
        directories, known = self._tree(top)
        if len(directories) > _MAX_DIRECTORIES:
            return True
        likely = [name for name in names if name.partition("/")[0] in known]
        return any(os.path.lexists(os.path.join(directory, name)) for name in likely for directory in directories)

    def _candidates(self, directory: str, roots: Sequence[str]) -> tuple[list[str], bool]:
        """The directories that may be the context; whether a repository or a directory in `roots` bounds them."""
        places, is_bounded = self._directories.of(os.path.abspath(directory), roots)
        if os.path.isabs(directory):
            return [directory, *places[1:]], is_bounded
        return [directory, *(self._relative(each) for each in places[1:])], is_bounded

    def _relative(self, directory: str) -> str:
        """The path of a directory from the current one."""
        key = (os.getcwd(), directory)
        if key not in self._shown:
            self._shown[key] = os.path.relpath(directory)
        return self._shown[key]

    def _sibling(self, candidates: Sequence[str], required: Sequence[str]) -> str | None:
        """The only directory in a candidate that holds all sources, such as `web/` for `docker/web.Dockerfile`."""
        first = required[0].partition("/")[0]
        found: list[str] = []
        for each in candidates:
            by_name, others = self._inner_directories(each)
            likely = (*by_name.get(first, ()), *others)
            found += [inner for inner in likely if all(_holds(inner, source) for source in required)]
        return found[0] if len(found) == 1 else None

    def _inner_directories(self, directory: str) -> tuple[dict[str, list[str]], list[str]]:
        """The directories in `directory` by the names in them, and those that hold more than are read."""
        key = (os.getcwd(), directory)
        if key not in self._inner:
            by_name, others = self._inner[key] = {}, []
            for inner in _directories_in(directory):
                names = list(_names(inner))
                if len(names) == _MAX_ENTRIES:
                    others.append(inner)
                    continue
                for name in names:
                    by_name.setdefault(name, []).append(inner)
        return self._inner[key]

    def _tree(self, top: str) -> tuple[list[str], set[str]]:
        """`top` and the directories in it, and the names of all entries; stops after _MAX_DIRECTORIES."""
        key = (os.getcwd(), top)
        if key not in self._trees:
            found, names = self._trees[key] = [top], set[str]()
            for directory in found:
                if len(found) > _MAX_DIRECTORIES:
                    break
                try:
                    with os.scandir(directory) as entries:
                        for entry in entries:
                            names.add(entry.name)
                            if entry.name not in _UNLIKELY and entry.is_dir(follow_symlinks=False):
                                found.append(entry.path)
                except OSError:
                    continue
        return self._trees[key]


def _described_context(
    contexts: Sequence[str], candidates: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> tuple[str, bool]:
    """The context that holds most of the sources, which is certain; a candidate that holds all if that holds none."""
    best = max(contexts, key=lambda each: _counts(each, required, optional))
    if required and not any(_holds(best, name) for name in required):
        holding = [each for each in candidates if all(_holds(each, name) for name in required)]
        if holding:
            return holding[0], len(holding) == 1
    return best, True


def _counts(root: str, required: Sequence[str], optional: Sequence[str]) -> tuple[int, int]:
    """How many of the sources a directory holds."""
    return sum(_holds(root, name) for name in required), sum(_holds(root, name) for name in optional)


def _sources(build: Build) -> tuple[list[str], list[str]]:
    """The sources of COPY and ADD in the context: those that must exist, and generated or variable ones."""
    required: dict[str, None] = {}
    optional: dict[str, None] = {}
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, CopyOrAdd):
                is_variable = any("$" in source.text for source in instruction.sources)
                for source in local_sources(build, instruction):
                    name = source.replace("\\", "/") if stage.is_windows else source
                    if name.strip("*"):
                        is_optional = is_variable or has_wildcard(name) or looks_generated(name)
                        (optional if is_optional else required)[name] = None
    return list(required), list(optional)


def _proven(candidates: Sequence[str], counts: Sequence[tuple[int, int]], required: int) -> str | None:
    """The only candidate that can be the context, judging by the number of sources that each holds."""
    best = max(counts)
    if best == (0, 0):
        return None
    if best[0] == required:
        winners = [each for each, count in zip(candidates, counts, strict=True) if count == best]
        return winners[0] if len(winners) == 1 else None
    holding = [count for count in counts if count != (0, 0)]
    is_most = len(holding) == 1 and best[0] > 1 and 2 * best[0] > required
    return candidates[counts.index(best)] if is_most else None


def _is_inside_current_directory(directory: str) -> bool:
    """Whether the directory is in the current one, but is not the current one."""
    here, current = os.path.abspath(directory), os.getcwd()
    return here != current and here.startswith(os.path.join(current, ""))


def _holds(root: str, name: str) -> bool:
    """Whether a source is in the directory; a source directory with nothing but Dockerfiles is not evidence."""
    if has_wildcard(name):
        return bool(Context(root).match(name))
    path = os.path.join(root, name)
    return os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path) or _has_content(path))


def _has_content(directory: str) -> bool:
    """Whether the directory holds more than Dockerfiles, ignore files and a README."""
    from .discovery import is_dockerfile_name

    todo, seen = [directory], 0
    while todo and seen < _MAX_ENTRIES:
        here = todo.pop()
        for name in _names(here):
            seen += 1
            path = os.path.join(here, name)
            if name == ".git" or os.path.islink(path):
                continue
            if os.path.isdir(path):
                todo.append(path)
            elif not (
                is_dockerfile_name(name) or name.endswith(".dockerignore") or name.lower() in ("readme.md", ".git")
            ):
                return True
    return seen >= _MAX_ENTRIES


def _names(directory: str) -> Iterator[str]:
    """The first _MAX_ENTRIES names in a directory; none if it cannot be read."""
    return (entry.name for entry in _entries(directory))


def _directories_in(directory: str) -> Iterator[str]:
    """The directories among the first _MAX_ENTRIES entries; no links, which may lead anywhere."""
    return (entry.path for entry in _entries(directory) if entry.is_dir(follow_symlinks=False))


def _entries(directory: str) -> Iterator[os.DirEntry[str]]:
    """The first _MAX_ENTRIES entries of a directory; none if it cannot be read."""
    from itertools import islice

    try:
        with os.scandir(directory) as entries:
            yield from islice(entries, _MAX_ENTRIES)
    except OSError:
        return
