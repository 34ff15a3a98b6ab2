"""The libraries that programs compiled against a Debian -dev package need at run time."""

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


@cache
def _read_table() -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The releases, and the libraries of each package by release: `=` repeats the last cell, `-` is unknown."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "runtime-libraries.txt")
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    releases = tuple(next(line for line in lines if line.startswith("# releases: ")).split()[2:])
    pairs = [line.partition("\t") for line in lines if not line.startswith("#")]
    return releases, {name: cells for name, _, cells in pairs}
