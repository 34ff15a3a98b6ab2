"""OPT024."""

from __future__ import annotations

from ..base import HANDWRITTEN, INFO, LOW, Bad, Finding, Good, rule
from ..commands.shell_programs import enclosing_constructs, sequential_commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run

_NOTHING = frozenset(("true", "exit 0", "/bin/true", "sleep 0"))


@rule(
    "OPT024",
    level=INFO,
    since="0.1",
    confidence=LOW,
    prefilter=("true", "exit 0", "sleep 0"),
    scope=HANDWRITTEN,
    subject=("workaround", "layers?", "bug", "docker", "issue"),
)
def empty_run(run: Run, build: Build) -> Iterator[Finding]:
    """A RUN does nothing, such as `RUN true` between two COPYs.

    ## Why
    It was a workaround for a bug of old versions of Docker ("failed to export image", moby/moby#37965). BuildKit, the
    default since Docker 23, does not need it, and starts a container and adds a layer for it.

    ## What to do
    Delete the instruction.

    ## References
    - [moby/moby#37965](https://github.com/moby/moby/issues/37965)
    """
    commands = sequential_commands(build.commands(run))
    constructs = any(enclosing_constructs(command) for command in build.commands(run))
    if len(commands) != 1 or constructs or run.flags or commands[0].redirects:
        return
    if " ".join(word.text for word in commands[0].words) in _NOTHING:
        yield Finding(f"`{commands[0].text}` does nothing but add a layer; delete the RUN", commands[0])


EXAMPLES = (
    Bad("COPY a /a\nRUN «true»\nCOPY b /b", message="does nothing"),
    Good("COPY a /a\nCOPY b /b"),
    Bad("RUN «exit 0»"),
    Good("RUN a || true"),
    Good("RUN true && a"),
    Good("RUN true > /a", why="creates a file"),
    Good("RUN --mount=type=secret,id=a,required=true true", why="checks the mount"),
    Good("RUN echo true"),
)
