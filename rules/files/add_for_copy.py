"""DL3020."""

from __future__ import annotations

import posixpath

from ...model.layers import is_remote
from ...syntax.source import Span
from ..base import ERROR, Bad, Finding, Good, rule
from ..text import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Add

_PACKED = (
    ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".tbz2", ".tb2", ".xz", ".txz", ".zst", ".tzst", ".z", ".tz", ".lz", ".tlz",
    ".lzma",
)  # fmt: skip
"""Names under which an archive may come that ADD unpacks; BuildKit looks at the content."""


@rule("DL3020", level=ERROR, since="0.1", also=("trivy:DS-0005", "checkov:CKV_DOCKER_4", "cis:4.9"))
def add_for_copy(add: Add, build: Build) -> Iterator[Finding]:
    """ADD is used where COPY does the same.

    ## Why
    ADD also fetches URLs and unpacks archives, so a reader cannot tell what comes into the image, and a file that
    happens to be an archive arrives in pieces.

    ## What to do
    Write COPY; nothing else changes.

    ## What is left alone
    What only ADD can: URLs, repositories, `--checksum`, archives, and words that only the build knows.
    """
    if any(flag.name in ("checksum", "keep-git-dir", "unpack") for flag in add.flags) or not add.sources:
        return
    values = ["" if word.text.startswith("<<") else build.value(add, word) for word in add.sources]
    if not any(value is None or _needs_add(value) for value in values):
        shown = listed([word.text for word in add.sources])
        yield Finding(f"{shown}: COPY does the same as ADD here, and nothing else", Span(add.start, add.keyword_end))


def _needs_add(source: str) -> bool:
    """Whether the source is remote, or an archive by its name."""
    if is_remote(source) or source.startswith("github.com/") or source.endswith(".git"):
        return True
    name = posixpath.basename(source.rstrip("/")).lower()
    return name.endswith(_PACKED) or ".tar." in name


EXAMPLES = (
    Bad("«ADD» a /b"),
    Bad("«ADD» . /app"),
    Bad("«ADD» --chown=app a.zip b /c/", why="zip files are not unpacked"),
    Bad("ARG JAR=target/app.jar\n«ADD» ${JAR} app.jar", why="the default of the argument"),
    Bad('«ADD» ["a", "/b"]'),
    Bad("«ADD» <<EOF /a\nb\nEOF"),
    Good("COPY a /b"),
    Good("ADD app.tar.gz /opt/"),
    Good("ADD a b.tar.zst /opt/", why="one of them is unpacked"),
    Good("ADD https://example.com/a /a"),
    Good("ADD git@example.com:a/b.git /a"),
    Good("ARG FILE\nADD $FILE /a", why="the build gives the value"),
)
