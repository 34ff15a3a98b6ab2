"""What a C or C++ project builds, and links to."""

from __future__ import annotations

import posixpath
import re

from ....model.images.slimmer import find_slim_variant
from ..base.copies import context_path, read_context_file
from ..base.rewrite import RewriteRejected
from ..base.stage_facts import base_text, require_plain_base, with_release
from ..split.language_stack import Bases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ..base.rewrite import Preconditions

COMPILERS = frozenset("c++ cc clang clang++ cmake g++ gcc make ninja".split())
"""Commands that compile, or run a build that does."""
_RELEASES = ("bullseye", "bookworm", "trixie")
_OF_LIBC = frozenset("c dl gcc m pthread rt stdc++ stdc++fs util".split())
"""Libraries of the C and the C++ runtime, which every image has."""
_HEADERS = {
    "crypto": "libssl-dev", "curl": "libcurl4-openssl-dev", "event": "libevent-dev", "jansson": "libjansson-dev",
    "json-c": "libjson-c-dev", "microhttpd": "libmicrohttpd-dev", "pq": "libpq-dev", "sqlite3": "libsqlite3-dev",
    "ssl": "libssl-dev", "uuid": "uuid-dev", "uv": "libuv1-dev", "xml2": "libxml2-dev", "yaml": "libyaml-dev",
    "z": "zlib1g-dev", "zmq": "libzmq3-dev",
}  # fmt: skip
"""Libraries by the name for `-l`, and their -dev packages. Source: the file lists of the packages."""
_BUILD_FILE = re.compile(r"(^|/)(GNUmakefile|[Mm]akefile[\w.]*|[\w.-]+\.mk|CMakeLists\.txt|[\w.-]+\.cmake)$")
_LINK = re.compile(r"(?<![\w-])-l\s?([\w+.-]+)")
_CMAKE_LINK = re.compile(r"target_link_libraries\s*\(([^)]*)\)|link_libraries\s*\(([^)]*)\)", re.IGNORECASE)
_CMAKE_FIND = re.compile(
    r"\b(?:find_package|pkg_check_modules|pkg_search_module|find_library)\s*\(\s*(\w+)", re.IGNORECASE
)
_LOOKED_UP = re.compile(r"\bpkg-config\b|\bFetchContent|\bExternalProject|\bdlopen\b|-fopenmp|-fsanitize")
_TARGET = re.compile(r"add_(?:executable|library)\s*\(\s*([\w.-]+)", re.IGNORECASE)
_SOURCE = re.compile(
    r"\.(c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|s|o|a|mk|cmake|md|ac|am|m4)$|"
    r"(^|/)\.git/|(^|/)([Mm]akefile|GNUmakefile|CMakeLists\.txt|configure|LICENSE|COPYING|README|Dockerfile|\.[^/]*)$",
    re.IGNORECASE,
)
"""Files that a build reads, and no program opens."""
_CPP = (".cc", ".cpp", ".cxx", ".c++", ".hpp", ".hxx")


def c_bases(stage: Stage, checks: Preconditions) -> Bases:
    """The base images: the same release without the compiler. Raises RewriteRejected when it is unknown."""
    ref, facts, base = stage.base_ref, stage.base_facts, base_text(stage)
    suite = (facts.suite if facts else "") or ""
    known = ref is not None and ref.digest is None and (suite in _RELEASES or ref.name == "ubuntu")
    checks.require("the release of the base image is known", known, f"the release of `{base}` is unknown", stage.from_)
    assert ref is not None
    require_plain_base(stage, checks)
    if ref.name == "ubuntu":
        return Bases(release="ubuntu")
    why = "the release that the program is compiled on, with the same libc"
    if ref.name == "debian":
        slim = find_slim_variant(ref)
        if slim is not None or "slim" in (ref.tag or ""):
            return Bases("", slim.text if slim is not None else "", suite, why)
        return Bases(with_release(base, "latest", suite), f"debian:{suite}-slim", suite, why)
    builder = with_release(base, ref.tag or "latest", suite)
    return Bases(builder, f"debian:{suite}-slim", suite, why, full=True)


def makes_program(build: Build, stage: Stage, context: Context, path: str, scripts: str) -> bool:
    """Whether the build, whose commands are in `scripts`, makes the file `path` of the image."""
    name = posixpath.basename(path)
    if context_path(build, stage, context, path) is not None:
        return False
    return (
        re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", "\n".join([scripts, *_build_files(context)])) is not None
    )


def linked_headers(context: Context, scripts: str) -> Iterator[str]:
    """The -dev packages of the libraries that a build links to. Raises RewriteRejected for an unknown library."""
    text = "\n".join([scripts, *_build_files(context)])
    sources = (read_context_file(context, name) or "" for name in context.files() if name.endswith((".c", *_CPP)))
    if _LOOKED_UP.search(text) or any("dlopen" in source for source in sources):
        raise RewriteRejected("the libraries that the program loads are unknown")
    targets = set(_TARGET.findall(text))
    names = _LINK.findall(text)
    for groups in _CMAKE_LINK.findall(text):
        names += [word for group in groups for word in group.split()]
    for package in _CMAKE_FIND.findall(text):
        if package != "Threads":
            raise RewriteRejected(
                f"the libraries that the program links to are unknown: the build looks for `{package}`"
            )
    keywords = {"PUBLIC", "PRIVATE", "INTERFACE", "Threads::Threads", "${CMAKE_THREAD_LIBS_INIT}", "${CMAKE_DL_LIBS}"}
    for name in sorted({each.removeprefix("-l") for each in names} - _OF_LIBC - keywords - targets):
        if name not in _HEADERS:
            raise RewriteRejected(f"the program links to `{name}`, whose package is unknown")
        yield _HEADERS[name]


def has_data(context: Context, sources: Iterable[str]) -> bool:
    """Whether files or directories of the context contain more than the source of a program."""
    return any(_SOURCE.search(name) is None for name in _files(context, sources))


def needs_cpp_runtime(context: Context, sources: Iterable[str]) -> bool:
    """Whether files or directories of the context contain C++."""
    return any(name.lower().endswith(_CPP) for name in _files(context, sources))


def _files(context: Context, sources: Iterable[str]) -> list[str]:
    """The files that are copied: `sources` are files or directories, "" for all."""
    tops = list(sources)
    return [
        name for name in context.files() if any(not top or name == top or name.startswith(top + "/") for top in tops)
    ]


def _build_files(context: Context) -> list[str]:
    return [read_context_file(context, name) or "" for name in context.files() if _BUILD_FILE.search(name)]
