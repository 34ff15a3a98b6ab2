"""SEC033."""

from __future__ import annotations

import re

from ...syntax.tree import Add
from ..base import INFO, LOW, SHIPPED, VERSION_WORDS, Bad, Finding, Good, rule
from .fetches import fetches, is_private, is_verified

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run
    from ..base import Spanned

_BRANCHES = r"(?:master|main|HEAD|develop|trunk|nightly)"
_MOVING = re.compile(
    rf"/(?P<latest>latest|nightly)(?:/|[-_.][^/]*$|$)|[-_](?P<tail>latest)(?:[-_.][^/]*)?$|"
    rf"raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/heads/)?(?P<raw>{_BRANCHES})/|"
    rf"/(?:archive|tarball|zipball|raw)/(?:refs/heads/)?(?P<branch>{_BRANCHES})(?:[/.]|$)"
)

_DOCUMENT = re.compile(r"\.(?:pub|asc|gpg|crt|pem|md|txt)$|/(?:LICENSE|README)[^/]*$", re.IGNORECASE)
"""Keys, certificates and texts, whose newest version is often wanted."""


@rule(
    "SEC033",
    level=INFO,
    since="0.1",
    prefilter=("latest", "master", "main", "head", "develop", "trunk", "nightly"),
    scope=SHIPPED,
    subject=VERSION_WORDS,
)
def latest_download(instruction: Add | Run, build: Build) -> Iterator[Finding]:
    """A download names no version: its URL has `latest`, `nightly` or a branch.

    ## Why
    The same Dockerfile builds another image when the file changes, and the build can break on a day when nothing was
    edited. Until then, a cached layer keeps the old file.

    ## What to do
    Use the URL of a version, with the version in an ARG: `…/releases/download/v$VERSION/…`.

    ## Exceptions
    - A stage that verifies a checksum after the download, and `ADD --checksum`: another file fails the build.
    - Keys, certificates and texts have low confidence.
    - A URL whose last part is only read, such as a page with the number of the latest version.
    """
    if isinstance(instruction, Add):
        for source in instruction.sources if instruction.flag("checksum") is None else ():
            moving = _moving_part(build.value(instruction, source) or source.text)
            if moving:
                yield _finding(source.text, moving, source)
        return
    for fetch in fetches(build, instruction):
        moving = _moving_part(fetch.url)
        if moving and not _is_only_read(fetch.command) and not is_verified(build, instruction):
            yield _finding(fetch.url, moving, fetch.span)


def _finding(url: str, moving: str, where: Spanned) -> Finding:
    message = f"`{url}` changes over time because of `{moving}`; use the URL of a version"
    return Finding(message, where, confidence=LOW if _DOCUMENT.search(url) else "")


def _is_only_read(command: Command) -> bool:
    """Whether the output is a part of a command or is searched, not saved or unpacked."""
    return "substitution" in command.context or command.has("-I", "--head", "--spider") or "api." in command.text


def _moving_part(url: str) -> str:
    """The part of the URL that moves; empty if it names a version, or is not downloaded from the internet."""
    found = _MOVING.search(url) if url.startswith(("http://", "https://")) and not is_private(url) else None
    return next((text for text in found.groups() if text), "") if found is not None else ""


EXAMPLES = (
    Bad(
        "RUN curl -fsSLo /usr/local/bin/a «https://github.com/x/a/releases/latest/download/a-linux-amd64»",
        message="because of `latest`",
    ),
    Good("ARG V=1.2\nRUN curl -fsSLo /usr/local/bin/a https://github.com/x/a/releases/download/v$V/a-linux-amd64"),
    Bad("RUN wget «https://example.com/latest.tar.gz»"),
    Bad("RUN wget -qO- «https://example.com/a-latest-linux.tgz» | tar xz"),
    Bad("RUN curl -O «https://raw.githubusercontent.com/x/a/master/install.sh»", message="because of `master`"),
    Bad("ADD «https://github.com/x/a/archive/refs/heads/main.zip» /a.zip"),
    Bad("RUN curl -L «https://github.com/x/a/tarball/main» | tar xz"),
    Good("RUN curl -O https://raw.githubusercontent.com/x/a/v1.2/master.sh", why="a tag"),
    Good("RUN V=$(curl -s https://api.github.com/repos/x/a/releases/latest | jq -r .tag_name)", why="only read"),
    Good("RUN curl -fsSI https://example.com/latest", why="only read"),
    Good("RUN wget https://example.com/latest/a.tgz && echo '01  a.tgz' | sha256sum -c"),
    Good("RUN wget https://example.com/a/maintenance/a-1.0.tgz"),
)
