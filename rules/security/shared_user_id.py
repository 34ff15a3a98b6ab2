"""SEC019."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run
_TOOLS = ("useradd", "usermod", "groupadd", "groupmod")


@rule(
    "SEC019",
    level=INFO,
    since="0.1",
    default=False,
    aliases=("dockle:duplicate-uid",),
    prefilter=_TOOLS,
)
def shared_user_id(run: Run, build: Build) -> Iterator[Finding]:
    """A user or group may get an ID that is already in use.

    ## Why
    The kernel only knows IDs: an account with the same ID has the files and permissions of the other one. Off by
    default: some images do this on purpose, to match IDs outside the container.
    """
    for command in build.commands(run):
        if command.name in _TOOLS and command.has("-o", "--non-unique"):
            yield Finding(f"`{command.text}` may assign a UID or GID that is already in use; use a unique ID", command)


EXAMPLES = (
    Bad("RUN «useradd -o -u 0 toor»"),
    Good("RUN useradd -u 1000 app"),
    Bad("RUN «groupmod --non-unique -g 0 app»"),
    Good("RUN useradd --no-log-init -m app"),
)
