"""DL3027."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...fixers.edits.word_edits import append_to_word, insert_word_after
from ...model.packages.calls import parse_package_call
from ..base import HANDWRITTEN, INFO, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run


@rule(
    "DL3027",
    level=INFO,
    since="0.1",
    aliases=("checkov:CKV_DOCKER_9",),
    fix=SAFE,
    prefilter=("apt",),
    formerly=("apt-for-people",),
    scope=HANDWRITTEN,
)
def apt_not_apt_get(run: Run, build: Build) -> Iterator[Finding]:
    """`apt` is used instead of `apt-get`.

    ## Why
    `apt` is meant for interactive use: it warns that it "does not have a stable CLI interface". Its options and output
    may change in any release.

    ## What to do
    Use `apt-get`, or `apt-cache` to search; `install`, `update`, `upgrade` and `remove` have the same names.

    ## Fix safety
    Safe: only subcommands with the same meaning in both are replaced, and `apt upgrade` becomes `apt-get upgrade
    --with-new-pkgs`.

    ## Exceptions
    - No fix if the RUN also uses another subcommand, such as `apt list` or `apt search`.

    ## References
    - <https://manpages.debian.org/apt.8>
    """
    found = [command for command in build.commands(run) if command.name == "apt"]
    if found:
        message = "`apt` has no stable command line interface; use `apt-get`"
        words = [command.words[0] for command in found]
        yield Finding(message, words[0], [(word, "also here") for word in words[1:]], _fix(build, run, found))


# Subcommands with the same name and meaning in apt-get. Source: apt-get(8), apt(8)
_SHARED_SUBCOMMANDS = frozenset(
    ("install", "update", "upgrade", "remove", "purge", "autoremove", "clean", "autoclean", "build-dep", "source",
     "download", "dist-upgrade")
)  # fmt: skip


def _fix(build: Build, run: Run, commands: Sequence[Command]) -> Fix | None:
    edits: list[Edit] = []
    for command in commands:
        call = parse_package_call(command)
        if call is None or call.path not in _SHARED_SUBCOMMANDS or command.operator_after in ("|", "|&"):
            return None
        found = append_to_word(build, command.words[0], "-get")
        if found and call.path == "upgrade" and call.verb_word and not call.has("--with-new-pkgs"):
            more = insert_word_after(build, run, command, call.verb_word, "--with-new-pkgs")
            found = more and [*found, *more]
        if not found:
            return None
        edits += found
    return Fix("Replace `apt` with `apt-get`", SAFE, edits, declare_edits=True)


EXAMPLES = (
    Bad("RUN «apt» update && apt install -y curl", fixed="RUN apt-get update && apt-get install -y curl"),
    Good("RUN apt-get update && apt-get install -y apt"),
    Bad("RUN «apt» upgrade -y", fixed="RUN apt-get upgrade --with-new-pkgs -y"),
    Bad("RUN «apt» update && apt list", fixed="RUN apt update && apt list"),
    Bad("RUN sudo «/usr/bin/apt» install -y curl"),
    Good("RUN which apt", why="apt is not called"),
)
