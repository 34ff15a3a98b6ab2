"""Which folder is the build context of a Dockerfile, told from what it copies."""

from __future__ import annotations

import os

from ...model.context import Context
from ...model.ignore import find_ignore_file
from ...model.layers import local_sources
from ...rules.context.sources import copies_everything, has_wildcard, looks_generated
from ...syntax.tree import CopyOrAdd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from .invocations.invocation import BuildInvocation

_TOOL_FOLDERS = frozenset(
    ("docker", ".docker", "dockerfiles", "build", "deploy", "deployment", "deployments", "ci", ".ci", "container",
     "containers", ".devcontainer", "infra", "devops", "ops", "hack", "packaging")
)  # fmt: skip
"""Folders that hold Dockerfiles for a context elsewhere."""

_MOST_ENTRIES = 200
"""Of a folder so many entries are looked at to tell what it is."""

_MOST_FOLDERS = 2_000
_UNLIKELY = frozenset((".git", "node_modules", ".venv", "__pycache__"))

_known: dict[tuple[object, ...], Context] = {}
_below: dict[tuple[str, str], tuple[list[str], set[str]]] = {}


def locate_context(
    path: str, build: Build, roots: Sequence[str], described: Sequence[BuildInvocation] = ()
) -> Context | None:
    """The context of the Dockerfile at `path`; None when no folder can be told to be it.

    Those who build the file (`described`) say it, unless their folders hold nothing of what is copied and another holds
    all; of several the one with most of it, the first of equal ones. A context that is no folder (a URL) is none.

    Candidates are the Dockerfile's folder and those above it, up to the top of its repository; outside of a
    repository up to the folder in `roots` (the paths of the command line), else only the Dockerfile's own.
    The folder with most of the copied sources is taken, the nearest of those that have all of them. Dockerfiles that
    share a context and its ignore file get one Context, so that a large folder is walked once; `forget` ends that.
    """
    folder = os.path.dirname(path) or "."
    candidates, bounded = _candidates(folder, roots)
    firm, loose = _sources(build)
    said = list(dict.fromkeys(each.context for each in described if each.context and os.path.isdir(each.context)))
    if said:
        best = max(said, key=lambda each: (sum(_there(each, n) for n in firm), sum(_there(each, n) for n in loose)))
        if firm and not any(_there(best, name) for name in firm):
            best = _holder(candidates, firm) or best
        return context_at(best, path)
    if described and all(each.context is None for each in described):
        return None
    root = _best(candidates, firm, loose)
    if root is None and len(firm) > 1 and bounded:
        root = _beside(candidates, firm)
    if root is None and not any(_there(each, name) for each in candidates for name in firm):
        root = _usual(
            path, candidates, certain=not firm or (copies_everything(build) and not _anywhere(candidates[-1], firm))
        )
    return context_at(root, path) if root is not None else None


def _holder(candidates: Sequence[str], firm: Sequence[str]) -> str | None:
    """The nearest candidate that holds all of the sources."""
    return next((each for each in candidates if all(_there(each, name) for name in firm)), None)


def clear_context_cache() -> None:
    """Look at every folder anew: for a process that lives longer than the files stay the same."""
    _known.clear()
    _below.clear()


def context_at(root: str, path: str) -> Context:
    """The folder `root` as the context of the Dockerfile at `path`, shared among those with the same ignore file."""
    ignore = find_ignore_file(path, root)
    status = os.stat(ignore) if ignore is not None else None
    key = (root, os.getcwd(), ignore, status and (status.st_mtime_ns, status.st_size))
    if key not in _known:
        _known[key] = Context(root, path)
    return _known[key]


def _sources(build: Build) -> tuple[list[str], list[str]]:
    """What COPY and ADD take from the context by name: what has to be there, and what may be made or given later."""
    firm: dict[str, None] = {}
    loose: dict[str, None] = {}
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, CopyOrAdd):
                given = any("$" in source.text for source in instruction.sources)
                for source in local_sources(build, instruction):
                    name = source.replace("\\", "/") if stage.is_windows else source
                    if name.strip("*"):
                        (loose if given or has_wildcard(name) or looks_generated(name) else firm)[name] = None
    return list(firm), list(loose)


def _candidates(folder: str, roots: Sequence[str]) -> tuple[list[str], bool]:
    """The folder and those above it that may be the context, and whether a repository or a named folder bounds them."""
    named = {os.path.abspath(root) for root in roots if os.path.isdir(root)}
    found, upto = [folder], 0
    here = os.path.abspath(folder)
    while not os.path.lexists(os.path.join(here, ".git")):
        if here in named:
            upto = len(found)
        above = os.path.dirname(here)
        if above == here:
            return found[: upto or 1], bool(upto)
        here = above
        found.append(here if os.path.isabs(folder) else os.path.relpath(here))
    return found, True


def _best(candidates: Sequence[str], firm: Sequence[str], loose: Sequence[str]) -> str | None:
    """The candidate that holds most of the sources, the nearest that holds all; None when none stands out."""
    counted = [(sum(_there(each, n) for n in firm), sum(_there(each, n) for n in loose)) for each in candidates]
    best = max(counted)
    winners = [each for each, count in zip(candidates, counted, strict=True) if count == best]
    if best == (0, 0):
        return None
    if best[0] < len(firm) and len(winners) > 1:
        winners = [each for each in winners if os.path.isfile(os.path.join(each, ".dockerignore"))]
        return winners[0] if len(winners) == 1 else None
    return winners[0]


def _beside(candidates: Sequence[str], firm: Sequence[str]) -> str | None:
    """The only folder directly in a candidate that holds all sources: `docker/web.Dockerfile` for `web/`."""
    found = [
        os.path.join(each, name)
        for each in candidates
        for name in _names(each)
        if all(_there(os.path.join(each, name), n) for n in firm)
    ]
    return found[0] if len(found) == 1 else None


def _usual(path: str, candidates: Sequence[str], *, certain: bool) -> str | None:
    """The folder that `docker build .` is run in when no source tells: the one with the ignore file, else the own.

    `certain` tells that no other folder can be meant: no source is named, or none that is anywhere. An ignore file
    higher up that lies beside no other Dockerfile may be meant for this one, and then nothing is certain.
    """
    own = candidates[0]
    if find_ignore_file(path, own) is not None:
        return own
    if not certain:
        return None
    ignored = [each for each in candidates[1:] if os.path.isfile(os.path.join(each, ".dockerignore"))]
    above = "" if len(candidates) == 1 else os.path.abspath(candidates[-1])
    if not os.path.lexists(os.path.join(own, ".git")) and not _TOOL_FOLDERS.isdisjoint(_parts(own, above)):
        return ignored[0] if ignored else None
    if any(not _has_dockerfile(each) for each in ignored):
        return None
    return own if _holds_something(own) else None


def _parts(folder: str, top: str) -> list[str]:
    """The names of the folders from `top` down to `folder`; without `top` only the last."""
    here = os.path.abspath(folder).lower()
    return (os.path.relpath(here, top.lower()).split(os.sep)) if top else [os.path.basename(here)]


def _there(root: str, name: str) -> bool:
    """Whether a source is in the folder; one that holds nothing but Dockerfiles proves nothing."""
    if has_wildcard(name):
        return bool(Context(root).match(name))
    place = os.path.join(root, name)
    return os.path.lexists(place) and (not os.path.isdir(place) or _holds_something(place))


def _anywhere(top: str, names: Sequence[str]) -> bool:
    """Whether some folder below `top` holds one of the sources; also when there are too many folders to tell."""
    folders, known = _folders(top)
    if len(folders) > _MOST_FOLDERS:
        return True
    likely = [name for name in names if name.partition("/")[0] in known]
    return any(os.path.lexists(os.path.join(folder, name)) for name in likely for folder in folders)


def _folders(top: str) -> tuple[list[str], set[str]]:
    """`top` and the folders below it, and the names of all that is in them.

    The list ends when it is longer than anyone wants to look through.
    """
    key = (os.getcwd(), top)
    known = _below.get(key)
    if known is None:
        found, names = known = _below[key] = [top], set[str]()
        for folder in found:
            if len(found) > _MOST_FOLDERS:
                break
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        names.add(entry.name)
                        if entry.name not in _UNLIKELY and entry.is_dir(follow_symlinks=False):
                            found.append(entry.path)
            except OSError:
                continue
    return known


def _has_dockerfile(folder: str) -> bool:
    from .discovery import is_dockerfile_name

    return any(is_dockerfile_name(name) for name in _names(folder))


def _holds_something(folder: str) -> bool:
    """Whether the folder has more in it than Dockerfiles and what lies around them."""
    from .discovery import is_dockerfile_name

    todo, seen = [folder], 0
    while todo and seen < _MOST_ENTRIES:
        here = todo.pop()
        for name in _names(here):
            seen += 1
            place = os.path.join(here, name)
            if name == ".git" or os.path.islink(place):
                continue
            if os.path.isdir(place):
                todo.append(place)
            elif not (
                is_dockerfile_name(name) or name.endswith(".dockerignore") or name.lower() in ("readme.md", ".git")
            ):
                return True
    return seen >= _MOST_ENTRIES


def _names(folder: str) -> Iterator[str]:
    """The first names in a folder; none when it cannot be listed."""
    from itertools import islice

    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in islice(entries, _MOST_ENTRIES))
    except OSError:
        return
