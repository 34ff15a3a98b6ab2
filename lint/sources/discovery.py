"""File discovery: the files that `dlint PATH…` lints."""

from __future__ import annotations

import os
import posixpath
import re
import stat

from ...model.disk import MAX_CONFIG_BYTES, read_found, stays_inside
from ...model.gitignore import GitignoreFile
from ..terminal.streams import inform
from .invocations.index import is_bake, is_compose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_PERMISSION_DENIED = "permission denied; fix the permissions, or use --exclude"
# Not searched unless passed explicitly: version control and installed packages.
_SKIPPED_DIRECTORIES = frozenset(
    (".git", ".hg", ".svn", ".jj", "node_modules", "bower_components", "__pycache__", ".venv", ".tox", ".nox")
)
# Code of other projects and data of tests: left out unless passed explicitly.
_FOREIGN_DIRECTORIES = frozenset(
    """
    vendor third_party third-party thirdparty 3rdparty site-packages Pods testdata test-data test_data fixtures
    __fixtures__ test-fixtures
    """.split()
)
# A directory of libraries, and one in it with a name and a version: `lib/zlib-1.3.1`.
_LIBRARIES = frozenset(("lib", "libs", "deps", "ext", "external", "externals", "subprojects"))
_VERSIONED = r"[A-Za-z][\w.+-]*-v?\d+(?:\.\d+)+\Z"
_PREFIXES = ("dockerfile", "containerfile")
# Extensions of templates, which become Dockerfiles only when rendered; at any place in the name.
TEMPLATE_EXTENSIONS = frozenset(
    "j2 jinja jinja2 tmpl tpl template gotmpl erb ejs in mustache hbs handlebars liquid m4 mako twig dtmpl".split()
)
# Extensions of files about Dockerfiles and of leftovers of editors, merges and tools.
OTHER_EXTENSIONS = frozenset(
    """
    dockerignore containerignore gitignore editorconfig
    md mdx rst txt adoc asciidoc html htm css pdf png svg ipynb csv
    py pyc pyi sh bash zsh fish ps1 psm1 bat rb rs go java kt cs ts tsx js jsx mjs cjs cpp lua vim el
    ex exs erl hrl eex heex hs
    yml yaml json jsonc json5 toml xml ini cfg properties lock log out snap sarif
    sum sha1 sha256 sha512 md5 sig asc pem diff patch zip gz tgz tar xz bz2 zst
    swp swo swn swx orig rej bak backup tmp save
    """.split()
)


class DiscoveredFile:
    """A file to lint, or a path that cannot be linted, with the message `error`."""

    __slots__ = ("error", "path")

    def __init__(self, path: str, error: str | None = None) -> None:
        self.path = path
        self.error = error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DiscoveredFile) and (self.path, self.error) == (other.path, other.error)

    def __hash__(self) -> int:
        return hash((self.path, self.error))

    def __repr__(self) -> str:
        return f"DiscoveredFile({self.path!r}, {self.error!r})"


def is_dockerfile_name(name: str) -> bool:
    """Whether a file with this base name is a Dockerfile.

    `Dockerfile`, `Dockerfile.dev`, `Dockerfile-dev`, `Dockerfile_dev` and `dev.Dockerfile` are, also with
    `Containerfile` and in any case; templates, source code, documents and backup files are not.
    """
    lower = name.lower()
    if not lower.startswith(_PREFIXES):
        # ._dev.Dockerfile holds macOS metadata of dev.Dockerfile.
        return lower.endswith((".dockerfile", ".containerfile")) and not lower.startswith("._")
    rest = lower.removeprefix("dockerfile" if lower[0] == "d" else "containerfile")
    if not rest or rest.endswith((".dockerfile", ".containerfile")):
        return True
    endings = rest.split(".")[1:]
    return (
        rest[0] in ".-_"
        and not rest.endswith("~")
        and (not endings or (endings[-1] not in OTHER_EXTENSIONS and TEMPLATE_EXTENSIONS.isdisjoint(endings)))
    )


def is_template_name(name: str) -> bool:
    """Whether a file with this base name is the template of a Dockerfile: `Dockerfile.j2`, `app.Dockerfile.tmpl`."""
    first, *endings = name.lower().split(".")
    return not TEMPLATE_EXTENSIONS.isdisjoint(endings) and (
        first.startswith(_PREFIXES) or not {"dockerfile", "containerfile"}.isdisjoint(endings)
    )


def no_dockerfile_message(paths: Iterable[str]) -> str:
    """The message if no Dockerfiles are found."""
    listed = ", ".join(f"`{path}`" for path in paths)
    return f"no Dockerfiles found in {listed}; pass a file name to lint it anyway"


def left_out_message(kinds: Sequence[str]) -> str:
    """A note on files that were left out, by what `discover` appended for each: how many of which kind."""
    parts: list[str] = []
    for kind, name in (("template", "template"), ("source", "other source file")):
        count = kinds.count(kind)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    directories = sorted({kind for kind in kinds if kind.endswith("/")})
    if directories:
        count = sum(kind.endswith("/") for kind in kinds)
        shown = ", ".join(f"`{directory}`" for directory in directories)
        parts.append(f"{count} file{'' if count == 1 else 's'} in {shown}")
    return f"skipped {', '.join(parts)}; pass a file or its directory to lint it anyway"


def discover(
    paths: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    excluded: Callable[[str, bool], bool] | None = None,
    build_files: list[str] | None = None,
    left_out: list[str] | None = None,
) -> Iterator[DiscoveredFile]:
    """The files to lint for the files and directories `paths`, sorted, each file once.

    Files in `paths` are always included. Directories are searched for Dockerfiles, without following links to
    directories; a link to a file outside of the repository is left out, with a note on standard error. Excluded are
    files that git ignores, that match a pattern of `exclude` (in .gitignore syntax, relative to the current directory),
    or for which `excluded(path, is_directory)` is true. Left out are files in directories for code of other projects
    and for data of tests, templates and source code; what each is is appended to `left_out`. Compose and bake files
    found on the way are appended to `build_files`. Missing paths and unreadable directories become files with an
    `error`.
    """
    walk = _Walk(paths, exclude, excluded, build_files, left_out)
    for path in sorted(dict.fromkeys(paths), key=_parts):
        yield from walk.find(path)


class _Walk:
    """The state of one call of `discover`."""

    __slots__ = ("_build_files", "_exclude", "_excluded", "_left_out", "_named", "_roots", "_seen")

    def __init__(
        self,
        roots: Sequence[str],
        exclude: Sequence[str],
        excluded: Callable[[str, bool], bool] | None,
        build_files: list[str] | None,
        left_out: list[str] | None,
    ) -> None:
        self._roots = roots
        self._build_files = build_files
        self._left_out: list[str] = [] if left_out is None else left_out
        self._seen: set[str] = set()
        self._named = {_slashes(os.path.realpath(root)) for root in roots}
        self._excluded = excluded
        self._exclude = GitignoreFile(_slashes(os.path.realpath(".")), exclude) if exclude else None

    def find(self, path: str) -> Iterator[DiscoveredFile]:
        """The files for `path`, an argument of the user."""
        real = _slashes(os.path.realpath(path))
        try:
            is_directory = stat.S_ISDIR(os.stat(path).st_mode)
        except OSError as error:
            yield from self._once(real, DiscoveredFile(path, _reason(error)))
            return
        if is_directory:
            yield from self._directory(path, real)
        elif os.access(path, os.R_OK):
            yield from self._once(real, DiscoveredFile(path))
        else:
            yield from self._once(real, DiscoveredFile(path, _PERMISSION_DENIED))

    def _once(self, real: str, found: DiscoveredFile) -> Iterator[DiscoveredFile]:
        if real not in self._seen:
            self._seen.add(real)
            yield found

    def _leave_out(self, real: str, kind: str) -> None:
        if real not in self._seen and real not in self._named:
            self._seen.add(real)
            self._left_out.append(kind)

    def _directory(self, path: str, real: str) -> Iterator[DiscoveredFile]:
        from .content_kind import content_kind

        shown = "" if os.path.normpath(path) == "." else path
        root = real.rstrip("/") + "/"
        # The path to show, the real path, and for a directory the ignore files that apply in it.
        todo: list[tuple[str, str, tuple[GitignoreFile, ...] | None]] = [(shown, real, _parent_ignore_files(real))]
        while todo:
            shown, real, patterns = todo.pop()
            if patterns is None:
                kind = _foreign_directory(real, root) or content_kind(shown)
                if kind:
                    self._leave_out(real, kind)
                else:
                    yield from self._once(real, DiscoveredFile(shown))
                continue
            try:
                with os.scandir(shown or ".") as listing:
                    entries = sorted(listing, key=_name, reverse=True)
            except OSError as error:
                yield from self._once(real, DiscoveredFile(shown or ".", _reason(error)))
                continue
            todo += self._children(shown, real.rstrip("/") + "/", root, patterns, entries)

    def _children(
        self, shown: str, real: str, root: str, patterns: tuple[GitignoreFile, ...], entries: list[os.DirEntry[str]]
    ) -> Iterator[tuple[str, str, tuple[GitignoreFile, ...] | None]]:
        """The entries of a directory to search or to lint."""
        names = {entry.name for entry in entries}
        if ".git" in names:  # a repository: ignore files of an outer repository do not apply
            patterns = _optional(_info_exclude(real))
        if ".gitignore" in names:
            patterns += _optional(_read(real, real + ".gitignore"))
        for entry in entries:
            is_directory = _entry_is(entry.is_dir, False)
            is_build_file = not is_directory and self._is_build_file(entry.name)
            if is_directory:
                is_candidate = entry.name not in _SKIPPED_DIRECTORIES
            else:
                is_candidate = (is_build_file or is_dockerfile_name(entry.name)) and _entry_is(entry.is_file, True)
            path, inner = os.path.join(shown, entry.name), real + entry.name
            if (
                not is_directory
                and is_template_name(entry.name)
                and not self._is_excluded(path, inner, False, patterns)
            ):
                self._leave_out(inner, _foreign_directory(inner, root) or "template")
            if not is_candidate or self._is_excluded(path, inner, is_directory, patterns):
                continue
            if not is_directory and entry.is_symlink():
                if self._leads_outside(path, inner):
                    continue
                inner = _slashes(os.path.realpath(inner))
            if is_build_file and self._build_files is not None:
                if not _foreign_directory(inner, root):
                    self._build_files.append(path)
                continue
            yield path, inner, patterns if is_directory else None

    def _leads_outside(self, path: str, real: str) -> bool:
        """Whether a symbolic link leads out of the repository, which is noted."""
        if stays_inside(real, posixpath.dirname(real), self._roots):
            return False
        inform(f"`{path}` links to a file outside of the repository; not read; pass it as an argument to lint it")
        return True

    def _is_build_file(self, name: str) -> bool:
        return self._build_files is not None and (is_compose(name) or is_bake(name))

    def _is_excluded(self, path: str, real: str, is_directory: bool, patterns: Sequence[GitignoreFile]) -> bool:
        return (
            _is_ignored(real, is_directory, patterns)
            or bool(self._exclude and self._exclude.verdict(real, is_directory))
            or (self._excluded is not None and self._excluded(path, is_directory))
        )


def _foreign_directory(real: str, root: str) -> str:
    """The name, with `/`, of the directory below `root` that holds code of others or data of tests; else empty."""
    outer = ""
    for name in real[len(root) :].split("/")[:-1] if real.startswith(root) else ():
        if name in _FOREIGN_DIRECTORIES or (outer in _LIBRARIES and re.match(_VERSIONED, name)):
            return name + "/"
        outer = name
    return ""


def _is_ignored(real: str, is_directory: bool, patterns: Sequence[GitignoreFile]) -> bool:
    """Whether the innermost ignore file with a matching pattern ignores the path."""
    for ignore in reversed(patterns):
        verdict = ignore.verdict(real, is_directory)
        if verdict is not None:
            return verdict
    return False


def _parent_ignore_files(real: str) -> tuple[GitignoreFile, ...]:
    """The ignore files of the repository that contains the directory `real`.

    None if they ignore the directory itself: a user who passes an ignored directory wants its files.
    """
    parents = [real]
    while not os.path.lexists(parents[-1] + "/.git"):
        parent = posixpath.dirname(parents[-1])
        if parent == parents[-1]:
            return ()
        parents.append(parent)
    patterns = _optional(_info_exclude(parents[-1]))
    for directory, inner in zip(parents[:0:-1], parents[-2::-1], strict=True):
        patterns += _optional(_read(directory, posixpath.join(directory, ".gitignore")))
        if _is_ignored(inner, True, patterns):
            return ()
    return patterns


def _info_exclude(root: str) -> GitignoreFile | None:
    """The patterns of .git/info/exclude of the repository with the working tree `root`."""
    git = posixpath.join(root, ".git")
    if os.path.isfile(git):  # a worktree or a submodule: the file contains the path of the repository
        git = os.path.join(root, _first_line(git).removeprefix("gitdir:").strip())
        git = os.path.join(git, _first_line(git + "/commondir"))
    return _read(root, git + "/info/exclude")


def _first_line(name: str) -> str:
    return "".join(_lines(name)[:1]).strip()


def _read(base: str, name: str) -> GitignoreFile | None:
    lines = [line for line in _lines(name) if line.strip() and not line.startswith("#")]
    return GitignoreFile(base, lines) if lines else None


def _lines(name: str) -> list[str]:
    """The lines of a file of git; none if it cannot be read, which git ignores too."""
    try:
        text = read_found(name, MAX_CONFIG_BYTES).decode("utf-8", "surrogateescape")
    except OSError:
        return []
    return text.removeprefix("\ufeff").split("\n")


def _optional(patterns: GitignoreFile | None) -> tuple[GitignoreFile, ...]:
    return () if patterns is None else (patterns,)


def _reason(error: OSError) -> str:
    """The message for a path that cannot be accessed."""
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    if isinstance(error, PermissionError):
        return _PERMISSION_DENIED
    return f"cannot access the path ({error.strerror})"


def _entry_is(kind: Callable[..., bool], follow: bool) -> bool:
    """Whether an entry is of a kind; False if that cannot be determined, as with a link to itself."""
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
