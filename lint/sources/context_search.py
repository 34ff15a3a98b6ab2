"""Finds the build context of a Dockerfile from the files that describe its build and from what it copies."""

from __future__ import annotations

import os

from ...model.context import Context
from ...model.copy_sources import copies_everything, has_wildcard, looks_generated
from ...model.ignore_file import find_ignore_file
from ...model.layers import local_sources
from ...syntax.tree import CopyOrAdd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from .invocations.invocation import BuildInvocation

_TOOL_DIRECTORIES = frozenset(
    ("docker", ".docker", "dockerfiles", "build", "deploy", "deployment", "deployments", "ci", ".ci", "container",
     "containers", ".devcontainer", "infra", "devops", "ops", "hack", "packaging")
)  # fmt: skip
"""Directories with Dockerfiles whose build context is usually another directory."""

_MAX_ENTRIES = 200
"""Entries of a directory that are read to find out what it holds."""

_MAX_DIRECTORIES = 2_000
_UNLIKELY = frozenset((".git", "node_modules", ".venv", "__pycache__"))


class ContextFinder:
    """Finds build contexts. Keeps what it has read, so a finder lives as long as the files stay the same.

    Dockerfiles with the same context and ignore file share one Context, so a large directory is read once.
    """

    __slots__ = ("_contexts", "_trees")

    def __init__(self) -> None:
        self._contexts: dict[tuple[object, ...], Context] = {}
        self._trees: dict[tuple[str, str], tuple[list[str], set[str]]] = {}

    def locate(
        self, path: str, build: Build, roots: Sequence[str], described: Sequence[BuildInvocation] = ()
    ) -> Context | None:
        """The context of the Dockerfile at `path`; None if it cannot be determined.

        `described` are the builds of the file in other files. Their context is used unless it holds none of the copied
        sources and another directory holds all; of several contexts the one with most of the sources. Remote contexts
        are ignored.

        Otherwise the candidates are the directory of the Dockerfile and its parents, up to the repository root, or
        outside a repository up to a directory in `roots` (the paths of the command line). The candidate with most of
        the copied sources is the context, the nearest one of those that hold all of them.
        """
        candidates, is_bounded = _candidates(os.path.dirname(path) or ".", roots)
        required, optional = _sources(build)
        named = dict.fromkeys(each.context for each in described if each.context and os.path.isdir(each.context))
        if named:
            return self.context_at(_described_context(list(named), candidates, required, optional), path)
        if described and all(each.context is None for each in described):
            return None
        root = _best(candidates, required, optional)
        if root is None and len(required) > 1 and is_bounded:
            root = _sibling(candidates, required)
        if root is None and not any(_holds(each, name) for each in candidates for name in required):
            root = self._default(path, build, candidates, required)
        return self.context_at(root, path) if root is not None else None

    def context_at(self, root: str, path: str) -> Context:
        """The directory `root` as the context of the Dockerfile at `path`."""
        ignore = find_ignore_file(path, root)
        status = os.stat(ignore) if ignore is not None else None
        key = (root, os.getcwd(), ignore, status and (status.st_mtime_ns, status.st_size))
        if key not in self._contexts:
            self._contexts[key] = Context(root, path)
        return self._contexts[key]

    def _default(self, path: str, build: Build, candidates: Sequence[str], required: Sequence[str]) -> str | None:
        """The default context: the Dockerfile's directory, or a parent with an ignore file. None if that is uncertain.

        It is certain if the Dockerfile has an ignore file next to it, or copies no named source, or none that exists.
        An ignore file in a parent directory without a Dockerfile may belong to this one.
        """
        own = candidates[0]
        if find_ignore_file(path, own) is not None:
            return own
        if required and not (copies_everything(build) and not self._exists_anywhere(candidates[-1], required)):
            return None
        ignored = [each for each in candidates[1:] if os.path.isfile(os.path.join(each, ".dockerignore"))]
        top = "" if len(candidates) == 1 else os.path.abspath(candidates[-1])
        if not os.path.lexists(os.path.join(own, ".git")) and not _TOOL_DIRECTORIES.isdisjoint(_parts(own, top)):
            return ignored[0] if ignored else None
        if any(not _has_dockerfile(each) for each in ignored):
            return None
        return own if _has_content(own) else None

    def _exists_anywhere(self, top: str, names: Sequence[str]) -> bool:
        """Whether a directory in `top` holds one of the sources; also if there are too many directories to search."""
        directories, known = self._tree(top)
        if len(directories) > _MAX_DIRECTORIES:
            return True
        likely = [name for name in names if name.partition("/")[0] in known]
        return any(os.path.lexists(os.path.join(directory, name)) for name in likely for directory in directories)

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
) -> str:
    """The context that holds most of the sources; a candidate that holds all if that one holds none."""
    best = max(contexts, key=lambda each: _counts(each, required, optional))
    if required and not any(_holds(best, name) for name in required):
        return next((each for each in candidates if all(_holds(each, name) for name in required)), best)
    return best


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


def _candidates(directory: str, roots: Sequence[str]) -> tuple[list[str], bool]:
    """The directories that may be the context; whether a repository or a directory in `roots` bounds them."""
    named = {os.path.abspath(root) for root in roots if os.path.isdir(root)}
    found, count = [directory], 0
    here = os.path.abspath(directory)
    while not os.path.lexists(os.path.join(here, ".git")):
        if here in named:
            count = len(found)
        parent = os.path.dirname(here)
        if parent == here:
            return found[: count or 1], bool(count)
        here = parent
        found.append(here if os.path.isabs(directory) else os.path.relpath(here))
    return found, True


def _best(candidates: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> str | None:
    """The candidate with most of the sources, the nearest that holds all; None if that is ambiguous."""
    counted = [_counts(each, required, optional) for each in candidates]
    best = max(counted)
    winners = [each for each, count in zip(candidates, counted, strict=True) if count == best]
    if best == (0, 0):
        return None
    if best[0] < len(required) and len(winners) > 1:
        winners = [each for each in winners if os.path.isfile(os.path.join(each, ".dockerignore"))]
        return winners[0] if len(winners) == 1 else None
    return winners[0]


def _sibling(candidates: Sequence[str], required: Sequence[str]) -> str | None:
    """The only directory in a candidate that holds all sources, such as `web/` for `docker/web.Dockerfile`."""
    found = [
        os.path.join(each, name)
        for each in candidates
        for name in _names(each)
        # A link to a directory is not followed: it may lead anywhere.
        if not os.path.islink(os.path.join(each, name))
        and all(_holds(os.path.join(each, name), source) for source in required)
    ]
    return found[0] if len(found) == 1 else None


def _parts(directory: str, top: str) -> list[str]:
    """The names of the directories from `top` down to `directory`; without `top` only the last."""
    here = os.path.abspath(directory).lower()
    return (os.path.relpath(here, top.lower()).split(os.sep)) if top else [os.path.basename(here)]


def _holds(root: str, name: str) -> bool:
    """Whether a source is in the directory; a source directory with nothing but Dockerfiles is not evidence."""
    if has_wildcard(name):
        return bool(Context(root).match(name))
    path = os.path.join(root, name)
    return os.path.lexists(path) and (not os.path.isdir(path) or _has_content(path))


def _has_dockerfile(directory: str) -> bool:
    from .discovery import is_dockerfile_name

    return any(is_dockerfile_name(name) for name in _names(directory))


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
    from itertools import islice

    try:
        with os.scandir(directory) as entries:
            yield from (entry.name for entry in islice(entries, _MAX_ENTRIES))
    except OSError:
        return
