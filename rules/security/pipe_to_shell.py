"""SEC007."""

from __future__ import annotations

from itertools import pairwise

from ..base import INFO, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run

_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_INTERPRETERS = _SHELLS | frozenset(("python", "python3", "perl", "ruby", "node", "php"))
_FETCHERS = frozenset(("curl", "wget"))


@rule("SEC007", level=INFO, since="0.1", default=False, aliases=("cis:4.11",))
def pipe_to_shell(run: Run, build: Build) -> Iterator[Finding]:
    """What is downloaded runs at once, and nobody looks whether it is what was meant.

    ## Why
    The script is whatever the server sends today: a new version, half of it when the connection breaks, or what
    someone put there.

    ## What to do
    Download a fixed version to a file, check its digest (`sha256sum -c`), then run it.
    """
    commands = build.commands(run)
    for before, command in pairwise(commands):
        fed = command.name in _INTERPRETERS and command.operator_before in ("|", "|&") and before.name in _FETCHERS
        if fed and before.context == command.context:
            yield Finding(f"what `{before.name}` fetches runs in `{command.name}` without a check", before)
    for command in commands:
        if command.name in _FETCHERS and command.context[-2:] in (("sh -c", "substitution"), ("eval", "substitution")):
            yield Finding(f"what `{command.name}` fetches runs in a shell without a check", command)


EXAMPLES = (
    Bad("RUN «curl -fsSL https://example.com/install.sh» | sh"),
    Bad("RUN «wget -qO- https://example.com/install.sh» | sudo -E bash -"),
    Good("RUN curl -fsSL https://example.com/a.tgz | tar xz"),
    Good("RUN curl -fsSL -o i.sh https://example.com/i.sh && echo 'abc  i.sh' | sha256sum -c - && sh i.sh"),
    Good("RUN echo curl | sh", why="nothing is fetched"),
)
