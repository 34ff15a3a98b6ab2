"""DL3046."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.command import Word
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_HIGH = 100_000
"""From this id on /var/log/lastlog, 292 bytes an id, is written as 29 MB of zeroes and more into the layer."""


@rule("DL3046", level=WARNING, since="0.1", fix=SAFE, prefilter=("useradd",))
def high_user_id(run: Run, build: Build) -> Iterator[Finding]:
    """`useradd` with a high user id makes a huge lastlog file.

    ## Why
    useradd writes an entry into /var/log/lastlog and faillog, which are tables with a place for every id below. The
    hole in them is no hole in the layer: 292 bytes for each id, some hundred megabytes for an id of a directory
    service. Source: docs.docker.com/build/building/best-practices/#user

    ## What to do
    `useradd --no-log-init` (`-l`). hadolint knows `-u 123456` only.

    ## Fix safety
    Safe: the user is made as before, only the tables of past logins are not.
    """
    for command in build.commands(run):
        if command.name == "useradd" and not command.has("-l", "--no-log-init"):
            number = _user_id(build, run, command)
            if number >= _HIGH:
                at = command.words[0].end
                fix = Fix("Add `--no-log-init`", SAFE, [Edit(at, at, " --no-log-init")], declare_edits=True)
                message = f"`useradd` with the id {number} makes a huge lastlog file; add `--no-log-init`"
                yield Finding(message, command, fix=fix)


def _user_id(build: Build, run: Run, command: Command) -> int:
    """The id that is asked for; 0 when it is not known."""
    given = command.option("-u", "--uid")
    if given is None:
        return 0
    value = build.state(run).value(given.value if isinstance(given, Word) else given) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else 0


EXAMPLES = (
    Bad("RUN «useradd -u 1234567 app»", fixed="RUN useradd --no-log-init -u 1234567 app"),
    Bad("RUN «useradd --uid 1234567 app»"),
    Bad("RUN groupadd g && «useradd -mu 1234567 app»"),
    Bad("ARG UID=1000000\nRUN «useradd -u $UID app»", why="the default of the argument"),
    Good("RUN useradd -u 1000 app"),
    Good("RUN useradd --no-log-init -u 1234567 app"),
    Good("RUN useradd -l -u 1234567 app"),
    Good("ARG UID\nRUN useradd -u $UID app", why="the build gives the value"),
    Good("RUN adduser -D -u 1234567 app", why="busybox writes no lastlog"),
)
