"""The packages of the system that a stage installs, parted in those for compiling and those for running."""

from __future__ import annotations

from ....model.packages.runtime_libraries import is_build_package, runtime_libraries_for
from .blocks import apt_install_instruction
from .rewrite import RewriteRejected
from .run_steps import deletes_caches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ....syntax.tree import Instruction, Run
    from .run_steps import RunCommand

FETCH_PACKAGES = frozenset(
    "bzr ca-certificates curl git gnupg mercurial openssh-client subversion unzip wget xz-utils".split()
)
"""Packages with which installs fetch their sources."""


class AptInstall:
    """The installs of one RUN by apt: `words` before the packages, and the packages as they are written."""

    __slots__ = ("packages", "removed", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.packages: list[str] = []
        self.removed: set[str] = set()

    def names(self) -> list[str]:
        """The packages without version and release."""
        return [package.partition("=")[0].partition("/")[0] for package in self.packages]

    @property
    def has_build_packages(self) -> bool:
        """Whether something of it is of use only while compiling."""
        return any(map(is_build_package, self.names()))

    def needed_in_builder(self, *, full: bool) -> bool:
        """Whether a builder needs something of it: to compile, or to fetch what the base, unless it is full, lacks."""
        return self.has_build_packages or (not full and not FETCH_PACKAGES.isdisjoint(self.names()))

    def line(self, packages: Iterable[str]) -> str:
        """The RUN for some of the packages; empty without any."""
        chosen = list(dict.fromkeys(packages))
        words = self.words or ["apt-get", "install", "-y", "--no-install-recommends"]
        return apt_install_instruction(words, chosen) if chosen else ""

    def packages_at_run_time(
        self, release: str | None, run: Instruction, removed: Collection[str], there: Collection[str] = ()
    ) -> list[str]:
        """What the final stage installs: what does not compile and is not removed, and the libraries behind headers.

        The libraries behind the headers `there` are in the base image.
        """
        found: list[str] = []
        for package, name in zip(self.packages, self.names(), strict=True):
            if name in removed and not name.endswith("-dev"):
                continue
            if not is_build_package(name):
                found.append(package)
                continue
            behind = () if name in there else runtime_libraries_for(name, release)
            if behind is None:
                raise RewriteRejected(f"which libraries `{name}` needs at run time is not known", run)
            found += behind
        return list(dict.fromkeys(found))


def runtime_install(
    instructions: Iterable[Instruction],
    installs: Mapping[int, AptInstall],
    release: str | None,
    there: Collection[str] = (),
) -> AptInstall:
    """What the RUNs among `instructions` install for running; `installs` has what each installs, by its id.

    The words are those of the first. Raises Refused when the library behind a header is not known.
    """
    found = AptInstall()
    removed = {name for install in installs.values() for name in install.removed}
    for instruction in instructions:
        install = installs.get(id(instruction))
        if install is not None:
            found.packages += install.packages_at_run_time(release, instruction, removed, there)
            found.words = found.words or install.words
    return found


def read_apt_install(pieces: Sequence[RunCommand], run: Run) -> AptInstall:
    """What the apt commands of a RUN install. Raises Refused when they do more than that."""
    found = AptInstall()
    for piece in pieces:
        call = piece.call
        if call is None:
            if not deletes_caches(piece):
                raise RewriteRejected(f"`{piece.text[:60]}` does more than empty package lists", run)
            continue
        if call.manager.family != "apt":
            raise RewriteRejected(f"{call.manager.name} is not Debian's package manager", run)
        if call.verb == "install":
            if call.uncertain or any(package.kind != "name" for package in call.packages):
                raise RewriteRejected(f"`{piece.text[:60]}` installs more than packages by name", run)
            names = {id(package.word) for package in call.packages}
            words = [word.text for word in piece.command.words if id(word) not in names]
            words = [f"{name}={word.text}" for name, word in piece.command.assignments] + words
            if found.words and found.words != words:
                raise RewriteRejected("the RUN installs with different options", run)
            found.words = words
            found.packages += [package.word.text for package in call.packages]
        elif call.verb == "remove":
            if any(package.kind != "name" for package in call.packages):
                raise RewriteRejected(f"what `{piece.text[:60]}` removes is only known to the build", run)
            found.removed |= {package.name for package in call.packages}
        elif call.verb not in ("update-index", "clean", "autoremove"):
            raise RewriteRejected(f"`{piece.text[:60]}` changes packages of the base image", run)
    return found
