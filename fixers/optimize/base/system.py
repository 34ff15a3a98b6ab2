"""System packages that a stage installs: those for the build, and those for run time."""

from __future__ import annotations

from collections import Counter

from ....model.images.catalog import CATALOG, effective_tag
from ....model.images.reference import parse_reference
from ....model.images.tags import version_numbers
from ....model.packages.runtime_libraries import (
    alpine_libraries_for,
    is_alpine_build_package,
    is_build_package,
    libraries_of_every_release,
    runtime_libraries_for,
)
from .rewrite import RewriteRejected
from .run_steps import deletes_caches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ....model.build import Stage
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction, Run
    from .run_steps import RunCommand

_ARCHIVED = frozenset(("squeeze", "wheezy", "jessie", "stretch", "buster"))
"""Debian releases whose packages have left the usual servers. Source: deb.debian.org/debian/dists."""
_WITH_ARCHIVE = {"python": (3, 7), "ruby": (3, 0), "node": (18,)}
"""Since when the last image of a version is on a Debian release that the servers still have.

Source: the histories of docker-library/python, docker-library/ruby and nodejs/docker-node.
"""
FETCH_PACKAGES = frozenset(
    "bzr ca-certificates curl git gnupg mercurial openssh-client subversion unzip wget xz-utils".split()
)
"""Packages that installs use to download sources."""


APT_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends")
"""The words before the packages, where the file has none."""
APK_ADD = ("apk", "add", "--no-cache")
"""The same on Alpine."""
_PHP_COMPILERS = ("$PHPIZE_DEPS", "${PHPIZE_DEPS}")
"""The variable of official PHP images with the packages that compile extensions."""


class AptInstall:
    """The apt or apk installs of one RUN: the `words` before the packages, the packages as written, and those removed.

    `groups`: the packages of each name that `apk add --virtual` gives them
    """

    __slots__ = ("groups", "packages", "removed", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.packages: list[str] = []
        self.removed: set[str] = set()
        self.groups: dict[str, list[str]] = {}

    @property
    def is_apk(self) -> bool:
        """Whether the packages are Alpine's."""
        return "apk" in self.words

    def names(self) -> list[str]:
        """The packages without version and release."""
        return [package.partition("=")[0].partition("/")[0] for package in self.packages]

    def ask_nothing(self) -> None:
        """Install without questions: `tzdata` asks for the time zone where a base image lacks it."""
        if "tzdata" in self.names() and not any(word.startswith("DEBIAN_FRONTEND=") for word in self.words):
            self.words = ["DEBIAN_FRONTEND=noninteractive", *self.words]

    @property
    def has_build_packages(self) -> bool:
        """Whether a package is only used for compiling."""
        compiles = is_alpine_build_package if self.is_apk else is_build_package
        return any(name in _PHP_COMPILERS or compiles(name) for name in self.names())

    def needed_in_builder(self, *, full: bool) -> bool:
        """Whether a builder needs a package: to compile or, unless the base image is `full`, to download."""
        return self.has_build_packages or (not full and not FETCH_PACKAGES.isdisjoint(self.names()))

    def packages_at_run_time(
        self,
        release: str | None,
        run: Instruction,
        removed: Collection[str],
        there: Collection[str] = (),
        named: tuple[str, str] | None = None,
    ) -> dict[str, str]:
        """The packages for the final stage, each with what needs it: the file's, and libraries of -dev packages.

        Packages that are for compiling or removed are not among them, except the libraries that apt leaves.
        The libraries of the -dev packages `there` are in the base image. Raises RewriteRejected for an unknown library;
        `named` is a base image whose tag names its release, and that release, to propose then.
        """
        found: dict[str, str] = {}
        compiles = is_alpine_build_package if self.is_apk else is_build_package
        for package, name in zip(self.packages, self.names(), strict=True):
            if name in _PHP_COMPILERS or (name in removed and (self.is_apk or not name.endswith("-dev"))):
                continue
            if not compiles(name):
                found[package] = "the program, as before"
                continue
            if name in there:
                libraries = ()
            elif self.is_apk:
                libraries = alpine_libraries_for(name)
            else:
                # Without `named` the release may be one that the table lacks.
                libraries = libraries_of_every_release(name) if named else runtime_libraries_for(name, release)
            if libraries is None:
                raise RewriteRejected(_unknown_libraries(name, named), run)
            found.update(dict.fromkeys(libraries, f"what is compiled with `{name}`"))
        return found


def require_package_archive(stage: Stage, image: str, release: str | None) -> None:
    """Raise RewriteRejected where apt may find no packages: the Debian release of the image is too old.

    For stages that call apt only in the rewritten file, on the image `image`. `release`: the one that its tag names.
    """
    ref = parse_reference(image)
    tag = effective_tag(ref)
    if release in _ARCHIVED:
        reason = f"the packages of Debian {release} have left the usual servers; use a newer base image"
        raise RewriteRejected(reason, stage.from_)
    if not ref.name or release is not None or "alpine" in tag or tag in CATALOG.tags(ref.name):
        return
    version = version_numbers(tag.partition("-")[0])
    oldest = _WITH_ARCHIVE.get(ref.name)
    if oldest is None or not version or len(version) > len(oldest) or version < oldest[: len(version)]:
        reason = f"whether the servers still have the packages of `{ref.text}` is unknown; use a newer base image"
        raise RewriteRejected(reason, stage.from_)


def packages_removed_again(installs: Collection[AptInstall]) -> set[str]:
    """The packages that RUNs remove again, without those of a group that are installed for another reason, too."""
    removed = {name for install in installs for name in install.removed}
    groups = [group for install in installs for group in install.groups.items()]
    grouped = Counter(package for name, packages in groups if name in removed for package in packages)
    every = Counter(package for install in installs for package in install.names())
    return removed | {package for package, times in grouped.items() if times == every[package]}


def _unknown_libraries(name: str, named: tuple[str, str] | None) -> str:
    if named is not None and runtime_libraries_for(name, named[1]) is not None:
        return f"`{name}` needs other libraries in other Debian releases; name the release in the tag: `{named[0]}`"
    return f"the run-time libraries for `{name}` are unknown"


def read_apt_install(
    pieces: Sequence[RunCommand], run: Run, families: Collection[str] = ("apt",), *, mixed: bool = False
) -> AptInstall:
    """The packages that the commands of managers of the families install in a RUN.

    With `mixed`, the commands may have different options, of which those that install more packages are used. Raises
    RewriteRejected when the commands do anything else.
    """
    found = AptInstall()
    for piece in pieces:
        call = piece.call
        if call is None:
            if not deletes_caches(piece):
                raise RewriteRejected(
                    f"`{piece.text[:60]}` does more than delete package lists; move it to its own RUN", run
                )
            continue
        if call.manager.family not in families:
            remedy = "; use a base image on Debian" if "apt" in families else ""
            reason = f"`{call.manager.name}` is not supported here, only {' and '.join(families)}{remedy}"
            raise RewriteRejected(reason, run)
        if call.verb == "install":
            _add_install(found, piece, call, run, mixed=mixed)
        elif call.verb == "remove":
            if any(package.kind != "name" for package in call.packages):
                reason = f"the packages that `{piece.text[:60]}` removes are unknown; list their names"
                raise RewriteRejected(reason, run)
            found.removed |= {package.name for package in call.packages}
        elif call.verb not in ("update-index", "clean", "autoremove"):
            reason = f"`{piece.text[:60]}` changes packages of the base image; use a newer base image instead"
            raise RewriteRejected(reason, run)
    return found


def _add_install(found: AptInstall, piece: RunCommand, call: PackageCall, run: Run, *, mixed: bool) -> None:
    if call.uncertain or any(
        package.kind != "name" and package.word.text not in _PHP_COMPILERS for package in call.packages
    ):
        raise RewriteRejected(f"`{piece.text[:60]}` does not only install packages by name; list their names", run)
    names = {id(package.word) for package in call.packages}
    words = [word.text for word in piece.command.words if id(word) not in names]
    if call.manager.family == "apk":
        words = _apk_words(words)
        for group in call.values("-t", "--virtual"):
            found.groups[group] = [package.name for package in call.packages]
    elif not call.assumes_yes():
        # What the full image had, a slim one would ask about.
        words.insert(words.index(call.path) + 1 if call.path in words else len(words), "-y")
    words = [f"{name}={word.text}" for name, word in piece.command.assignments] + words
    if mixed and found.words:
        words = max(words, found.words, key=lambda options: "--no-install-recommends" not in options)
    elif found.words and found.words != words:
        raise RewriteRejected("this RUN installs packages with different options; use the same options for all", run)
    found.words = words
    found.packages += [package.word.text for package in call.packages]


def _apk_words(words: Sequence[str]) -> list[str]:
    """The words without a name for the packages, which nothing removes in separate stages, and without an index."""
    kept: list[str] = []
    for before, word in zip(("", *words), words, strict=False):
        named = before in ("-t", "--virtual") or word in ("-t", "--virtual") or word.startswith("--virtual=")
        if not named and word not in ("-U", "--update", "--update-cache"):
            kept.append(word)
    return kept if "--no-cache" in kept else [*kept, "--no-cache"]
