"""The build context: the files that are sent to the builder, and those on disk."""

from __future__ import annotations

import os
import posixpath
import stat
from itertools import islice

from .disk import boundary_of, is_inside, read_start
from .ignore_file import IgnoreError, IgnoreFile, find_ignore_file, go_glob_regex, read_ignore_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

# A walk stops after this number of files and directories, as larger ones take minutes.
MAX_ENTRIES = 200_000
MAX_FILE_BYTES = 1_000_000
"""A file of the context is read up to here: manifests and scripts are smaller."""


class Context:
    """The directory `root` with its ignore file. Read on demand.

    Paths are relative to the root and use `/`; as in COPY, `..` does not leave the root, and "", "." and "/" are the
    root. Symbolic links are entries of size 0 and are not followed.

    `truncated`: a walk met more than MAX_ENTRIES entries, and its result covers only those
    """

    __slots__ = ("_files", "_found", "_ignore", "_top", "_unreadable", "dockerfile", "root", "truncated")

    def __init__(self, root: str, dockerfile: str | None = None, ignore: IgnoreFile | None = None) -> None:
        """The context of `dockerfile`, by default the one in the root; `ignore` replaces the ignore file on disk."""
        self.root = root
        self.dockerfile = os.path.join(root, "Dockerfile") if dockerfile is None else dockerfile
        self.truncated = False
        self._top: str | None = None
        self._unreadable: set[str] = set()
        self._ignore: tuple[IgnoreFile | None, IgnoreError | None] | None = None if ignore is None else (ignore, None)
        self._files: dict[str, int] | None = None
        self._found: dict[frozenset[str], list[tuple[str, int, bool]]] = {}

    @property
    def ignore_file(self) -> IgnoreFile | None:
        """The ignore file that BuildKit uses for this build; None if there is none, or it is invalid."""
        return self._read_ignore()[0]

    def with_ignore(self, text: str) -> Context:
        """The same directory with another ignore file. Raises IgnoreError if BuildKit rejects it."""
        return Context(self.root, self.dockerfile, IgnoreFile.parse(text))

    @property
    def ignore_error(self) -> IgnoreError | None:
        """Why BuildKit rejects the ignore file, or None."""
        return self._read_ignore()[1]

    @property
    def unreadable(self) -> int:
        """The number of directories that could not be listed so far."""
        return len(self._unreadable)

    def files(self) -> Mapping[str, int]:
        """Path and size in bytes of every file that is sent; the first call walks the context."""
        if self._files is None:
            self._files = dict(self._sent_files())
        return self._files

    def size(self, prefix: str = "") -> int:
        """Bytes that are sent of the file or directory `prefix`."""
        path = _inside(prefix)
        files = self.files()
        if not path:
            return sum(files.values())
        inside = path + "/"
        return files.get(path, 0) + sum(size for name, size in files.items() if name.startswith(inside))

    def exists(self, path: str) -> bool:
        """Whether `path` is on disk, ignored or not; also for a dangling link."""
        return os.path.lexists(self._on_disk(_inside(path)))

    def is_directory(self, path: str) -> bool:
        """Whether `path` is a directory on disk, ignored or not; links are followed."""
        return os.path.isdir(self._on_disk(_inside(path)))

    def mode(self, path: str) -> int | None:
        """The permission bits of `path`, links followed; None if it cannot be read."""
        try:
            return stat.S_IMODE(os.stat(self._on_disk(_inside(path))).st_mode)
        except OSError:
            return None

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes | None:
        """The first `limit` bytes of the regular file `path`, ignored or not; None if it cannot be read.

        A link out of the repository, which no builder follows, is not read.
        """
        disk = self._on_disk(_inside(path))
        try:
            return read_start(disk, limit, self._boundary)
        except OSError:
            return None

    def includes(self, path: str) -> bool:
        """Whether `path` is on disk and it, or something in it, is sent; always True for the root."""
        inside = _inside(path)
        if not os.path.lexists(self._on_disk(inside)):
            return False
        ignore = self.ignore_file
        if ignore is None or not inside:
            return True
        at, is_excluded = "", False
        state: Sequence[bool] = ()
        for part in inside.split("/"):
            if at and os.path.islink(self._on_disk(at)):
                return not is_excluded and self._sent_through_link(at, inside)
            at = at + "/" + part if at else part
            is_excluded, state = ignore.match_using_parent(at, state)
        if not is_excluded:
            return True
        disk = self._on_disk(inside)
        if os.path.islink(disk) or not os.path.isdir(disk) or not ignore.may_reinclude(inside):
            return False
        return next(self._sent_files(inside, state), None) is not None

    def match(self, pattern: str) -> list[str]:
        """The paths on disk, ignored or not, that a source of COPY matches, in the order in which they are copied.

        Wildcards are those of Go's filepath.Match and never match a `/`. A path without wildcards matches itself if it
        exists, the root as ".". A malformed pattern matches nothing, as in BuildKit.
        """
        inside = _inside(pattern)
        parts = inside.split("/")
        plain = next((i for i, part in enumerate(parts) if _has_wildcard(part)), len(parts))
        start = "/".join(parts[:plain])
        if plain == len(parts):
            return [inside or "."] if self.exists(inside) else []
        try:
            globs = [go_glob_regex(part) for part in parts[plain:]]
        except ValueError:
            return []
        return list(self._matching(start, globs))

    def find_by_name(self, names: Collection[str]) -> list[tuple[str, int, bool]]:
        """(path, bytes, excluded) of files and directories with a base name in `names`, sorted; not of nested ones.

        If anything in it is sent, `excluded` is False and `bytes` is what is sent; otherwise it is the size on disk.
        """
        wanted = frozenset(names)
        if wanted not in self._found:
            self._found[wanted] = self._find(wanted)
        return self._found[wanted]

    def _read_ignore(self) -> tuple[IgnoreFile | None, IgnoreError | None]:
        if self._ignore is None:
            path = find_ignore_file(self.dockerfile, self.root)
            try:
                self._ignore = (read_ignore_file(path) if path is not None else None, None)
            except IgnoreError as error:
                self._ignore = (None, error)
        return self._ignore

    def _on_disk(self, inside: str) -> str:
        return os.path.join(self.root, inside) if inside else self.root

    def _sent_through_link(self, link: str, inside: str) -> bool:
        """Whether `inside`, a path through the link `link`, is sent: BuildKit follows links in the context."""
        root = os.path.realpath(self.root)
        target = os.path.relpath(os.path.realpath(self._on_disk(link)), root).replace(os.sep, "/")
        return target != ".." and not target.startswith("../") and self.includes(target + inside[len(link) :])

    @property
    def _boundary(self) -> str:
        """The directory that links in the context may lead to."""
        if self._top is None:
            self._top = boundary_of(self.root)
        return self._top

    def _list(self, directory: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._on_disk(directory)) as entries:
                return sorted(islice(entries, MAX_ENTRIES + 1), key=_name)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError:
            self._unreadable.add(directory)
            return []

    def _walk(
        self, start: str = "", above: Sequence[bool] = (), *, everything: bool = False
    ) -> Iterator[tuple[str, os.DirEntry[str], bool]]:
        """(path, entry, excluded) of everything in `start`; `above` is its state from `match_using_parent`.

        Directories of which nothing can be sent are entered only for `everything`.
        """
        ignore = self.ignore_file
        budget = MAX_ENTRIES
        directories: list[tuple[str, bool, Sequence[bool]]] = [(start, False, above)]
        while directories:
            directory, lost, above = directories.pop()
            inner: list[tuple[str, bool, Sequence[bool]]] = []
            for entry in self._list(directory):
                if not budget:
                    self.truncated = True
                    return
                budget -= 1
                path = f"{directory}/{entry.name}" if directory else entry.name
                is_excluded, state = (lost, above) if lost or ignore is None else ignore.match_using_parent(path, above)
                yield path, entry, is_excluded
                if _is_directory(entry):
                    all_excluded = lost or (is_excluded and ignore is not None and not ignore.may_reinclude(path))
                    if everything or not all_excluded:
                        inner.append((path, all_excluded, state))
            directories += reversed(inner)

    def _sent_files(self, start: str = "", above: Sequence[bool] = ()) -> Iterator[tuple[str, int]]:
        for path, entry, is_excluded in self._walk(start, above):
            if not is_excluded and not _is_directory(entry):
                yield path, _size(entry)

    def _find(self, names: Collection[str]) -> list[tuple[str, int, bool]]:
        tallies: list[_Tally] = []
        # The tally for everything in a directory, by its path.
        inside: dict[str, _Tally] = {}
        for path, entry, is_excluded in self._walk(everything=True):
            tally = inside.get(path.rpartition("/")[0])
            if tally is None:
                if entry.name not in names:
                    continue
                tally = _Tally(path, is_excluded)
                tallies.append(tally)
            if _is_directory(entry):
                inside[path] = tally
            else:
                tally.add(_size(entry), is_excluded)
        return sorted((tally.path, tally.size, tally.excluded) for tally in tallies)

    def _matching(self, start: str, globs: Sequence[str]) -> Iterator[str]:
        """The paths in `start` whose components match `globs`."""
        import re

        matchers = [re.compile(glob).fullmatch for glob in globs]
        if start and not is_inside(self._on_disk(start), self._boundary):
            return
        budget = MAX_ENTRIES
        directories = [(start, 0)]
        while directories:
            directory, depth = directories.pop()
            inner: list[tuple[str, int]] = []
            for entry in self._list(directory):
                if not budget:
                    self.truncated = True
                    return
                budget -= 1
                if not matchers[depth](entry.name):
                    continue
                path = f"{directory}/{entry.name}" if directory else entry.name
                if depth + 1 == len(matchers):
                    yield path
                elif _is_directory(entry):
                    inner.append((path, depth + 1))
            directories += reversed(inner)


class _Tally:
    """The size of a found file or directory."""

    __slots__ = ("_is_excluded", "_lost", "_sent", "path")

    def __init__(self, path: str, is_excluded: bool) -> None:
        self.path = path
        self._is_excluded = is_excluded
        self._sent: int | None = None
        self._lost: int | None = None

    def add(self, size: int, is_excluded: bool) -> None:
        if is_excluded:
            self._lost = (self._lost or 0) + size
        else:
            self._sent = (self._sent or 0) + size

    @property
    def excluded(self) -> bool:
        """Whether no file of it is sent; for an empty directory, whether it is ignored itself."""
        return self._sent is None and (self._is_excluded or self._lost is not None)

    @property
    def size(self) -> int:
        return (self._lost if self._sent is None else self._sent) or 0


def _inside(path: str) -> str:
    """`path` without `.`, `..` and outer slashes; "" is the root."""
    return posixpath.normpath("/" + path.lstrip("/"))[1:]


def _has_wildcard(part: str) -> bool:
    """Whether BuildKit sees a wildcard that is not escaped."""
    escaped = False
    for char in part:
        if char in "*?[" and not escaped:
            return True
        escaped = char == "\\" and not escaped
    return False


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # no permission, on a file system that does not list types
        return False


def _size(entry: os.DirEntry[str]) -> int:
    """Size of the file in bytes; 0 for a link."""
    try:
        return 0 if entry.is_symlink() else entry.stat(follow_symlinks=False).st_size
    except OSError:  # removed since it was listed, or no permission
        return 0
