"""Writes model/data/runtime-libraries.txt: the runtime libraries of Debian's -dev packages, for each release.

    python tools/make_runtime_libraries.py DATE bullseye=PACKAGES bookworm=PACKAGES trixie=PACKAGES

PACKAGES is the unpacked index of main for amd64 of a release (`apt-get update` downloads it; `lz4cat` unpacks it). The
libraries of a -dev package are its dependencies on exactly its own version, or on its own source package, also through
other -dev packages of that source, or of any source if it has none itself. A virtual package that one package provides
has the libraries of that package. The library of a compiler (libomp5-19) is in another section than the others. A line
is the package and a column for each release: the libraries, separated by spaces, `=` for those of the previous column,
`-` if the release does not have the package.
"""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path

TARGET = Path(__file__).parent.parent / "model" / "data" / "runtime-libraries.txt"
SKIPPED = re.compile(r"golang-|librust-|libghc|node-|ruby|php|r-|haskell|elpa-|erlang|fp-|lib.*-(ocaml|perl)|.*-ocaml")
"""Packages for languages that `dlint optimize` does not support, or that only contain sources."""
SONAME = re.compile(r"lib[a-z+.-]+\d[\d.-]*\Z")
"""A package with a shared library, whose name ends with the version of its interface, in the section of a compiler."""
HEAD = """\
# Runtime libraries of Debian's -dev packages; written by tools/make_runtime_libraries.py, which explains the format.
# source: the package indexes of Debian main, amd64, {date}
# releases: {releases}
"""


COMPILING = ("libc6-dev", "linux-libc-dev", "libcrypt-dev", "libstdc++-12-dev", "libgcc-12-dev")


class Package:
    """A stanza of the index."""

    def __init__(self, stanza: str) -> None:
        fields = dict(re.findall(r"^([\w-]+): (.*)$", stanza, re.MULTILINE))
        self.name = fields.get("Package", "")
        self.source = fields.get("Source", self.name).partition(" ")[0]
        self.version = fields.get("Version", "")
        section = fields.get("Section", "")
        self.library = section in ("libs", "oldlibs", "contrib/libs") and not self.headers
        self.compiler_library = section == "devel" and SONAME.match(self.name) is not None and not self.headers
        self.provides = [name.strip() for name in re.sub(r"\([^)]*\)", "", fields.get("Provides", "")).split(",")]
        self.depends = [alternative.split("|")[0].strip() for alternative in fields.get("Depends", "").split(",")]

    @property
    def headers(self) -> bool:
        """Whether it contains headers."""
        return self.name.endswith(("-dev", "-dev-compat", "-dev-bin", "-multidev"))


def main() -> None:
    """Read the indexes and write the file."""
    date, *pairs = sys.argv[1:]
    releases = dict(pair.split("=", 1) for pair in pairs)
    found = {release: libraries(read(Path(path))) for release, path in releases.items()}
    names = sorted({name for each in found.values() for name in each})
    lines = [f"{name}\t" + "\t".join(columns([each.get(name) for each in found.values()])) for name in names]
    head = HEAD.format(date=date, releases=" ".join(releases))
    TARGET.write_text(head + "\n".join(lines) + "\n")
    print(f"{len(names)} packages, {TARGET.stat().st_size} bytes")


def read(path: Path) -> dict[str, Package]:
    """The packages of an index by name."""
    packages = (Package(stanza) for stanza in path.read_text("utf-8").split("\n\n") if stanza.strip())
    return {package.name: package for package in packages}


def libraries(index: dict[str, Package]) -> dict[str, str]:
    """Each -dev package with its libraries; those without any contain only headers or static libraries."""
    providers: dict[str, list[str]] = {name: [name] for name in index}
    for package in index.values():
        for name in package.provides:
            if name not in index:
                providers.setdefault(name, []).append(package.name)
    return {
        name: " ".join(sorted(runtime_libraries(index, found[0], set())))
        for name, found in providers.items()
        if name.endswith("-dev") and not SKIPPED.match(name) and len(found) == 1
    }


def runtime_libraries(index: dict[str, Package], name: str, seen: set[str]) -> set[str]:
    """The libraries of a -dev package."""
    package = index.get(name)
    if package is None or name in seen:
        return set()
    seen.add(name)
    needed = [
        (index.get(name), text) for text in package.depends for name in re.findall(r"^[a-z0-9][a-z0-9+.-]*", text)
    ]
    others = [(other, text) for other, text in needed if other is not None and other.name not in COMPILING]
    found = {
        other.name
        for other, text in others
        if other.library and (other.source == package.source or "= " + package.version in text)
    }
    # The other dependencies of such a package are those of a compiler's plugins in it.
    found = {
        other.name for other, text in others if other.compiler_library and f"(= {package.version})" in text
    } or found
    own = bool(found)
    for other, _ in others:
        if other.headers and (other.source == package.source or not own):
            found |= runtime_libraries(index, other.name, seen)
    return found


def columns(cells: list[str | None]) -> list[str]:
    """The cells of a line, `=` for a repeated one."""
    texts = ["-" if cell is None else cell for cell in cells]
    return [texts[0], *("=" if one == before else one for before, one in pairwise(texts))]


if __name__ == "__main__":
    main()
