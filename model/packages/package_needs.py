"""What packages of languages start and load, and which system packages full images contain."""

from __future__ import annotations

import os
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN_NEED = "?"
"""The need of a package that may start or load anything."""


class PackageNeeds:
    """The Debian packages that a package needs at run time, and those that it needs too when it was compiled.

    A -dev package stands for its libraries. `UNKNOWN_NEED` is among them when they are unknown.
    """

    __slots__ = ("at_run_time", "when_compiled")

    def __init__(self, at_run_time: str, when_compiled: str) -> None:
        self.at_run_time = tuple(at_run_time.split())
        self.when_compiled = tuple(when_compiled.split())


def known_needs(ecosystem: str, package: str) -> PackageNeeds | None:
    """The needs of a package of an ecosystem ("python", "node", "ruby"); None for a package that is not recorded.

    Names of Python packages are normalized. Source: model/data/package-needs.txt, with a source in each line.
    """
    return _read_needs().get((ecosystem, package))


def in_full_images(package: str, release: str | None) -> bool:
    """Whether the full images of a Debian release ("bookworm") contain a package that slim images may lack.

    Without a release, whether those of any release do. Source: model/data/full-image-packages.txt.
    """
    releases = _read_full_images().get(package, ())
    return bool(releases) if release is None else release in releases


def _read_lines(name: str) -> list[str]:
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", name)
    with open(path, encoding="utf-8") as file:
        return [line for line in file.read().splitlines() if line and not line.startswith("#")]


@cache
def _read_needs() -> Mapping[tuple[str, str], PackageNeeds]:
    cells = [line.split("\t") for line in _read_lines("package-needs.txt")]
    return {(ecosystem, name): PackageNeeds(always, compiled) for ecosystem, name, always, compiled, _ in cells}


@cache
def _read_full_images() -> Mapping[str, tuple[str, ...]]:
    pairs = [line.partition("\t") for line in _read_lines("full-image-packages.txt")]
    return {name: tuple(releases.split()) for name, _, releases in pairs}
