"""What the final stage needs of the system: the Debian packages of programs and libraries, each with what needs it.

This decides for all rewrites. What an application and its packages start or load is given by name; the answer is the
packages to install, or a rejection that names what is unknown.
"""

from __future__ import annotations

import re

from ....model.packages.package_needs import UNKNOWN_NEED, in_full_images, known_needs
from ....model.packages.runtime_libraries import runtime_libraries_for
from .rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ....model.python_app import PythonApp
    from ....syntax.tree import Instruction

SLIM_LIBRARIES = {
    "python": frozenset(
        """libbz2-dev libexpat1-dev libffi-dev libgdbm-dev liblzma-dev libncurses-dev libncurses5-dev libreadline-dev
        libsqlite3-dev libssl-dev uuid-dev zlib1g-dev""".split()
    ),
    "ruby": frozenset("libffi-dev libgmp-dev libssl-dev libyaml-dev zlib1g-dev".split()),
}
"""Headers whose libraries the language itself loads, so that slim images have them too.

Source: the templates of docker-library/python and docker-library/ruby.
"""
_SLIM_PACKAGES = {
    "python": frozenset("ca-certificates netbase openssl tzdata".split()),
    "ruby": frozenset("ca-certificates openssl".split()),
}
"""What slim images contain in addition to Debian. Source: their Dockerfiles; those of Node.js add nothing."""
_RELEASES = ("bullseye", "bookworm", "trixie")
"""The Debian releases whose packages are recorded."""
OTHER_PROGRAMS = {"openssl": "openssl", "perl": "perl", "python3": "python3"}
"""Programs of full images other than Python's that slim ones may lack, and their packages.

Source: the dependencies of what the Dockerfiles of buildpack-deps install.
"""
_NEVER_MISSING = frozenset("c m dl pthread rt util gcc_s stdc++ resolv crypt cuda cudart nvcuvid nvidia-ml".split())
"""Libraries that every image contains, and those of graphics drivers, which no official image contains."""
_LIBRARY_HEADERS = {
    "GL": "libgl1-mesa-dev",
    "MagickCore": "libmagickcore-dev",
    "MagickWand": "libmagickwand-dev",
    "X11": "libx11-dev",
    "Xext": "libxext-dev",
    "archive": "libarchive-dev",
    "asound": "libasound2-dev",
    "bluetooth": "libbluetooth-dev",
    "bz2": "libbz2-dev",
    "cairo": "libcairo2-dev",
    "crypto": "libssl-dev",
    "cups": "libcups2-dev",
    "curl": "libcurl4-openssl-dev",
    "dbus": "libdbus-1-dev",
    "enchant": "libenchant-2-dev",
    "expat": "libexpat1-dev",
    "fontconfig": "libfontconfig1-dev",
    "gdk_pixbuf": "libgdk-pixbuf-2.0-dev",
    "geos_c": "libgeos-dev",
    "gio": "libglib2.0-dev",
    "glib": "libglib2.0-dev",
    "gobject": "libglib2.0-dev",
    "gomp": "libgomp1",
    "gssapi_krb5": "libkrb5-dev",
    "gthread": "libglib2.0-dev",
    "jpeg": "libjpeg-dev",
    "ldap": "libldap2-dev",
    "magic": "libmagic-dev",
    "mariadb": "libmariadb-dev",
    "mysqlclient": "libmariadb-dev",
    "ncurses": "libncurses-dev",
    "ncursesw": "libncurses-dev",
    "odbc": "unixodbc-dev",
    "openjp2": "libopenjp2-7-dev",
    "pango": "libpango1.0-dev",
    "pangocairo": "libpango1.0-dev",
    "pangoft2": "libpango1.0-dev",
    "png": "libpng-dev",
    "portaudio": "portaudio19-dev",
    "rsvg": "librsvg2-dev",
    "sndfile": "libsndfile1-dev",
    "sqlite": "libsqlite3-dev",
    "ssl": "libssl-dev",
    "tcl": "tcl8.6-dev",
    "tk": "tk8.6-dev",
    "udev": "libudev-dev",
    "usb": "libusb-1.0-0-dev",
    "uuid": "uuid-dev",
    "xml": "libxml2-dev",
    "xslt": "libxslt1-dev",
    "yaml": "libyaml-dev",
    "z": "zlib1g-dev",
    "zbar": "libzbar-dev",
}
"""Libraries, by their names without version, and the -dev package of each where its name is another one."""
_TK_MODULES = frozenset(("tkinter", "_tkinter", "turtle", "idlelib"))
_TK = "tk8.6-dev"
"""The library that `tkinter` loads; slim images lack it. Source: docker-library/python's template."""


class SystemNeeds:
    """Collects what a stage needs: `packages` to install, each with what needs it.

    `image`: the name of the official image, "" for another one
    `release`: its Debian release ("bookworm"), None when the tag names none
    `full`: whether the stage ran on a full image until now, whose programs a slim one may lack
    `compiles`: whether it installs -dev packages that the final stage does not get, which may have brought any library
    """

    def __init__(self, image: str, release: str | None, *, full: bool = True, compiles: bool = False) -> None:
        self.release = release
        self.full = full
        self.compiles = compiles
        self.packages: dict[str, str] = {}
        self._libraries = SLIM_LIBRARIES.get(image, frozenset())
        self._present = _SLIM_PACKAGES.get(image, frozenset())

    def add(self, need: str, by: str, at: Instruction | None = None) -> None:
        """Add a Debian package that `by` needs; a -dev package stands for its libraries.

        What the stage did not have until now is omitted; what it installs itself is not added either. Raises
        RewriteRejected when the names of the libraries are unknown.
        """
        if need in self._libraries or need in self._present:
            return
        if not need.endswith("-dev"):
            if self.full and in_full_images(need, self.release if self.release in _RELEASES else None):
                self.packages.setdefault(need, by)
            return
        if not self.compiles and not (self.full and self._in_full_image(need)):
            return
        for library in library_packages(by, need, self.release, at):
            self.packages.setdefault(library, by)

    def add_program(self, package: str, by: str) -> None:
        """Add the package of a program that only full images contain, which `by` starts."""
        if package not in self._present:
            self.packages.setdefault(package, by)

    def add_packages(
        self, ecosystem: str, names: Iterable[str], compiled: Collection[str] = (), at: Instruction | None = None
    ) -> None:
        """Add what packages of an ecosystem ("python", "node", "ruby") start and load.

        `compiled` are those that are compiled, and not installed as a wheel. Raises RewriteRejected for packages that
        may start or load anything.
        """
        known = {name: needs for name in sorted(names) if (needs := known_needs(ecosystem, name)) is not None}
        unknown = [name for name, needs in known.items() if UNKNOWN_NEED in needs.at_run_time]
        if unknown:
            raise unknown_needs(unknown, at)
        for name, needs in known.items():
            for need in (*needs.at_run_time, *(needs.when_compiled if name in compiled else ())):
                self.add(need, name, at)

    def add_libraries(self, libraries: Mapping[str, str]) -> None:
        """Add libraries that source files load by name, each with the file: `libmagic.so.1`, `magic`.

        Raises RewriteRejected for a library whose package is unknown.
        """
        for library, by in libraries.items():
            name = _library_name(library)
            if name in _NEVER_MISSING:
                continue
            header = _LIBRARY_HEADERS.get(name, f"lib{name}-dev".lower())
            if header.endswith("-dev") and runtime_libraries_for(header, "bookworm") is None:
                if ".so" not in library:  # `find_library` finds nothing for it on Linux
                    continue
                raise RewriteRejected(
                    f"`{by}` loads the library `{library}`, and it is unknown which package contains it; "
                    "keep the full base image"
                )
            self.add(header, by)

    def add_python(self, app: PythonApp) -> None:
        """Add the libraries that a Python application loads by name, and the one of `tkinter`."""
        self.add_libraries(app.libraries)
        if not app.imports.isdisjoint(_TK_MODULES):
            self.add(_TK, "tkinter")

    def _in_full_image(self, header: str) -> bool:
        releases = [self.release] if self.release in _RELEASES else _RELEASES
        return any(
            in_full_images(package, release)
            for release in releases
            for package in (header, *(runtime_libraries_for(header, release) or ()))
        )


def unknown_needs(names: Sequence[str], at: Instruction | None = None) -> RewriteRejected:
    """The rejection for packages that may start or load what only the full image has."""
    quoted = ", ".join(f"`{name}`" for name in names[:3])
    return RewriteRejected(f"the run-time system dependencies of {quoted} are unknown", at)


def library_packages(name: str, header: str, release: str | None, at: Instruction | None = None) -> Sequence[str]:
    """The packages with the library of a -dev package, which `name` loads. Raises RewriteRejected when unknown."""
    libraries = runtime_libraries_for(header, release)
    if libraries is None and release is not None:
        raise RewriteRejected(f"`{name}` needs the library of `{header}`, which is unknown for Debian {release}", at)
    if libraries is None:
        raise RewriteRejected(
            f"`{name}` needs the library of `{header}`, whose package name depends on the Debian release; "
            "name the release in the base image's tag",
            at,
        )
    return libraries


def _library_name(library: str) -> str:
    """The name of a library without `lib`, suffix and version: `magic` for `libmagic.so.1`, `glib` for `glib-2.0-0`."""
    name = library.rpartition("/")[2].partition(".so")[0].removeprefix("lib")
    return re.sub(r"[-.]?\d[\d.-]*([.-]?Q\d+)?$|[-.]\d.*$", "", name) or name
