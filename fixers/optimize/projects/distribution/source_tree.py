"""Which files of a source tree a compiled program may read, and which libraries it links to."""

from __future__ import annotations

import posixpath
import re

from ...base.copies import context_copies, read_context_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .....model.build import Build, Stage
    from .....model.context import Context

SOURCE_SUFFIXES = tuple(
    """.a .ac .am .asm .c .cc .cmake .cpp .cxx .d .f90 .gch .go .h .hh .hpp .hxx .in .inl .ipp .la .lo .m4 .mk .o .obj
    .s .tcc""".split()
)
"""Names of sources, objects and static libraries end so, which no program reads at run time."""
_BUILD_FILE = re.compile(
    r"(GNUmakefile|go\.(mod|sum)|[Mm]akefile(\..*)?|CMakeLists\.txt|configure|meson(_options)?\.(build|txt)|SConstruct|.*\.pro|"
    r"Dockerfile.*|docker-compose.*|README.*|LICEN[CS]E.*|COPYING.*|AUTHORS|CHANGELOG.*|NEWS|TODO|INSTALL|\..*|.*\.md)$"
)
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_CODE = re.compile(r"\.(c|cc|cpp|cxx|h|hh|hpp|hxx|f90|go|in)$")
_LINKS = re.compile(r"(?<![\w-])-l([\w+.-]+)")
_OPENMP = re.compile(r"openmp|\bomp\.h|gomp", re.IGNORECASE)
_CMAKE_LINKS = re.compile(r"target_link_libraries\s*\(([^)]*)\)", re.IGNORECASE)
_CMAKE_TARGETS = re.compile(r"add_(?:executable|library)\s*\(\s*([\w.-]+)", re.IGNORECASE)
_CMAKE_WORDS = ("PUBLIC", "PRIVATE", "INTERFACE", "Threads::Threads", "${CMAKE_THREAD_LIBS_INIT}", "${CMAKE_DL_LIBS}")
_LOADING = re.compile(r"\bdlopen\b")
_STARTING = re.compile(r"\b(dlopen|exec[lv][pe]*|popen|system|posix_spawnp?)\s*\(")
_SHARED = re.compile(r"-shared\b|\b(SHARED|MODULE)\b|\.so\b|\bshared_library\b|noinst_|libtool")
_UNKNOWN_LINKS = re.compile(
    r"pkg-config|pkg_check_modules|(?<!target_)link_libraries|find_package\((?!\s*Threads)|find_library|PKG_CHECK_MODULES|dependency\("
)


class SourceTree:
    """The files of the build context that a directory of the image gets.

    `names`: the files; `data`: those that are neither sources nor files of the build
    """

    def __init__(self, context: Context, names: Iterable[str]) -> None:
        self.context = context
        self.names = sorted(names)
        self.data = [name for name in self.names if not _is_source(name)]
        self.texts = {name: read_context_file(context, name) or "" for name in self.names if _is_read(name)}
        self._strings = "\n".join(
            found
            for name, text in self.texts.items()
            if _CODE.search(name)
            for line in text.split("\n")
            if not line.lstrip().startswith("#include")
            for found in _STRING.findall(line)
        )

    def names_data(self) -> bool:
        """Whether the code contains the name of a file that is not source, so that the program may open it there."""
        stems = {posixpath.basename(name) for name in self.data} | {
            name.split("/")[-2] for name in self.data if "/" in name
        }
        relative = "\n".join(line for line in self._strings.split("\n") if not line.startswith("/"))
        return any(stem in relative for stem in stems)

    def reads_sources(self) -> bool:
        """Whether the code contains the name of a source file."""
        return re.search(r"\.(c|cc|cpp|cxx|h|hh|hpp|hxx|o|a)\b", self._strings) is not None

    def starts(self, programs: Iterable[str]) -> list[str]:
        """Those of the programs that the code may start."""
        return [
            name
            for name in programs
            if re.search(rf"(?:^|[/\s;|&(]){re.escape(name)}(?:[\s;|&)]|$)", self._strings, re.MULTILINE)
        ]

    def has_archives(self) -> bool:
        """Whether a file is an archive, whose files are unknown."""
        return any(name.endswith((".tar", ".gz", ".tgz", ".bz2", ".xz", ".zip")) for name in self.names)

    def has_c(self) -> bool:
        """Whether a file is C or C++."""
        return any(name.endswith((".c", ".cc", ".cpp", ".cxx")) for name in self.names)

    def is_c_only(self) -> bool:
        """Whether all sources are C."""
        return bool(self.names) and not any(name.endswith((".cc", ".cpp", ".cxx", ".C", ".f90")) for name in self.names)

    def uses_openmp(self, more: str) -> bool:
        """Whether the sources, the files of the build or the text `more` name OpenMP."""
        return any(_OPENMP.search(text) for text in (*self.texts.values(), more))

    def libraries(self, more: str) -> set[str] | None:
        """The libraries that the files of the build, and the text `more`, link to; None when that is unknown."""
        build = "\n".join([*(text for name, text in self.texts.items() if not _CODE.search(name)), more])
        if _UNKNOWN_LINKS.search(build) or self._calls(_LOADING):
            return None
        words = {word for group in _CMAKE_LINKS.findall(build) for word in group.split()[1:]}
        targets = {*_CMAKE_TARGETS.findall(build), *_CMAKE_WORDS}
        return {*_LINKS.findall(build), *(word for word in words if word not in targets)}

    def makes_one_program(self) -> bool:
        """Whether a program that is built needs no other file that is: no library, and no program that it starts."""
        build = "\n".join(text for name, text in self.texts.items() if not _CODE.search(name))
        return not self.data and _SHARED.search(build) is None and not self._calls(_STARTING)

    def _calls(self, pattern: re.Pattern[str]) -> bool:
        """Whether code matches a pattern."""
        return any(pattern.search(text) for name, text in self.texts.items() if _CODE.search(name))

    def mentions(self, pattern: str) -> set[str]:
        """What the group of a pattern matches in the files of the build."""
        texts = [text for name, text in self.texts.items() if not _CODE.search(name)]
        return {found for text in texts for found in re.findall(pattern, text)}


def _is_source(name: str) -> bool:
    base = posixpath.basename(name)
    return base.endswith(SOURCE_SUFFIXES) or _BUILD_FILE.match(base) is not None


def _is_read(name: str) -> bool:
    other = name.endswith((".md", ".a", ".o", ".la", ".lo")) or "ocker" in posixpath.basename(name)
    return _is_source(name) and not other


def clean_command(directory: str) -> str:
    """A command that deletes sources, objects and static libraries in a directory."""
    return rf"find {directory} -regextype egrep -regex '.*\.([cho]|cc|cpp|cxx|hh|hpp|hxx|l?a)' -delete"


def copied_directories(build: Build, stage: Stage, context: Context) -> list[str]:
    """The directories that COPYs of the build context fill, except `/`."""
    places = context_copies(build, stage, context)
    directories = [place.target if place.folder else posixpath.dirname(place.target) for place in places]
    return [directory for directory in dict.fromkeys(directories) if directory != "/"]
