"""DL3046."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...model.packages.call_arguments import may_hold_flags
from ...syntax.command import Word
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_HIGH = 100_000
"""For this ID, /var/log/lastlog adds 29 MB of zeroes to the layer: 292 bytes per lower ID."""


@rule("DL3046", level=WARNING, since="0.1", fix=SAFE, prefilter=("useradd",), scope=SHIPPED)
def high_user_id(run: Run, build: Build) -> Iterator[Finding]:
    """`useradd` with a high user ID creates a very large lastlog file.

    ## Why
    useradd adds an entry to `/var/log/lastlog`, a table with 292 bytes for every lower ID. The sparse file is stored
    with its full size in the layer: hundreds of megabytes for an ID from a directory service.

    ## Fix safety
    Safe: the user is the same; only its login records are not created.

    ## References
    - <https://docs.docker.com/build/building/best-practices/#user>
    """
    for command in build.commands(run):
        if command.name == "useradd" and not command.has("-l", "--no-log-init"):
            number = _user_id(build, run, command)
            if number >= _HIGH and not may_hold_flags(command.args, build.state(run).vars.get):
                at = command.words[0].end
                fix = Fix("Add `--no-log-init`", SAFE, [Edit(at, at, " --no-log-init")], declare_edits=True)
                message = f"`useradd` with user ID {number} creates a very large lastlog file; add `--no-log-init`"
                yield Finding(message, command, fix=fix)


def _user_id(build: Build, run: Run, command: Command) -> int:
    """The requested user ID; 0 if it is unknown."""
    given = command.option("-u", "--uid")
    if given is None:
        return 0
    value = build.state(run).value(given.value if isinstance(given, Word) else given) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else 0


EXAMPLES = (
    Bad("RUN «useradd -u 1234567 app»", fixed="RUN useradd --no-log-init -u 1234567 app"),
    Good("RUN useradd -u 1000 app"),
    Bad("RUN «useradd --uid 1234567 app»"),
    Bad("RUN groupadd g && «useradd -mu 1234567 app»"),
    Bad("ARG UID=1000000\nRUN «useradd -u $UID app»", why="the default of the ARG"),
    Good("RUN useradd --no-log-init -u 1234567 app"),
    Good("RUN useradd -l -u 1234567 app"),
    Good("ARG UID\nRUN useradd -u $UID app", why="the value is set at build time"),
    Good('ARG F="--no-log-init -m"\nRUN useradd $F -u 1234567 app', why="the value of the variable"),
    Good("RUN useradd $USER_FLAGS -u 1234567 app", why="the variable may hold the option"),
    Good("RUN adduser -D -u 1234567 app", why="busybox writes no lastlog"),
)
