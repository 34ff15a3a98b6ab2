"""The files that `dlint PATH...` lints."""

from __future__ import annotations

import os
import posixpath
import stat

from ..config.gitignore import GitignoreFile
from .invocations.index import is_bake, is_compose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_DENIED = "permission denied; run dlint as a user who may read it, or leave it out with --exclude"
# Never walked unless named: the stores of version control and what package managers unpack.
_SKIPPED_FOLDERS = frozenset(
    (".git", ".hg", ".svn", ".jj", "node_modules", "bower_components", "__pycache__", ".venv", ".tox", ".nox")
)
_WORDS = ("dockerfile", "containerfile")
# Of a file that becomes a Dockerfile only when it is rendered; anywhere behind a dot.
_TEMPLATES = frozenset(
    "j2 jinja jinja2 tmpl tpl template gotmpl erb ejs in mustache hbs handlebars liquid m4 mako twig dtmpl".split()
)
# Of a file about Dockerfiles, or of what an editor, a merge or a tool left behind.
_OTHERS = frozenset(
    """
    dockerignore containerignore gitignore editorconfig
    md mdx rst txt adoc asciidoc html htm css pdf png svg ipynb csv
    py pyc pyi sh bash zsh ps1 psm1 bat rb rs go java kt cs ts tsx js jsx mjs cjs cpp lua vim el
    yml yaml json jsonc json5 toml xml ini cfg properties lock log out snap sarif
    sum sha1 sha256 sha512 md5 sig asc pem diff patch zip gz tgz tar xz bz2 zst
    swp swo swn swx orig rej bak backup tmp save
    """.split()
)


class DiscoveredFile:
    """A file to lint, or a path that cannot be looked at and why: `error` says what to do."""

    __slots__ = ("error", "path")

    def __init__(self, path: str, error: str | None = None) -> None:
        self.path = path
        self.error = error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DiscoveredFile) and (self.path, self.error) == (other.path, other.error)

    def __hash__(self) -> int:
        return hash((self.path, self.error))

    def __repr__(self) -> str:
        return f"Found({self.path!r}, {self.error!r})"


def is_dockerfile_name(name: str) -> bool:
    """Whether a file of this base name counts as a Dockerfile.

    `Dockerfile`, `Dockerfile.dev`, `Dockerfile-dev`, `Dockerfile_dev` and `dev.Dockerfile` do, also with
    `Containerfile` and in any case; templates, sources, documents and the leftovers of editors do not.
    """
    lower = name.lower()
    if not lower.startswith(_WORDS):
        # ._dev.Dockerfile holds what macOS knows of dev.Dockerfile.
        return lower.endswith((".dockerfile", ".containerfile")) and not lower.startswith("._")
    rest = lower.removeprefix("dockerfile" if lower[0] == "d" else "containerfile")
    if not rest or rest.endswith((".dockerfile", ".containerfile")):
        return True
    endings = rest.split(".")[1:]
    return (
        rest[0] in ".-_"
        and not rest.endswith("~")
        and (not endings or (endings[-1] not in _OTHERS and _TEMPLATES.isdisjoint(endings)))
    )


def no_dockerfile_message(paths: Iterable[str]) -> str:
    """What is said when nothing is found."""
    listed = ", ".join(f"`{path}`" for path in paths)
    return f"no Dockerfile below {listed}; name a file to take it whatever it is called"


def discover(
    paths: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    excluded: Callable[[str, bool], bool] | None = None,
    build_files: list[str] | None = None,
) -> Iterator[DiscoveredFile]:
    """The files to lint for the files and folders `paths`, sorted, each file once.

    A file that is named is always found. A folder is walked for Dockerfiles; what its .gitignore files, those of the
    repository around it and .git/info/exclude ignore is left out, as is what a pattern of `exclude` (written as in
    .gitignore, relative to the current folder) matches, or `excluded` says of a path as it is shown and whether it is
    a folder. Links to folders are not followed. Compose and bake files that are met go into `builders`. A missing path
    and a folder that cannot be listed give a Found with an error.
    """
    walk = _Walk(exclude, excluded, build_files)
    for path in sorted(dict.fromkeys(paths), key=_parts):
        yield from walk.find(path)


class _Walk:
    """One call of `discover`: what it has found, and what it is told to leave out."""

    __slots__ = ("_builders", "_exclude", "_excluded", "_seen")

    def __init__(
        self,
        exclude: Sequence[str],
        excluded: Callable[[str, bool], bool] | None,
        build_files: list[str] | None,
    ) -> None:
        self._builders = build_files
        self._seen: set[str] = set()
        self._excluded = excluded
        self._exclude = GitignoreFile(_slashes(os.path.realpath(".")), exclude) if exclude else None

    def find(self, path: str) -> Iterator[DiscoveredFile]:
        """What `path`, named by the user, stands for."""
        real = _slashes(os.path.realpath(path))
        try:
            folder = stat.S_ISDIR(os.stat(path).st_mode)
        except OSError as error:
            yield from self._once(real, DiscoveredFile(path, _reason(error)))
            return
        if folder:
            yield from self._folder(path, real)
        elif os.access(path, os.R_OK):
            yield from self._once(real, DiscoveredFile(path))
        else:
            yield from self._once(real, DiscoveredFile(path, _DENIED))

    def _once(self, real: str, found: DiscoveredFile) -> Iterator[DiscoveredFile]:
        if real not in self._seen:
            self._seen.add(real)
            yield found

    def _folder(self, path: str, real: str) -> Iterator[DiscoveredFile]:
        shown = "" if os.path.normpath(path) == "." else path
        # As shown, real path, and for a folder the ignore files that count in it.
        todo: list[tuple[str, str, tuple[GitignoreFile, ...] | None]] = [(shown, real, _patterns_above(real))]
        while todo:
            shown, real, patterns = todo.pop()
            if patterns is None:
                yield from self._once(real, DiscoveredFile(shown))
                continue
            try:
                with os.scandir(shown or ".") as listing:
                    entries = sorted(listing, key=_name, reverse=True)
            except OSError as error:
                yield from self._once(real, DiscoveredFile(shown or ".", _reason(error)))
                continue
            todo += self._inside(shown, real.rstrip("/") + "/", patterns, entries)

    def _inside(
        self, shown: str, real: str, patterns: tuple[GitignoreFile, ...], entries: list[os.DirEntry[str]]
    ) -> Iterator[tuple[str, str, tuple[GitignoreFile, ...] | None]]:
        """What of the entries of a folder is to be walked or linted."""
        names = {entry.name for entry in entries}
        if ".git" in names:  # a repository: what is ignored around it does not count in it
            patterns = _of(_excluded_in_repository(real))
        if ".gitignore" in names:
            patterns += _of(_read(real, real + ".gitignore"))
        for entry in entries:
            name = entry.name
            folder = _is(entry.is_dir, False)
            builder = self._builders is not None and not folder and (is_compose(name) or is_bake(name))
            if (
                name in _SKIPPED_FOLDERS
                if folder
                else not ((builder or is_dockerfile_name(name)) and _is(entry.is_file, True))
            ):
                continue
            inner = real + name
            if _ignored(inner, folder, patterns) or (self._exclude and self._exclude.verdict(inner, folder)):
                continue
            below = os.path.join(shown, name)
            if self._excluded is not None and self._excluded(below, folder):
                continue
            if builder and self._builders is not None:
                self._builders.append(below)
                continue
            if not folder and entry.is_symlink():
                inner = _slashes(os.path.realpath(inner))
            yield below, inner, patterns if folder else None


def _ignored(real: str, folder: bool, patterns: Sequence[GitignoreFile]) -> bool:
    """Whether the innermost ignore file that says anything of the path ignores it."""
    for ignore in reversed(patterns):
        verdict = ignore.verdict(real, folder)
        if verdict is not None:
            return verdict
    return False


def _patterns_above(real: str) -> tuple[GitignoreFile, ...]:
    """The ignore files of the repository around the folder `real`; none when they ignore the folder itself.

    Who names an ignored folder wants what is in it.
    """
    above = [real]
    while not os.path.lexists(above[-1] + "/.git"):
        outer = posixpath.dirname(above[-1])
        if outer == above[-1]:
            return ()
        above.append(outer)
    patterns = _of(_excluded_in_repository(above[-1]))
    for folder, inner in zip(above[:0:-1], above[-2::-1], strict=True):
        patterns += _of(_read(folder, posixpath.join(folder, ".gitignore")))
        if _ignored(inner, True, patterns):
            return ()
    return patterns


def _excluded_in_repository(root: str) -> GitignoreFile | None:
    """The patterns of info/exclude of the repository whose working tree is `root`."""
    git = posixpath.join(root, ".git")
    if os.path.isfile(git):  # a worktree or a submodule: the file says where the repository is
        git = os.path.join(root, _first_line(git).removeprefix("gitdir:").strip())
        git = os.path.join(git, _first_line(git + "/commondir"))
    return _read(root, git + "/info/exclude")


def _first_line(name: str) -> str:
    return "".join(_lines(name)[:1]).strip()


def _read(base: str, name: str) -> GitignoreFile | None:
    lines = [line for line in _lines(name) if line.strip() and not line.startswith("#")]
    return GitignoreFile(base, lines) if lines else None


def _lines(name: str) -> list[str]:
    """The lines of a file of git; none when it cannot be read, as git goes on without it too."""
    try:
        with open(name, "rb") as file:
            text = file.read().decode("utf-8", "surrogateescape")
    except OSError:
        return []
    return text.removeprefix("\ufeff").split("\n")


def _of(patterns: GitignoreFile | None) -> tuple[GitignoreFile, ...]:
    return () if patterns is None else (patterns,)


def _reason(error: OSError) -> str:
    """What is wrong with a path, and what to do."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder; check the spelling and the folder you are in"
    if isinstance(error, PermissionError):
        return _DENIED
    return f"it cannot be opened ({error.strerror}); check the path"


def _is(kind: Callable[..., bool], follow: bool) -> bool:
    """What an entry is; nothing when the system does not tell (a link in a circle)."""
    try:
        return kind(follow_symlinks=follow)
    except OSError:
        return False


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _parts(path: str) -> list[str]:
    return _slashes(path).split("/")


def _slashes(path: str) -> str:
    return path if os.sep == "/" else path.replace(os.sep, "/")
