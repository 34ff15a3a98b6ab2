"""Which files next to a compiled program it may open, so that the final stage gets them without the source."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase

from ....model.gitignore import listed_patterns
from ....syntax.tree import CopyOrAdd, Run, Workdir
from ..base.copies import read_context_file
from ..base.stage_facts import is_within, places_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....syntax.tree import Instruction
    from ..base.copies import CopiedPath
    from ..split.language_stack import LanguageStack

_SOURCES = (
    *("*.go", "*.rs", "go.mod", "go.sum", "go.work", "go.work.sum", "Cargo.toml", "Cargo.lock"),
    *("rust-toolchain", "rust-toolchain.toml", "rustfmt.toml", ".rustfmt.toml", "clippy.toml"),
    *(".gitignore", ".gitattributes", ".gitmodules", ".editorconfig", ".dockerignore", ".air.toml", ".gitkeep"),
)
"""Files that only compilers and other tools of developers read, in any directory."""
_AT_TOP = (
    *("README*", "LICENSE*", "COPYING*", "CHANGELOG*", "CONTRIBUTING*", "CODE_OF_CONDUCT*", "SECURITY.md", "NOTICE*"),
    *(
        "[Dd]ockerfile*",
        "*.[Dd]ockerfile",
        "docker-compose*.y*ml",
        "compose*.y*ml",
        "Makefile",
        "Makefile.toml",
        "Jenkinsfile",
    ),
    *(".golangci.y*ml", ".goreleaser.y*ml", ".travis.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml"),
    *(".git/*", ".github/*", ".circleci/*", ".vscode/*", ".idea/*"),
)
"""Documentation and what builds and tests the program, in the directory that it is compiled in."""
_QUIET = frozenset(
    """adduser addgroup apk apt-get chgrp chmod chown cp echo groupadd install ln mkdir mv rm set touch true
    update-ca-certificates useradd usermod""".split()
)
"""Commands that read no file which they do not name."""
_GLOB = re.compile(r"[*?\[]")
_STRING = re.compile(r"""["'`]((?:\\.|[^"'`\\\n]){1,200})["'`]""")
READ = "a file or directory that the program may read"
_MANY = 10
"""With more entries than this, the directory is copied as a whole."""


_MADE_AGAIN = re.compile(
    r"""[!/]?(\*\*/)?(bin|obj|out|dist|build|target|tmp|temp|log|logs|coverage|vendor|node_modules|debug|release|__debug_bin|
    \.(idea|vscode|history|cache|DS_Store|git|air|direnv|envrc|gradle|settings|project|classpath)|Thumbs\.db|go\.work(\.sum)?|
    Cargo\.lock|\*?\.?(exe|exe~|dll|so|dylib|o|a|test|out|log|swp|swo|prof|rs\.bk|pdb|rlib|iml|ipr|iws|tmp|bak|class|pyc))
    (/|/?\*{0,2})?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
"""Lines of .gitignore for what builds, editors and tests write."""


def ignored_data(context: Context) -> str:
    """A file that git does not have and the build context may, which the program may read (`.env`); "" for none."""
    ignore = context.ignore_file
    unusual = (each for each in listed_patterns(context.read(".gitignore")) if not _MADE_AGAIN.fullmatch(each))
    return next((each for each in unusual if ignore is None or not ignore.excluded(each.strip("/"))), "")


def data_entries(
    stack: LanguageStack, directory: str, programs: Iterable[str], compiled: Run, built: str = ""
) -> list[str] | None:
    """The paths that the final stage needs of the directory where a program is compiled.

    `built`: a name in the directory that only the compiler writes. None when all of it may be needed: also files that
    are in the context of the user, but not in git.
    """
    steps = [step for step in stack.stage.instructions if step.start < compiled.start]
    copies = [step for step in steps if stack.is_in_copied_directory(step)]
    files = DataFiles(stack.build, stack.stage, stack.context, copies, directory)
    hidden = any(map(files.has_directory, programs))
    return None if hidden or ignored_data(stack.context) else files.entries(stack.remaining(), compiled, (built,))


class DataFiles:
    """The files of the build context that the builder has in the directory where a program is compiled.

    `copies`: the COPYs before the compiler runs, to places in the directory
    """

    def __init__(
        self, build: Build, stage: Stage, context: Context, copies: Sequence[Instruction], directory: str
    ) -> None:
        self._build = build
        self._context = context
        self._directory = directory
        self._first = copies[0].start if copies else 0
        self._sources: dict[str, str] = {}
        for place in (place for copy in copies for place in places_of(build, stage, context, copy)):
            self._sources.update(_files(context, place))

    def entries(self, instructions: Iterable[Instruction], compiled: Run, built: Collection[str]) -> list[str] | None:
        """The paths in the directory that the program or the `instructions` of the final stage may read.

        `built`: names in the directory that the compiler writes. None when the paths are unknown, or many.
        """
        steps = [step for step in instructions if not isinstance(step, CopyOrAdd | Workdir)]
        for run in (step for step in steps if isinstance(step, Run)):
            if self._reads_unnamed(run):
                return None
            # Files that are changed before the compiler runs are not there yet in the final stage.
            if self._first < run.start < compiled.start and self._tops(run) & {*map(self._top, self._sources)}:
                return None
        tops = {top for step in steps for top in self._tops(step)}
        words = self._script_words() | self._strings()
        tops |= {self._top(path) for word in words if (path := self._inside(word, "./"))}
        parts = tops | {part for word in words for part in word.split("/")}
        found = {
            self._top(path)
            for path in self._sources
            if self._top(path) not in built and (self._top(path) in tops or self._is_data(path, parts))
        }
        return sorted(posixpath.join(self._directory, top) for top in found) if len(found) <= _MANY else None

    def has_directory(self, path: str) -> bool:
        """Whether a path is a directory that is copied."""
        return any(source != path and is_within(source, path) for source in self._sources)

    def _reads_unnamed(self, run: Run) -> bool:
        """Whether a RUN may read files of the directory that it does not name."""
        names = {command.name for command in self._build.commands(run)}
        path = self._build.state(run).path
        copied = [word for each in self._build.commands(run) if each.name in ("cp", "mv") for word in each.operands()]
        everything = any(path(word.value) in (None, self._directory) for word in copied)
        return everything or not names <= _QUIET or any(_GLOB.search(top) for top in self._tops(run))

    def _tops(self, step: Instruction) -> set[str]:
        """The entries of the directory that an instruction names."""
        words = re.split(r"""[\s"',;()\[\]=]+""", step.arguments_text)
        return {self._top(path) for word in words if (path := self._inside(word))}

    def _inside(self, word: str, prefix: str = "") -> str:
        """The path in the directory that a word names; "" for none, or a relative one without the prefix."""
        if not word.startswith(("/", prefix)):
            return ""
        path = posixpath.normpath(posixpath.join(self._directory, word))
        return path if path != self._directory and is_within(path, self._directory) else ""

    def _relative(self, path: str) -> str:
        return path[len(self._directory) + 1 :]

    def _top(self, path: str) -> str:
        return self._relative(path).partition("/")[0]

    def _is_data(self, path: str, parts: Collection[str]) -> bool:
        """Whether a file is no source, or a text that may open it has its name or suffix."""
        relative = self._relative(path)
        base = posixpath.basename(relative)
        known = any(fnmatchcase(base, pattern) for pattern in _SOURCES)
        known = known or any(fnmatchcase(relative, each) for each in _AT_TOP if "/" in each or base == relative)
        suffix = posixpath.splitext(base)[1]
        named = base in parts or bool(suffix and f"*{suffix}" in parts) or (suffix == ".md" and suffix in parts)
        return not known or named

    def _script_words(self) -> set[str]:
        """The words of the shell scripts of the build context."""
        names = [name for name in self._context.files() if name.endswith(".sh")]
        return {word for name in names for word in (read_context_file(self._context, name) or "").split()}

    def _strings(self) -> set[str]:
        """The strings in the source, without the packages that it imports."""
        found: set[str] = set()
        for name in self._context.files():
            text = read_context_file(self._context, name) or "" if name.endswith((".go", ".rs")) else ""
            found |= {*_STRING.findall(text)} - _imports(name, text)
        return found


def _imports(name: str, text: str) -> set[str]:
    """The packages that a Go source file imports."""
    if not name.endswith(".go"):
        return set()
    blocks = re.findall(r"^import\s*(?:\(([^)]*)\)|(.*))", text, re.MULTILINE)
    return {package for block in blocks for package in _STRING.findall("\n".join(block))}


def _files(context: Context, place: CopiedPath) -> Iterator[tuple[str, str]]:
    """The files that a COPY brings: the path in the image, and in the build context."""
    if not place.folder:
        yield place.target, place.source
        return
    prefix = place.source.rstrip("/") + "/" if place.source else ""
    for name in context.files():
        if name.startswith(prefix):
            yield posixpath.join(place.target, name[len(prefix) :]), name
