"""System packages that a stage installs: those for the build, and those for run time."""

from __future__ import annotations

from ....model.packages.runtime_libraries import is_build_package, runtime_libraries_for
from .rewrite import RewriteRejected
from .run_steps import deletes_caches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction, Run
    from .run_steps import RunCommand

FETCH_PACKAGES = frozenset(
    "bzr ca-certificates curl git gnupg mercurial openssh-client subversion unzip wget xz-utils".split()
)
"""Packages that installs use to download sources."""


APT_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends")
"""The words before the packages, where the file has none."""


class AptInstall:
    """The apt installs of one RUN: the `words` before the packages, the packages as written, and those removed."""

    __slots__ = ("packages", "removed", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.packages: list[str] = []
        self.removed: set[str] = set()

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
        return any(map(is_build_package, self.names()))

    def needed_in_builder(self, *, full: bool) -> bool:
        """Whether a builder needs a package: to compile or, unless the base image is `full`, to download."""
        return self.has_build_packages or (not full and not FETCH_PACKAGES.isdisjoint(self.names()))

    def packages_at_run_time(
        self, release: str | None, run: Instruction, removed: Collection[str], there: Collection[str] = ()
    ) -> dict[str, str]:
        """The packages for the final stage, each with what needs it: the file's, and libraries of -dev packages.

        Packages that are for compiling or removed are not among them.
        The libraries of the -dev packages `there` are in the base image. Raises RewriteRejected for an unknown library.
        """
        found: dict[str, str] = {}
        for package, name in zip(self.packages, self.names(), strict=True):
            if name in removed and not name.endswith("-dev"):
                continue
            if not is_build_package(name):
                found[package] = "the program, as before"
                continue
            libraries = () if name in there else runtime_libraries_for(name, release)
            if libraries is None:
                raise RewriteRejected(f"the run-time libraries for `{name}` are unknown", run)
            found.update(dict.fromkeys(libraries, f"what is compiled with `{name}`"))
        return found


def read_apt_install(pieces: Sequence[RunCommand], run: Run, *, mixed: bool = False) -> AptInstall:
    """The packages that the apt commands of a RUN install. Raises RewriteRejected when they do anything else.

    With `mixed`, the commands may have different options, of which those that install more packages are used.
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
        if call.manager.family != "apt":
            raise RewriteRejected(
                f"`{call.manager.name}` is not supported here, only apt; use a base image on Debian", run
            )
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
    if call.uncertain or any(package.kind != "name" for package in call.packages):
        raise RewriteRejected(f"`{piece.text[:60]}` does not only install packages by name; list their names", run)
    names = {id(package.word) for package in call.packages}
    words = [word.text for word in piece.command.words if id(word) not in names]
    if not call.assumes_yes():
        # What the full image had, a slim one would ask about.
        words.insert(words.index(call.path) + 1 if call.path in words else len(words), "-y")
    words = [f"{name}={word.text}" for name, word in piece.command.assignments] + words
    if mixed and found.words:
        words = max(words, found.words, key=lambda options: "--no-install-recommends" not in options)
    elif found.words and found.words != words:
        raise RewriteRejected("this RUN installs packages with different options; use the same options for all", run)
    found.words = words
    found.packages += [package.word.text for package in call.packages]
