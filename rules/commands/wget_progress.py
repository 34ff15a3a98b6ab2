"""DL3047."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from .common import call_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.shell import Command
    from ...syntax.tree import Run

_QUIET = ("-q", "--quiet", "--no-verbose", "--progress", "-o", "--output-file", "-a", "--append-output", "-b")
_NO_DOWNLOAD = ("--version", "-V", "--help", "-h", "--spider")


@rule("DL3047", level=INFO, since="0.1", default=False)
def wget_progress(run: Run, build: Build) -> Iterator[Finding]:
    """`wget` draws its progress bar into the build log.

    ## Why
    A log is no terminal: every step of the bar becomes a line, hundreds for a large file.

    ## What to do
    `wget -nv` tells errors only, `wget --progress=dot:giga` is short; the wget of Alpine knows `-q`.
    Off by default: the image is the same.
    """
    for command in build.commands(run):
        if command.name == "wget" and not _is_quiet(command):
            yield Finding("`wget` fills the log with its progress bar; add `-nv` or `-q`", call_span(command))


def _is_quiet(command: Command) -> bool:
    # wget has flags of two letters behind `-n`: -nv, -nc, -nd; in any other cluster a q is --quiet.
    if any(word.value.startswith("-nv") for word in command.flags()) or command.has(*_QUIET, *_NO_DOWNLOAD):
        return True
    return any(redirect.operator.startswith(("2>", "&>")) for redirect in command.redirects)


EXAMPLES = (
    Bad("RUN «wget» https://example.com/a"),
    Bad("RUN cd /tmp && «wget» -O a https://example.com/a"),
    Bad("RUN «sudo wget» https://example.com/a"),
    Good("RUN wget -q https://example.com/a"),
    Good("RUN wget -qO- https://example.com/a"),
    Good("RUN wget -nv https://example.com/a"),
    Good("RUN wget --progress=dot:giga https://example.com/a"),
    Good("RUN wget https://example.com/a 2> /dev/null"),
    Good("RUN wget --version", why="no download"),
)
