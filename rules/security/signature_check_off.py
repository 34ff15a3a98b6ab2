"""SEC003."""

from __future__ import annotations

from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from .switches import signature_disabling_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run

_INSTALLS_NOTHING = frozenset(("index", "verify", "mkndx", "audit"))
"""Verbs of apk that read packages and install none."""
_ALSO = tuple(f"checkov:CKV2_DOCKER_{number}" for number in (7, 8, 9, 10, 11))


@rule(
    "SEC003",
    level=WARNING,
    since="0.1",
    aliases=_ALSO,
    scope=SHIPPED,
    subject=(
        "signatures?",
        "signed",
        "unsigned",
        "untrusted",
        "gpg",
        "keys?",
        "verify",
        "verification",
        "unauthenticated",
    ),
)
def signature_check_off(run: Run, build: Build) -> Iterator[Finding]:
    """A package manager installs packages without verifying signatures.

    ## Why
    Without signatures, a mirror or anyone on the network can replace a package.

    ## What to do
    Import the repository's key (`signed-by=`, `rpm --import`, `/etc/apk/keys`) and keep verification enabled.
    """
    for command in build.commands(run):
        word = signature_disabling_argument(command)
        if word is None or (
            command.name == "apk" and _INSTALLS_NOTHING.intersection(arg.value for arg in command.args)
        ):
            continue
        message = f"`{word.text}` disables signature verification in {command.name}; import the repository's key"
        yield Finding(message, word)


EXAMPLES = (
    Bad("RUN apt-get install -y «--allow-unauthenticated» a"),
    Good("RUN apt-get install -y a"),
    Bad("RUN apt-get install -y «--force-yes» a"),
    Bad("FROM alpine:3.20\nRUN apk add «--allow-untrusted» x.apk"),
    Good("FROM alpine:3.20\nRUN apk index --allow-untrusted -o APKINDEX.tar.gz *.apk", why="installs nothing"),
    Bad("FROM fedora:42\nRUN dnf install -y «--nogpgcheck» a"),
    Bad("FROM fedora:42\nRUN rpm -i «--nosignature» a.rpm"),
    Good("RUN echo --force-yes"),
    Good("RUN apt-get purge -y --force-yes a", why="nothing is installed"),
)
