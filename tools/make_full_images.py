"""Writes model/data/full-image-packages.txt: what full images contain in addition to Debian, for each release.

    python tools/make_full_images.py DATE bullseye=PACKAGES bookworm=PACKAGES trixie=PACKAGES

PACKAGES is the unpacked index of main for amd64 of a release (`apt-get update` downloads it; `lz4cat` unpacks it). A
full image is buildpack-deps and what the Dockerfiles of the languages add. The packages are those that these
Dockerfiles name and all that they depend on, without those of every Debian image. A line is the package and its
releases.

It also compares model/data/package-needs.txt with the dependencies of the Debian packages that it gives as sources.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

DATA = Path(__file__).parent.parent / "model" / "data"
NAMED = """autoconf automake bzip2 ca-certificates curl default-libmysqlclient-dev dpkg-dev file g++ gcc git gnupg
imagemagick libbz2-dev libc6-dev libcurl4-openssl-dev libdb-dev libevent-dev libffi-dev libgdbm-dev libglib2.0-dev
libgmp-dev libjpeg-dev libkrb5-dev liblzma-dev libmagickcore-dev libmagickwand-dev libmaxminddb-dev libncurses-dev
libpng-dev libpq-dev libreadline-dev libsqlite3-dev libssl-dev libtool libwebp-dev libxml2-dev libxslt1-dev libyaml-dev
make mercurial netbase openssh-client patch procps sq subversion tzdata unzip wget xz-utils zlib1g-dev
libbluetooth-dev tk-dev uuid-dev bison""".split()
"""Source: the Dockerfiles of docker-library/buildpack-deps; the last line: those of python, pypy and ruby."""
HEAD = """\
# What full images contain in addition to Debian; written by tools/make_full_images.py, which explains the format.
# source: the Dockerfiles of buildpack-deps, python and ruby, and the package indexes of Debian main, amd64, {date}
# releases: {releases}
"""
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]*")


class Release:
    """The packages of a release, each with the fields of its stanza, and which packages provide a virtual one."""

    def __init__(self, path: Path) -> None:
        self.packages: dict[str, dict[str, str]] = {}
        self.providers: dict[str, list[str]] = {}
        for stanza in path.read_text("utf-8").split("\n\n"):
            fields = dict(re.findall(r"^([\w-]+): (.*)$", stanza, re.MULTILINE))
            if fields:
                self.packages[fields["Package"]] = fields
        for name, fields in sorted(self.packages.items()):
            for group in alternatives(fields.get("Provides", "")):
                self.providers.setdefault(group[0], []).append(name)

    def closure(self, names: list[str]) -> set[str]:
        """The packages `names` that exist, and all that they depend on: the first alternative that exists."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in self.packages:
                providers = self.providers.get(name, [])
                if not found.isdisjoint(providers) or not providers:
                    continue
                name = providers[0]
            if name not in found:
                found.add(name)
                waiting += self.dependencies(name, found)
        return found

    def dependencies(self, name: str, found: set[str]) -> list[str]:
        """The dependencies of a package that are not `found`."""
        fields = self.packages[name]
        groups = alternatives(fields.get("Depends", "")) + alternatives(fields.get("Pre-Depends", ""))
        known = self.packages.keys() | self.providers.keys()
        return [next((one for one in group if one in known), "") for group in groups if found.isdisjoint(group)]

    def additions(self) -> set[str]:
        """The packages of full images that are not in every Debian image."""
        required = [name for name, fields in self.packages.items() if fields.get("Priority") == "required"]
        # Images are merged already, and so do not have the first alternative, usrmerge.
        return self.closure(NAMED) - self.closure([*required, "apt", "usr-is-merged"])


def alternatives(text: str) -> list[list[str]]:
    """The names in a field of dependencies: a list of alternatives for each."""
    groups = [map(_NAME.match, map(str.strip, group.split("|"))) for group in text.split(",")]
    return [names for group in groups if (names := [match[0] for match in group if match is not None])]


def main() -> None:
    """Read the indexes, write the file, and report needs that Debian does not confirm."""
    date, *pairs = sys.argv[1:]
    releases = {name: Release(Path(path)) for name, path in (pair.split("=", 1) for pair in pairs)}
    added = {name: release.additions() for name, release in releases.items()}
    lines = [
        f"{package}\t{' '.join(name for name in added if package in added[name])}"
        for package in sorted(set().union(*added.values()))
    ]
    target = DATA / "full-image-packages.txt"
    target.write_text(HEAD.format(date=date, releases=" ".join(releases)) + "\n".join(lines) + "\n")
    print(f"{len(lines)} packages, {target.stat().st_size} bytes")
    compare(releases)


def compare(releases: dict[str, Release]) -> None:
    """Print the needs that the Debian package of their line does not have in any release."""
    libraries: dict[str, set[str]] = {}
    for line in (DATA / "runtime-libraries.txt").read_text().splitlines():
        name, _, cells = line.partition("\t")
        libraries[name] = set(cells.split())
    for line in (DATA / "package-needs.txt").read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        ecosystem, package, needs, compiled, source = line.split("\t")
        if "." in source or "/" in source:
            continue
        stanzas = [release.packages[source] for release in releases.values() if source in release.packages]
        text = ", ".join(fields.get(key, "") for fields in stanzas for key in ("Depends", "Recommends", "Suggests"))
        theirs = {name for group in alternatives(text) for name in group}
        for need in f"{needs} {compiled}".split():
            if need != "?" and theirs.isdisjoint(libraries.get(need, set()) | {need}):
                print(f"{ecosystem} {package}: {source} does not depend on {need}{'' if stanzas else ' (not found)'}")


if __name__ == "__main__":
    main()
