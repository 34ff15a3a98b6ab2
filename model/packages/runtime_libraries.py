"""The libraries that programs compiled against a -dev package of Debian or Alpine need at run time."""

from __future__ import annotations

import os
import sys
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

COMPILERS = frozenset(
    """autoconf automake bison build-essential ccache clang cmake cpp dpkg-dev flex g++ gcc gfortran libtool llvm m4
    make meson nasm ninja-build patch pkg-config pkgconf python3-dev python-dev python3-all-dev python2-dev cargo rustc
    swig gcc-multilib g++-multilib libc-dev libc6-dev libstdc++-dev musl-dev linux-headers-generic cython3""".split()
)
"""Packages that are needed only to compile."""


_ALPINE_BUILD = frozenset("alpine-sdk binutils build-base linux-headers pkgconfig re2c".split())
_ALPINE_LIBRARIES = {
    header: libraries.split()
    for libraries, headers in {
        "brotli-libs": "brotli-dev",
        "c-client": "imap-dev",
        "freetype": "freetype-dev",
        "gmp": "gmp-dev",
        "icu-libs": "icu-dev",
        "krb5-libs": "krb5-dev",
        "libbz2": "bzip2-dev",
        "libcurl": "curl-dev",
        "libedit": "libedit-dev",
        "libevent": "libevent-dev",
        "libffi": "libffi-dev",
        "libintl": "gettext-dev",
        "libjpeg-turbo": "jpeg-dev libjpeg-turbo-dev",
        "libldap": "openldap-dev",
        "libmcrypt": "libmcrypt-dev",
        "libmemcached-libs": "libmemcached-dev",
        "libpng": "libpng-dev",
        "libpq": "libpq-dev postgresql-dev",
        "librdkafka": "librdkafka-dev",
        "libsodium": "libsodium-dev",
        "libssh2": "libssh2-dev",
        "libwebp": "libwebp-dev",
        "libxml2": "libxml2-dev",
        "libxpm": "libxpm-dev",
        "libxslt": "libxslt-dev",
        "libzip": "libzip-dev",
        "mariadb-connector-c": "mariadb-connector-c-dev mariadb-dev mysql-dev",
        "oniguruma": "oniguruma-dev",
        "rabbitmq-c": "rabbitmq-c-dev",
        "readline": "readline-dev",
        "sqlite-libs": "sqlite-dev",
        "tidyhtml-libs": "tidyhtml-dev",
        "unixodbc": "unixodbc-dev",
        "yaml": "yaml-dev",
        "zlib": "zlib-dev",
        "zstd-libs": "zstd-dev",
    }.items()
    for header in headers.split()
}
"""The libraries of -dev packages, which depend on them, in the maintained releases of Alpine.

A list by hand, after Alpine's aports; packages that are not in it are refused.
"""


def is_alpine_build_package(package: str) -> bool:
    """Whether an Alpine package is needed only to compile: a compiler, a build tool, headers."""
    return package in COMPILERS or package in _ALPINE_BUILD or package.endswith("-dev")


def alpine_libraries_for(package: str) -> list[str] | None:
    """The runtime libraries of an Alpine -dev package; empty for a compiler, None if they are unknown."""
    if package in _ALPINE_LIBRARIES:
        return _ALPINE_LIBRARIES[package]
    return [] if package in COMPILERS or package in _ALPINE_BUILD else None


def is_build_package(package: str) -> bool:
    """Whether a Debian package is needed only to compile: a compiler, a build tool, headers."""
    name = package.partition(":")[0]
    versioned = name.startswith(("gcc-", "g++-", "clang-", "llvm-", "libstdc++-", "linux-headers-"))
    return name in COMPILERS or (versioned and name[-1:].isdigit()) or name.endswith("-dev")


def runtime_libraries_for(package: str, release: str | None) -> tuple[str, ...] | None:
    """The runtime libraries of a -dev package in a Debian release ("bookworm"); empty for a compiler.

    None if they are unknown or, without a release, differ between releases. Source: model/data/runtime-libraries.txt,
    made from Debian's package indexes.
    """
    name = package.partition(":")[0]
    if not name.endswith("-dev") or name in COMPILERS:
        return () if is_build_package(name) else None
    releases, table = _read_table()
    line = table.get(name)
    if line is None:
        return None
    cells: list[str] = []
    for cell in line.split("\t"):
        cells.append(cells[-1] if cell == "=" else cell)
    if release is None:
        known = {cell for cell in cells if cell != "-"}
        return tuple(known.pop().split()) if len(known) == 1 else None
    if release not in releases or cells[releases.index(release)] == "-":
        return None
    return tuple(sys.intern(text) for text in cells[releases.index(release)].split())


def libraries_of_every_release(package: str) -> tuple[str, ...] | None:
    """The runtime libraries of a -dev package by names that apt knows in all releases; None if there are none.

    Since trixie libpng16-16t64 provides libpng16-16, except on 32-bit ARM, so the old name is right in all releases.
    Source: wiki.debian.org/ReleaseGoals/64bit-time.
    """
    found = {runtime_libraries_for(package, release) for release in _read_table()[0]} - {None}
    names = {tuple(name.removesuffix("t64") for name in libraries or ()) for libraries in found}
    return names.pop() if len(names) == 1 else None


@cache
def _read_table() -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The releases, and the libraries of each package by release: `=` repeats the last cell, `-` is unknown."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "runtime-libraries.txt")
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    releases = tuple(next(line for line in lines if line.startswith("# releases: ")).split()[2:])
    pairs = [line.partition("\t") for line in lines if not line.startswith("#")]
    return releases, {name: cells for name, _, cells in pairs}
