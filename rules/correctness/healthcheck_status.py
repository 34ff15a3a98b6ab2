"""COR050."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE
from ...fixers.edits.word_edits import flag_fix
from ..base import MEDIUM, SHIPPED, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Healthcheck

_HANDLED = ("-f", "--fail", "--fail-with-body", "-w", "--write-out", "-K", "--config", "--retry-all-errors")


@rule("COR050", level=WARNING, since="0.1", confidence=MEDIUM, fix=UNSAFE, prefilter=("curl",), scope=SHIPPED)
def healthcheck_status(instruction: Healthcheck, build: Build) -> Iterator[Finding]:
    """HEALTHCHECK calls curl without `--fail`, so an error of the server counts as healthy.

    ## Why
    Without `-f` curl exits with 0 whatever the HTTP status is. Only a server that does not answer at all is unhealthy.

    ## What to do
    Use `curl -f`.

    ## Fix safety
    Unsafe: a container whose URL answers with an error becomes unhealthy.

    ## Exceptions
    - Commands whose output is read by another one (`curl … | grep`), and those that print the status.
    """
    if instruction.kind != "CMD":
        return
    for command in build.commands(instruction):
        if command.name != "curl" or command.operator_after in ("|", "|&") or command.has(*_HANDLED):
            continue
        if command.context or not any(word.value.startswith(("http", "localhost", "127.")) for word in command.args):
            continue
        yield Finding(
            "`curl` without `-f` succeeds even if the server reports an error; add `-f`",
            command.words[0],
            fix=flag_fix(build, instruction, command, command.words[0], "-f", UNSAFE),
        )


EXAMPLES = (
    Bad(
        "HEALTHCHECK CMD «curl» http://localhost/ || exit 1",
        message="succeeds even if the server reports an error",
        fixed="HEALTHCHECK CMD curl -f http://localhost/ || exit 1",
    ),
    Good("HEALTHCHECK CMD curl -f http://localhost/ || exit 1"),
    Bad(
        'HEALTHCHECK --interval=5s CMD ["«curl»", "-sS", "http://localhost:80/"]',
        fixed='HEALTHCHECK --interval=5s CMD ["curl", "-f", "-sS", "http://localhost:80/"]',
    ),
    Bad("HEALTHCHECK CMD «curl» -o /dev/null localhost:8080"),
    Good("HEALTHCHECK CMD curl --fail http://localhost/"),
    Good("HEALTHCHECK CMD curl -sf http://localhost/"),
    Good("HEALTHCHECK CMD curl -s http://localhost/ | grep ok", why="the answer is compared"),
    Good("HEALTHCHECK CMD test $(curl -so /dev/null -w '%{http_code}' http://localhost/) = 200"),
    Good('HEALTHCHECK CMD test "$(curl -s http://localhost/)" = ok', why="the answer is compared"),
    Good("HEALTHCHECK CMD wget -q --spider http://localhost/", why="wget fails by itself"),
    Good("HEALTHCHECK NONE"),
)
