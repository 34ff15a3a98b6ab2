"""The libraries that programs compiled against a -dev package of Debian or Ubuntu need at run time.

Ubuntu takes its packages from Debian between two of Debian's releases, so a name that both have is Ubuntu's, too. The
exceptions, and libraries whose name changed between them, are listed. Since 2024 names may end in `t64` (64-bit time).
"""

from __future__ import annotations

import re

from .runtime_libraries import runtime_libraries_for

_BETWEEN = {"jammy": ("bullseye", "bookworm"), "noble": ("bookworm", "trixie")}
"""The Debian releases before and after a release of Ubuntu."""
_LISTED = {
    "default-libmysqlclient-dev": "libmysqlclient20 libmysqlclient21 libmysqlclient21 libmysqlclient21",
    "libmysqlclient-dev": "libmysqlclient20 libmysqlclient21 libmysqlclient21 libmysqlclient21",
    "libffi-dev": "libffi6 libffi7 libffi8 libffi8",
    "libicu-dev": "libicu60 libicu66 libicu70 libicu74",
    "libjpeg-dev": "libjpeg-turbo8 libjpeg-turbo8 libjpeg-turbo8 libjpeg-turbo8",
    "libjpeg-turbo8-dev": "libjpeg-turbo8 libjpeg-turbo8 libjpeg-turbo8 libjpeg-turbo8",
    "libjpeg8-dev": "libjpeg-turbo8 libjpeg-turbo8 libjpeg-turbo8 libjpeg-turbo8",
    "libreadline-dev": "libreadline7 libreadline8 libreadline8 libreadline8t64",
    "libssl-dev": "libssl1.1 libssl1.1 libssl3 libssl3t64",
    "libxml2-dev": "libxml2 libxml2 libxml2 libxml2",
    "libtiff-dev": "libtiff5 libtiff5 libtiff5 libtiff6",
    "libtiff5-dev": "libtiff5 libtiff5 libtiff5 libtiff6",
}
"""Libraries in bionic, focal, jammy and noble. Source: what public Dockerfiles for these releases install."""
_LISTED_RELEASES = ("bionic", "focal", "jammy", "noble")
_STABLE = frozenset(
    """libbz2-dev libcairo2-dev libcap-dev libcurl4-openssl-dev libexpat1-dev libfontconfig1-dev libfreetype6-dev
    libglib2.0-dev libgmp-dev liblzma-dev libpcap-dev libpng-dev libpq-dev libsdl2-dev libsqlite3-dev libudev-dev
    libusb-1.0-0-dev libx11-dev libxslt1-dev libyaml-dev uuid-dev zlib1g-dev""".split()
)
"""Libraries whose name has not changed since 2018, but for `t64`."""
_BOOST = {"bionic": "1.65.1", "focal": "1.71.0", "jammy": "1.74.0", "noble": "1.83.0"}
"""The default version of Boost. Source: what public Dockerfiles for these releases install."""
_SPELLED_AS_TRIXIE = frozenset("noble oracular plucky questing resolute".split())
"""Releases with names that end in `t64`."""
_COMPILER = re.compile(r"(gcc-\d+-base|lib(asan|hwasan|tsan|lsan|ubsan|itm|quadmath|gcc-s|stdc\+\+|atomic|gomp)\d+)$")
"""Libraries of the compiler, on which a -dev package depends only because it depends on the compiler."""
_VERSION = re.compile(r"\d+\.\d+\.\d+(t64)?$")


def debian_libraries(package: str, release: str) -> tuple[str, ...] | None:
    """The runtime libraries of a -dev package in a Debian release ("bookworm"); empty for a compiler, None if unknown.

    Of releases without a table, only libraries are known whose name is the same in all.
    """
    found = runtime_libraries_for(package, "trixie" if release == "stable" else release)
    if found is None and release in ("buster", "sid", "testing", "forky") and package.partition(":")[0] in _STABLE:
        found = runtime_libraries_for(package, "bullseye" if release == "buster" else "trixie")
    return None if found is None else without_compiler_libraries(found)


def ubuntu_libraries(package: str, release: str) -> tuple[str, ...] | None:
    """The runtime libraries of a -dev package in an Ubuntu release ("jammy"); empty for a compiler, None if unknown."""
    name = package.partition(":")[0]
    if not name.endswith("-dev") or runtime_libraries_for(name, None) == ():
        return runtime_libraries_for(name, None)
    if name in _LISTED:
        index = _LISTED_RELEASES.index(release) if release in _LISTED_RELEASES else -1
        return (_LISTED[name].split()[index],) if index >= 0 else None
    before, after = (_libraries(name, debian) for debian in _BETWEEN.get(release, ("bullseye", "trixie")))
    if name.startswith("libboost"):
        return _of_boost(after if release == "noble" else before, release)
    if before is None or after is None:
        return None
    known = release in _BETWEEN or name in _STABLE
    later = release in _SPELLED_AS_TRIXIE
    if (
        not known
        or not (later or release in _LISTED_RELEASES)
        or sorted(map(_plain, before)) != sorted(map(_plain, after))
    ):
        return None
    return after if later else before


def _of_boost(names: tuple[str, ...] | None, release: str) -> tuple[str, ...] | None:
    """The libraries of Boost with the version of the release."""
    version = _BOOST.get(release)
    if names is None or version is None:
        return None
    return names if release == "noble" else tuple(_VERSION.sub(version, name) for name in names)


def _libraries(name: str, debian: str) -> tuple[str, ...] | None:
    """The libraries in a Debian release without those of the compiler."""
    names = runtime_libraries_for(name, debian)
    return None if names is None else without_compiler_libraries(names)


def without_compiler_libraries(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names without the libraries of the compiler."""
    return tuple(name for name in names if _COMPILER.match(name) is None)


def _plain(name: str) -> str:
    return name.removesuffix("t64").replace("t64-", "-")
