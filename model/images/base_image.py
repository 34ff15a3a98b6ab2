"""What is known about a base image: distribution, package manager, user, working directory, variables."""

from __future__ import annotations

from .catalog import (
    BYTES_COLUMN,
    CATALOG,
    CMD_COLUMN,
    DATE_COLUMN,
    ENTRYPOINT_COLUMN,
    ENV_COLUMN,
    SHELL_COLUMN,
    SUITE_COLUMN,
    USER_COLUMN,
    WORKDIR_COLUMN,
    common_suite,
    effective_tag,
)
from .reference import DIGITS, ImageRef
from .tags import (
    DEBIAN_RELEASES,
    UBUNTU_RELEASES,
    distribution_family,
    invert_words,
    is_floating_suite,
    split_tag,
    version_numbers,
    word_set,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


# Docker's values for images that set none.
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DEFAULT_SHELL = ("/bin/sh", "-c")

# Images whose tags all have this family.
_ALWAYS = invert_words(
    almalinux="almalinux",
    alpine="alpine bash composer",
    amazonlinux="amazonlinux",
    archlinux="archlinux",
    busybox="busybox",
    centos="centos",
    clearlinux="clearlinux",
    debian="debian r-base",
    fedora="fedora",
    mageia="mageia",
    oraclelinux="oraclelinux",
    photon="photon",
    rockylinux="rockylinux",
    scratch="hello-world",
    ubuntu="ubuntu",
)
# The family of tags without a suite; tags of other families always contain the name of the family.
_USUAL = invert_words(
    alpine="docker",
    amazonlinux="amazoncorretto",
    debian="buildpack-deps couchdb dart drupal elixir erlang gcc ghost golang haproxy haskell httpd iojs java julia "
    "memcached nginx node perl php postgres pypy python redis ruby rust wordpress",
    ubuntu="eclipse-temurin swift",
)
_GLIBC = word_set(
    "almalinux amazonlinux archlinux centos clearlinux debian fedora mageia oraclelinux photon rhel rockylinux ubuntu"
)
# Images on Alpine that are known to lack bash, or to have it.
_ALPINE_WITHOUT_BASH = word_set("alpine golang httpd memcached nginx node php python redis ruby rust")
_ALPINE_WITH_BASH = word_set("bash composer maven postgres rabbitmq")
# Images that set neither USER nor WORKDIR on Linux. Source: their Dockerfiles.
_PLAIN = word_set("java openjdk")


class BaseFacts:
    """What is known about an official image. Anything unknown is None or empty.

    `family`: the distribution, "busybox", "windows" or "scratch"
    `suite`: "bookworm", "noble", "alpine3.24", …
    `libc`: "glibc" or "musl"
    `manager`: "apt", "apk", "dnf" or "yum"; None also for another one, such as microdnf
    `user`, `workdir`: the effective ones, "root" and "/" if the image sets none
    `recorded_on`: the day on which user, workdir, shell, path, env, entrypoint, cmd and compressed_bytes were recorded.
    If it is "", user, workdir, shell and path are those that all recorded tags of the image share, and workdir also the
    one that those of the same variant share: that of php:7.4-apache is that of php:8.3-apache.
    """

    __slots__ = (
        "cmd",
        "compressed_bytes",
        "entrypoint",
        "env",
        "family",
        "has_bash",
        "libc",
        "manager",
        "path",
        "recorded_on",
        "shell",
        "suite",
        "user",
        "workdir",
    )

    def __init__(
        self,
        family: str | None,
        suite: str | None = None,
        *,
        libc: str | None = None,
        manager: str | None = None,
        has_bash: bool | None = None,
        user: str | None = None,
        workdir: str | None = None,
        path: str | None = None,
        compressed_bytes: int | None = None,
    ) -> None:
        self.family = family
        self.suite = suite
        self.libc = libc
        self.manager = manager
        self.has_bash = has_bash
        self.recorded_on = ""
        self.user = user
        self.workdir = workdir
        self.shell: tuple[str, ...] | None = None
        self.path = path
        self.env: dict[str, str] = {}
        self.entrypoint: tuple[str, ...] | None = None
        self.cmd: tuple[str, ...] | None = None
        self.compressed_bytes = compressed_bytes

    def set_shared(self, columns: Sequence[str], workdir: str = "?") -> None:
        """Set what all recorded tags share, `workdir` where directories differ; `?` means unknown, `-` not set."""
        self.user = _known(columns[USER_COLUMN], "root")
        self.workdir = _known(columns[WORKDIR_COLUMN], "/") or _known(workdir, "/")
        self.shell = None if columns[SHELL_COLUMN] == "?" else _items(columns[SHELL_COLUMN]) or _DEFAULT_SHELL
        path = next((pair[5:] for pair in columns[ENV_COLUMN:] if pair.startswith("PATH=")), "-")
        self.path = _known(path, _DEFAULT_PATH)

    def set_plain(self) -> None:
        """Set the user and the directory of an image that sets neither."""
        self.user, self.workdir = "root", "/"

    def set_recorded(self, columns: Sequence[str]) -> None:
        """Set what is recorded for this image."""
        self.set_shared(columns)
        self.recorded_on = columns[DATE_COLUMN]
        self.compressed_bytes = int(columns[BYTES_COLUMN])
        self.entrypoint = _items(columns[ENTRYPOINT_COLUMN])
        self.cmd = _items(columns[CMD_COLUMN])
        for pair in columns[ENV_COLUMN:]:
            key, _, value = pair.partition("=")
            self.env[key] = value.replace("\\t", "\t")


def base_facts(ref: ImageRef) -> BaseFacts | None:
    """What is known about the image `ref`; None if nothing is.

    A reference with tag and digest means some image of that tag at an unknown date: the distribution is known, but the
    release and the configuration are not, unless the tag names them.
    """
    if ref.text == "scratch":
        return _scratch()
    name, tag = ref.name, effective_tag(ref)
    in_catalog = name and tag and ref.digest is None
    group = CATALOG.tags(name).get(tag) if in_catalog else None
    columns = CATALOG.configuration(name, tag) if in_catalog else None
    names = group.tags if group is not None else [tag] if tag else []
    suite = _exact_suite(name, tag, names)
    if columns is not None and columns[SUITE_COLUMN] != "-" and (not suite or is_floating_suite(suite)):
        suite = columns[SUITE_COLUMN]
    family = _family(name, tag, suite)
    if family is None and columns is None:
        return None
    facts = BaseFacts(
        family,
        suite or None,
        libc=_libc(family, tag),
        manager=_manager(family, name, suite, names),
        has_bash=_has_bash(family, name),
    )
    if columns is not None:
        facts.set_recorded(columns)
    elif family != "windows":
        shared = CATALOG.columns_by_tag(name).get("")
        if shared is not None:
            facts.set_shared(shared, _shared_column(name, tag, WORKDIR_COLUMN))
        if name in _PLAIN:
            facts.set_plain()
    return facts


def usual_command(ref: ImageRef) -> tuple[str, ...] | None:
    """The CMD of an official image; where none is recorded, the one that all recorded tags of its variant share.

    None if it is unknown, or the image has none. That of an old tag may have other options.
    """
    facts = base_facts(ref)
    if facts is None or facts.recorded_on or facts.family == "windows":
        return facts.cmd if facts is not None else None
    return _items(_shared_column(ref.name, effective_tag(ref), CMD_COLUMN))


def _shared_column(name: str, tag: str, column: int) -> str:
    """What a column has for all recorded tags of the variant of `tag`; `?` if they differ, or there are none."""
    found = {columns[column] for columns in CATALOG.variant_columns(name, tag)}
    return found.pop() if len(found) == 1 else "?"


def _exact_suite(name: str, tag: str, names: Sequence[str]) -> str:
    """The suite of the image with the tag `tag`, as exact as `names`, all its tags, have it; "" if unknown."""
    suite = split_tag(name, tag).suite if tag else ""
    if not suite or is_floating_suite(suite):
        suite = common_suite(name, names) or suite
    return suite or _numbered_suite(name, names)


def _numbered_suite(name: str, names: Iterable[str]) -> str:
    """The suite of a distribution's own image with numbered tags: debian:12.5, ubuntu:22.04, alpine:3.20."""
    for tag in names:
        major, dot, rest = split_tag(name, tag).version.partition(".")
        release = f"{major}.{rest.partition('.')[0]}"
        if name == "alpine" and dot:
            return name + release
        table = DEBIAN_RELEASES if name == "debian" else UBUNTU_RELEASES if name == "ubuntu" else {}
        suite = table.get(major) or table.get(release)
        if suite:
            return suite
    return ""


def _scratch() -> BaseFacts:
    return BaseFacts("scratch", has_bash=False, user="root", workdir="/", path=_DEFAULT_PATH, compressed_bytes=0)


def _known(column: str, unset: str) -> str | None:
    return None if column == "?" else unset if column == "-" else column


def _items(column: str) -> tuple[str, ...] | None:
    return None if column in "-?" else tuple(column.replace("\\t", "\t").split("|"))


def _family(name: str, tag: str, suite: str) -> str | None:
    if suite and name != "busybox":
        family = distribution_family(suite)
        if family:
            return family
    if name in _ALWAYS:
        return _ALWAYS[name]
    if name == "openjdk" and tag:
        major = version_numbers(split_tag(name, tag).version.partition("-")[0])[:1]
        # According to the image's description, since openjdk:12 the image without a suite is Oracle Linux.
        slim = "slim" in split_tag(name, tag).variant
        return None if not major else "debian" if major < (12,) or slim else "oraclelinux"
    return _USUAL.get(name) if tag else None


def _libc(family: str | None, tag: str) -> str | None:
    if family == "busybox":
        kinds = tag.split("-")
        return next((kind for kind in ("musl", "glibc") if kind in kinds), None)
    return "musl" if family == "alpine" else "glibc" if family in _GLIBC else None


def _has_bash(family: str | None, name: str) -> bool | None:
    if family == "alpine":
        return True if name in _ALPINE_WITH_BASH else False if name in _ALPINE_WITHOUT_BASH else None
    return True if family in _GLIBC else False if family in ("busybox", "scratch") else None


def _manager(family: str | None, name: str, suite: str, names: Sequence[str]) -> str | None:
    """The package manager; `names` are the tags of the image."""
    if family in ("debian", "ubuntu"):
        return "apt"
    if family == "alpine":
        return "apk"
    small = any(part in ("slim", "minimal") for tag in (*names, suite) for part in tag.split("-"))
    release = _release(name, suite, names)
    if family == "amazonlinux":
        # 2022 was the preview of 2023; 1, 2 and the dated 2016.09 to 2018.03 have yum.
        return "dnf" if release in (2022, 2023) else "yum" if release is not None else None
    if family == "oraclelinux" and name != "oraclelinux":
        small = True  # openjdk and mysql are based on oraclelinux:…-slim
    if family in ("almalinux", "centos", "oraclelinux", "rhel", "rockylinux"):
        # Since 8, slim and minimal images only have microdnf.
        return None if release is None else "yum" if release < 8 else None if small else "dnf"
    if family == "fedora":
        return "dnf" if release is None or release >= 22 else "yum"
    return "dnf" if family == "mageia" else None


def _release(name: str, suite: str, names: Sequence[str]) -> int | None:
    """The major release of an RPM distribution, from the suite or from a tag of the distribution's own image."""
    named = suite.removesuffix("-minimal")
    number = named[len(named.rstrip(DIGITS + ".")) :].partition(".")[0]
    if number:
        return int(number)
    for tag in names if name in _ALWAYS else ():
        numbers = version_numbers(split_tag(name, tag).version.partition("-")[0] or tag.removeprefix("stream"))
        if numbers:
            return numbers[0]
    return 8 if name == "centos" and "latest" in names else None  # the last release of CentOS Linux
