"""When the support of the releases in a base image ends, and the supported tag next to it.

Read from data/end-of-life.txt (written by tools/make_end_of_life.py). The date of that table decides what has ended,
and not the clock, so that a version of dlint always gives the same answer.
"""

from __future__ import annotations

from .catalog import CATALOG, effective_tag
from .tags import (
    DEBIAN_RELEASES,
    SUITE_PART,
    UBUNTU_RELEASES,
    VERSION_PART,
    TagPart,
    distribution_family,
    split_tag,
    tag_parts,
    version_numbers,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .reference import ImageRef

_PRODUCTS = {
    "almalinux": ("almalinux", "AlmaLinux"),
    "alpine": ("alpine-linux", "Alpine"),
    "amazoncorretto": ("amazon-corretto", "Amazon Corretto"),
    "amazonlinux": ("amazon-linux", "Amazon Linux"),
    "cassandra": ("apache-cassandra", "Cassandra"),
    "couchdb": ("apache-couchdb", "CouchDB"),
    "debian": ("debian", "Debian"),
    "drupal": ("drupal", "Drupal"),
    "eclipse-temurin": ("eclipse-temurin", "Eclipse Temurin"),
    "elasticsearch": ("elasticsearch", "Elasticsearch"),
    "elixir": ("elixir", "Elixir"),
    "erlang": ("erlang", "Erlang/OTP"),
    "fedora": ("fedora", "Fedora"),
    "golang": ("go", "Go"),
    "gradle": ("gradle", "Gradle"),
    "haproxy": ("haproxy", "HAProxy"),
    "httpd": ("apache-http-server", "Apache httpd"),
    "julia": ("julia", "Julia"),
    "kibana": ("kibana", "Kibana"),
    "logstash": ("logstash", "Logstash"),
    "mariadb": ("mariadb", "MariaDB"),
    "maven": ("apache-maven", "Maven"),
    "mongo": ("mongodb", "MongoDB"),
    "mysql": ("mysql", "MySQL"),
    "nextcloud": ("nextcloud", "Nextcloud"),
    "nginx": ("nginx", "nginx"),
    "node": ("nodejs", "Node.js"),
    "oraclelinux": ("oracle-linux", "Oracle Linux"),
    "perl": ("perl", "Perl"),
    "php": ("php", "PHP"),
    "postgres": ("postgresql", "PostgreSQL"),
    "python": ("python", "Python"),
    "rabbitmq": ("rabbitmq", "RabbitMQ"),
    "redis": ("redis", "Redis"),
    "rockylinux": ("rocky-linux", "Rocky Linux"),
    "ruby": ("ruby", "Ruby"),
    "solr": ("solr", "Solr"),
    "tomcat": ("tomcat", "Tomcat"),
    "ubuntu": ("ubuntu", "Ubuntu"),
    "valkey": ("valkey", "Valkey"),
}
"""The product of the version in the tags of an official image, and its name for messages."""
_DISTRIBUTIONS = frozenset(("debian", "ubuntu", "alpine", "fedora", "amazonlinux", "oraclelinux", "almalinux"))
"""Official images whose version is that of the distribution."""
_SUITES = {
    "alpine": _PRODUCTS["alpine"],
    "al": _PRODUCTS["amazonlinux"],
    "amazonlinux": _PRODUCTS["amazonlinux"],
    "centos": ("centos", "CentOS"),
    "fedora": _PRODUCTS["fedora"],
    "oraclelinux": _PRODUCTS["oraclelinux"],
    "rockylinux": _PRODUCTS["rockylinux"],
    "almalinux": _PRODUCTS["almalinux"],
    "ubuntu": _PRODUCTS["ubuntu"],
}
"""The product of a suite with a number, such as `alpine3.16`."""
_WINDOWS = {
    "windowsservercore": ("windows-server", "Windows Server"),
    "nanoserver": ("windows-nano-server", "Nano Server"),
}
_WINDOWS_RELEASES = {
    "ltsc2016": ("2016", "1607"),
    "sac2016": ("", "1607"),
    "1607": ("2016", "1607"),
    "1709": ("1709-sac", "1709"),
    "1803": ("1803-sac", "1803"),
    # The tag 1809 is the image of Windows Server 2019.
    "1809": ("2019", "2019"),
    "1903": ("1903-sac", "1903"),
    "1909": ("1909-sac", "1909"),
    "2004": ("2004-sac", "2004"),
    "20h2": ("20h2-sac", "20h2"),
    "ltsc2019": ("2019", "2019"),
    "ltsc2022": ("2022", "2022"),
    "ltsc2025": ("2025", "2025"),
}
"""The releases of Server Core and Nano Server by tag. Source: Microsoft's page "Base image lifecycles"."""
_NODE_NAMES = {
    "argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14", "gallium": "16",
    "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24",
}  # fmt: skip
"""Source: github.com/nodejs/Release/blob/main/CODENAMES.md."""
_MIRRORS = ("public.ecr.aws/docker/library/", "mirror.gcr.io/library/")
_DOTNET = frozenset(("sdk", "aspnet", "runtime", "runtime-deps"))
_DOTNET_CORE = "dotnet/core/"

_MONGO_LTS = (5,)
"""Since this version the tag of a major version is that of its `.0`, the only one with long support: `mongo:7` is 7.0.

Source: www.mongodb.com/docs/manual/reference/versioning, github.com/docker-library/mongo.
"""

_SUCCESSORS = {
    "adoptopenjdk": "`eclipse-temurin`",
    "centos": "`almalinux` or `rockylinux/rockylinux`",
    "celery": "`python`",
    "consul": "`hashicorp/consul`",
    "django": "`python`",
    "iojs": "`node`",
    "java": "`eclipse-temurin`",
    "jenkins": "`jenkins/jenkins`",
    "openjdk": "`eclipse-temurin`",
    "opensuse": "`opensuse/leap`",
    "owncloud": "`owncloud/server`",
    "piwik": "`matomo`",
    "rails": "`ruby`",
    "vault": "`hashicorp/vault`",
    "microsoft/aspnet": "`mcr.microsoft.com/dotnet/framework/aspnet`",
    "microsoft/aspnetcore": "`mcr.microsoft.com/dotnet/aspnet`",
    "microsoft/aspnetcore-build": "`mcr.microsoft.com/dotnet/sdk`",
    "microsoft/azure-cli": "`mcr.microsoft.com/azure-cli`",
    "microsoft/dotnet": "`mcr.microsoft.com/dotnet/sdk`, `aspnet` or `runtime`",
    "microsoft/dotnet-framework": "`mcr.microsoft.com/dotnet/framework/runtime`",
    "microsoft/iis": "`mcr.microsoft.com/windows/servercore/iis`",
    "microsoft/mssql-server-linux": "`mcr.microsoft.com/mssql/server`",
    "microsoft/nanoserver": "`mcr.microsoft.com/windows/nanoserver`",
    "microsoft/powershell": "`mcr.microsoft.com/powershell`",
    "microsoft/windowsservercore": "`mcr.microsoft.com/windows/servercore`",
}
"""Images of Docker Hub that get no updates, and what their descriptions there recommend instead."""


class Release:
    """A release of a product.

    `label`: for messages, "Python 3.8"
    `end`: the day on which its support ends, "2024-10-07"
    `ended`: it ended before the table was recorded, `ending`: it ends within a year after that, `ending_soon`: within
    three months
    `is_suite`: it is the distribution that the tag names beside the version
    """

    __slots__ = ("end", "ended", "ending", "ending_soon", "is_suite", "label", "name", "product")

    def __init__(self, product: tuple[str, str], name: str, end: str, day: str, is_suite: bool) -> None:
        self.product = product
        self.name = name
        self.label = f"{product[1]} {name.partition('-')[0]}"
        self.end = end
        self.ended = bool(end) and end <= day
        self.ending = bool(end) and not self.ended and end <= f"{int(day[:4]) + 1}{day[4:]}"
        self.ending_soon = self.ending and end <= _three_months_after(day)
        self.is_suite = is_suite


def _three_months_after(day: str) -> str:
    """The day of the same number three months after `day`; both are written "2026-11-30"."""
    months = int(day[5:7]) + 3
    return f"{int(day[:4]) + (months > 12)}-{(months - 1) % 12 + 1:02}{day[7:]}"


class EndOfLife:
    """The table of data/end-of-life.txt."""

    __slots__ = ("day",)

    def __init__(self) -> None:
        date = CATALOG.read("end-of-life.txt").partition("# date: ")[2]
        self.day = date.partition("\n")[0]

    def releases(self, ref: ImageRef) -> list[Release]:
        """The releases that the tag of `ref` names: that of the program, then that of the distribution.

        A tag that moves to newer releases ("3") names the newest one if its support has ended. What the table does not
        have is left out.
        """
        return [
            found
            for product, version, is_suite in _named(ref)
            if (found := self._release(product, version, is_suite)) is not None
        ]

    def successor(self, ref: ImageRef) -> str:
        """What replaces an image that gets no more updates, for messages; "" if it does or that is unknown."""
        name = _name(ref) or (ref.repository if ref.registry == "docker.io" else "")
        known = _SUCCESSORS.get(name, "")
        if name not in ("openjdk", "java"):
            return known
        tag = split_tag(name, effective_tag(ref))
        numbers = version_numbers(tag.version.partition("-")[0])
        if (
            name == "openjdk"
            and numbers
            and any(numbers[0] >= int(other[:2]) for other in CATALOG.tags(name) if other[:2].isdecimal())
        ):
            return ""  # Early access builds are the only ones that are still published.
        kind = "jre" if "jre" in tag.variant else "jdk"
        alpine = "-alpine" if distribution_family(tag.suite) == "alpine" else ""
        successor = f"{numbers[0]}-{kind}{alpine}" if numbers else ""
        return f"`eclipse-temurin:{successor}`" if successor in CATALOG.tags("eclipse-temurin") else known

    def supported(self, ref: ImageRef, releases: Sequence[Release]) -> str:
        """What to use instead of `ref`, for messages: a tag of the catalog, or the name of a release.

        Its releases, given as `releases`, are replaced by the next ones whose support does not end within a year.
        """
        found = self._supported_tag(ref, releases)
        if found:
            base = ref.text.partition("@")[0].removesuffix(f":{ref.tag}")
            return f"`{base}:{found}`"
        first = next((each for each in releases if each.ended or each.ending), None)
        later = self._next(first) if first is not None else []
        if first is None or not later:
            return ""
        if ref.repository.startswith(_DOTNET_CORE):
            # .NET Core became .NET 5, whose images have another name.
            image = ref.repository.removeprefix(_DOTNET_CORE)
            return f".NET {later[0]} (`{ref.registry}/dotnet/{image}:{later[0]}.0`)"
        return self._release_named(first.product, later[0]).label

    def _supported_tag(self, ref: ImageRef, releases: Sequence[Release]) -> str:
        name = _name(ref)
        tags = CATALOG.tags(name) if name else {}
        version = next((each for each in releases if not each.is_suite), None)
        suite = next((each for each in releases if each.is_suite), None)
        parts = tag_parts(name, ref.tag or "")
        suited = any(part.kind == SUITE_PART for part in parts)
        if name in _DISTRIBUTIONS and suited:
            version, suite = None, version or suite
        if version is not None and (version.ended or version.ending):
            numbers = self._next(version)
        else:
            numbers = ["", version.name] if version is not None else [""]
        for number in numbers:
            for text in self._suite_texts(suite, parts):
                for tag in _tags_like(parts, number, text):
                    if tag in tags and tag != ref.tag:
                        return tag
        return ""

    def _suite_texts(self, suite: Release | None, parts: Sequence[TagPart]) -> Iterator[str | None]:
        """The texts that the suite in a tag may be replaced by, the most similar first; None to leave it out."""
        written = next((part for part in parts if part.kind == SUITE_PART), None)
        if written is None:
            yield None
            return
        family = distribution_family(written.canonical)
        if suite is None or not (suite.ended or suite.ending):
            yield written.text
        if family == "alpine":
            yield from (f"alpine{number}" for number in (self._next(suite) if suite is not None else ()))
            yield "alpine"
        table = {"debian": DEBIAN_RELEASES, "ubuntu": UBUNTU_RELEASES}.get(family, {})
        for number in self._next(suite) if suite is not None else ():
            if number in table:
                yield table[number]
        if family in ("debian", "ubuntu"):
            yield None

    def _next(self, release: Release) -> list[str]:
        """The releases of its product after `release`, first those whose support lasts, in ascending order."""
        after = version_numbers(release.name)
        rows = CATALOG.numbered_releases(release.product[0])
        later = [self._release_named(release.product, name) for numbers, name in rows.items() if numbers > after]
        open_ = [each for each in later if not each.ended]
        lasting = [each.name for each in open_ if not each.ending]
        return lasting or [each.name for each in reversed(open_)]

    def _release_named(self, product: tuple[str, str], name: str, is_suite: bool = False) -> Release:
        return Release(product, name, self._rows(product[0])[name], self.day, is_suite)

    def _release(self, product: tuple[str, str], version: str, is_suite: bool) -> Release | None:
        """The release of a version: "3.8.10" is 3.8; "2" is the newest 2.x if that has ended."""
        rows = self._rows(product[0])
        if version in rows:
            return self._release_named(product, version, is_suite)
        numbers = version_numbers(version)
        by_numbers = CATALOG.numbered_releases(product[0])
        for length in range(len(numbers), 0, -1):
            if numbers[:length] in by_numbers:
                return self._release_named(product, by_numbers[numbers[:length]], is_suite)
        if product[0] == "mongodb" and len(numbers) == 1 and numbers >= _MONGO_LTS:
            numbers = (*numbers, 0)
        newest = max((key for key in by_numbers if numbers and key[: len(numbers)] == numbers), default=None)
        if newest is None or product[0] in ("ubuntu", "opensuse"):
            return None
        found = self._release_named(product, by_numbers[newest], is_suite)
        return found if found.ended else None

    def _rows(self, product: str) -> Mapping[str, str]:
        """The end of each release, "" if it is not set."""
        return CATALOG.ends_of_support(product)


def _name(ref: ImageRef) -> str:
    """The name of the official image, also at a mirror; "" if it is another one."""
    if ref.name:
        return ref.name
    whole = f"{ref.registry}/{ref.repository}"
    return next((whole.removeprefix(mirror) for mirror in _MIRRORS if whole.startswith(mirror)), "")


def _named(ref: ImageRef) -> Iterator[tuple[tuple[str, str], str, bool]]:
    """The products and versions in the tag of `ref`, and whether each is its distribution."""
    if not ref.tag:
        return
    name = _name(ref)
    tag = split_tag(name, ref.tag)
    if not name:
        yield from _named_elsewhere(ref, ref.tag)
        return
    version = tag.version.partition("-")[0].removeprefix("v")
    product = _PRODUCTS.get(name)
    if name == "node":
        words = ref.tag.split("-")
        version = next((_NODE_NAMES[word] for word in words[:2] if word in _NODE_NAMES), version)
    if name == "centos":
        return
    if name in _DISTRIBUTIONS and tag.suite:
        yield from _named_suite(tag.suite, is_suite=False)
        return
    if product is not None and version:
        yield product, version, False
    if tag.suite and (product is not None or f"\n{name}\t" in CATALOG.read()):
        yield from _named_suite(tag.suite, is_suite=True)


def _named_elsewhere(ref: ImageRef, tag: str) -> Iterator[tuple[tuple[str, str], str, bool]]:
    """What the tags of some images outside Docker's official ones name."""
    if ref.registry == "mcr.microsoft.com":
        parts = ref.repository.split("/")
        if parts[0] == "windows" and len(parts) == 2 and parts[1] in ("servercore", "nanoserver"):
            yield from _named_windows(
                "windowsservercore" if parts[1] == "servercore" else parts[1], tag, is_suite=False
            )
        elif parts[0] == "dotnet" and parts[-1] in _DOTNET and parts[1:-1] in ([], ["core"]):
            split = split_tag("", tag)
            yield ("dotnet", ".NET Core" if parts[1] == "core" else ".NET"), split.version.partition("-")[0], False
            yield from _named_suite(split.suite, is_suite=True)
        elif parts[0] == "dotnet" and parts[1:2] == ["framework"]:
            yield from _named_suite(split_tag("", tag).suite, is_suite=True)
    elif ref.registry == "docker.io" and ref.repository == "nvidia/cuda":
        yield from _named_suite(split_tag("", tag).suite, is_suite=True)
    elif ref.registry == "docker.io" and ref.repository == "opensuse/leap":
        yield ("opensuse", "openSUSE Leap"), tag, False
    elif ref.registry == "docker.io" and ref.repository == "rockylinux/rockylinux":
        yield _PRODUCTS["rockylinux"], tag.partition("-")[0], False
    elif ref.registry == "quay.io" and ref.repository == "centos/centos" and tag.startswith("stream"):
        yield ("centos-stream", "CentOS Stream"), tag.removeprefix("stream").partition("-")[0], False


def _named_suite(suite: str, *, is_suite: bool) -> Iterator[tuple[tuple[str, str], str, bool]]:
    if suite in DEBIAN_RELEASES.values():
        number = next(number for number, name in DEBIAN_RELEASES.items() if name == suite)
        yield _PRODUCTS["debian"], number, is_suite
        return
    if suite in UBUNTU_RELEASES.values():
        number = next(number for number, name in UBUNTU_RELEASES.items() if name == suite)
        yield _PRODUCTS["ubuntu"], number, is_suite
        return
    family, _, windows = suite.partition("-")
    if family in _WINDOWS:
        yield from _named_windows(family, windows, is_suite=is_suite)
        return
    name = family.rstrip("0123456789.")
    if name in _SUITES and family != name:
        yield _SUITES[name], family.removeprefix(name), is_suite


def _named_windows(kind: str, tag: str, *, is_suite: bool) -> Iterator[tuple[tuple[str, str], str, bool]]:
    releases = _WINDOWS_RELEASES.get(tag.lower().partition("-")[0])
    release = releases[kind == "nanoserver"] if releases else ""
    if release:
        yield _WINDOWS[kind], release, is_suite


def _tags_like(parts: Sequence[TagPart], version: str, suite: str | None) -> Iterator[str]:
    """The tag with another version ("" for the same) and suite (None for none); dates of snapshots are left out."""
    out: list[str] = []
    seen = False
    for part in parts:
        if part.kind == SUITE_PART:
            out += [suite] if suite is not None else []
        elif part.kind != VERSION_PART:
            out.append(part.text)
        elif not seen and not (part.text.isdecimal() and len(part.text) >= 8):
            seen = True
            out.append(version or part.text)
    yield "-".join(out)
