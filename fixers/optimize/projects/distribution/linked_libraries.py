"""The libraries that a compiled program loads besides those of the packages that the file installs."""

from __future__ import annotations

import re

from ...base.rewrite import RewriteRejected
from .package_parts import needed_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .....syntax.tree import Run
    from .distribution_bases import Distribution
    from .source_tree import SourceTree

_OF_SYSTEM = frozenset("m c pthread dl rt stdc++ stdc++fs gcc gcc_s util resolv crypt gomp".split())
"""Libraries that every image has, or that are copied from the builder."""
_OF_IMAGE = {
    "bz2": "libbz2-dev",
    "crypto": "libssl-dev",
    "curl": "libcurl4-openssl-dev",
    "event": "libevent-dev",
    "ffi": "libffi-dev",
    "glib-2.0": "libglib2.0-dev",
    "gmp": "libgmp-dev",
    "jpeg": "libjpeg-dev",
    "lzma": "liblzma-dev",
    "ncurses": "libncurses-dev",
    "png": "libpng-dev",
    "pq": "libpq-dev",
    "readline": "libreadline-dev",
    "sqlite3": "libsqlite3-dev",
    "ssl": "libssl-dev",
    "xml2": "libxml2-dev",
    "yaml": "libyaml-dev",
    "z": "zlib1g-dev",
}
"""Libraries of buildpack-deps, which GCC's images are made of, and their packages. Source: its Dockerfiles."""
_BOOST = (r"\bboost_(\w+)", r"\bBoost::(\w+)", r"COMPONENTS\s+([\w\s]+)")


def libraries_of_image(
    distribution: Distribution, sources: Iterable[SourceTree] | None, commands: str, names: Sequence[str], run: Run
) -> dict[str, str]:
    """The packages of libraries that a full image has and programs link to, each with its reason.

    `sources`: what is compiled, None if unknown
    `commands`: the text of the RUNs that compile; `names`: the packages that the file installs.
    Raises RewriteRejected when the libraries are unknown.
    """
    found: dict[str, str] = {}
    for source in (None,) if sources is None else sources:
        linked = source.libraries(commands) if source is not None else None
        if linked is None:
            raise RewriteRejected(
                f"which libraries of `{distribution.name}` the program links to is unknown; start from "
                f"`{'ubuntu' if distribution.ubuntu else 'debian'}:{distribution.release}` and install them by name",
                run,
            )
        for library in sorted(linked - _OF_SYSTEM):
            header = _OF_IMAGE.get(library, "")
            if any(re.sub(r"[^a-z0-9]", "", library.lower()) in name.replace("-", "") for name in names):
                continue
            if not header:
                raise RewriteRejected(f"the package of the library `-l{library}` is unknown; install it by name", run)
            found.update(needed_packages(header, distribution, run, names))
    return found


def boost_libraries(packages: Iterable[str], sources: Iterable[SourceTree]) -> list[str]:
    """Those of the packages of Boost's libraries that the files of the build name."""
    words = {part.lower().replace("_", "-") for source in sources for each in _BOOST for part in source.mentions(each)}
    named = {word for part in words for word in part.split()}
    return [name for name in packages if re.sub(r"[\d.]+(t64)?$", "", name).removeprefix("libboost-") in named]
