"""SEC007."""

from __future__ import annotations

from itertools import pairwise

from ..base import INFO, SHIPPED, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run

_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_INTERPRETERS = _SHELLS | frozenset(("python", "python3", "perl", "ruby", "node", "php"))
_FETCHERS = frozenset(("curl", "wget"))


@rule("SEC007", level=INFO, since="0.1", default=False, aliases=("cis:4.11",), scope=SHIPPED)
def pipe_to_shell(run: Run, build: Build) -> Iterator[Finding]:
    """A downloaded script is run without verification.

    ## Why
    The content depends on the server at build time: a new version, a partial download, or a malicious script. Off by
    default: many installers are only offered this way.

    ## What to do
    Download a fixed version to a file, verify its checksum (`sha256sum -c`), then run it.
    """
    commands = build.commands(run)
    for before, command in pairwise(commands):
        piped = command.name in _INTERPRETERS and command.operator_before in ("|", "|&") and before.name in _FETCHERS
        if piped and before.context == command.context:
            yield Finding(
                f"output of `{before.name}` is run by `{command.name}` without verification; verify its checksum first",
                before,
            )
    for command in commands:
        if command.name in _FETCHERS and command.context[-2:] in (("sh -c", "substitution"), ("eval", "substitution")):
            yield Finding(
                f"output of `{command.name}` is run by a shell without verification; verify its checksum first", command
            )


EXAMPLES = (
    Bad("RUN «curl -fsSL https://example.com/install.sh» | sh"),
    Good("RUN curl -fsSL https://example.com/a.tgz | tar xz"),
    Bad("RUN «wget -qO- https://example.com/install.sh» | sudo -E bash -"),
    Good("RUN curl -fsSL -o i.sh https://example.com/i.sh && echo 'abc  i.sh' | sha256sum -c - && sh i.sh"),
    Good("RUN echo curl | sh", why="no download"),
)
