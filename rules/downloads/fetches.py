"""What curl and wget download in a RUN, and whether something verifies it."""

from __future__ import annotations

import re

from ...syntax.source import Span
from ...syntax.tree import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.command import Command, Word

_CHECKERS = frozenset(
    (
        "sha256sum", "sha512sum", "sha384sum", "sha224sum", "sha1sum", "md5sum", "shasum", "b2sum", "b3sum", "cksum",
        "sha256", "sha512", "rhash", "gpg", "gpg2", "gpgv", "sqv", "minisign", "signify", "cosign", "slsa-verifier",
        "apksigner", "jarsigner", "debsig-verify", "rpmkeys", "gh",
    )
)  # fmt: skip
"""Programs that compare a checksum or a signature."""
_URL = r"""["']?(?P<url>(?:https?|ftp)://(?:\$\([^()]*\)|[^\s"'<>|;)])+)"""
_HOST = r"(?:https?|ftp)://(?:[^/@]*@)?(?P<host>\[[^\]]*\]|[^/:?#]+)"
_PRIVATE = (
    r"localhost$|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|\[|.*\.(?:local|localhost|internal|lan|"
    r"intranet|corp|home|test|localdomain|svc)$"
)


class Fetch:
    """A download by curl or wget: the command, and the URL as written with its span."""

    __slots__ = ("command", "span", "url")

    def __init__(self, command: Command, url: str, word: Word) -> None:
        self.command = command
        self.url = url
        self.span = Span(word.start, word.end)


def fetches(build: Build, run: Run) -> Iterator[Fetch]:
    """The downloads in a RUN, in order."""
    for command in build.commands(run):
        if command.name in ("curl", "wget"):
            yield from _fetches_of(command)


def _fetches_of(command: Command) -> Iterator[Fetch]:
    skipped = False
    for word in command.args:
        value = word.value
        if skipped or value in _OTHER_URLS:
            skipped = value in _OTHER_URLS and not skipped
            continue
        found = re.match(_URL, value.removeprefix("--url="))
        if found is not None:
            yield Fetch(command, found["url"], word)


_OTHER_URLS = frozenset(
    ("-x", "--proxy", "-e", "--referer", "-H", "--header", "-d", "--data", "-F", "--form", "-A", "--user-agent", "-w")
)
"""Options whose value may be a URL that is not downloaded."""


def is_private(url: str) -> bool:
    """Whether the host is the local machine or in a private network, or is only known in the build."""
    found = re.match(_HOST, url)
    if found is None:
        return True
    host = found["host"].lower()
    return "$" in host or "." not in host or re.match(_PRIVATE, host) is not None


def is_verified(build: Build, run: Run) -> bool:
    """Whether the RUN, or a later one of its stage, compares a checksum or a signature."""
    stage = build.stage_of(run)
    if stage is None:
        return True
    last = build.cached(("last verification", stage.index), lambda: _last_verification(build, stage))
    return last >= build.index_of(run)


def _last_verification(build: Build, stage: Stage) -> int:
    """The index of the last RUN that verifies something; -1 if there is none."""
    last = -1
    for index, step in enumerate(stage.instructions):
        run = step.trigger or step
        if isinstance(run, Run) and any(map(_verifies, build.commands(run))):
            last = index
    return last


def _verifies(command: Command) -> bool:
    if command.name.startswith("gpg") and command.has("--dearmor"):
        return False  # it converts a key
    if command.name in _CHECKERS:
        return command.name != "gh" or "attestation" in command.text
    if command.name == "openssl":
        return any(word.value in ("dgst", "sha256", "cms", "smime") for word in command.args)
    return "checksum" in command.text or "sha256" in command.text.lower() or "verify" in command.name
