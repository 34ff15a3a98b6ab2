"""COR059."""

from __future__ import annotations

from ..base import INFO, MEDIUM, Bad, Finding, Good, rule
from ..text import join_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_SUCCEEDS = frozenset(("true", ":", "/bin/true", "exit 0"))
_WORKS = frozenset(("make", "cmake", "ninja", "tar", "unzip", "curl", "wget", "git", "cp", "mv", "rm", "ln", "chmod"))
"""Programs whose result the image needs, besides package managers."""
_VERBS = frozenset(("install", "restore", "build", "upgrade"))


@rule("COR059", level=INFO, since="0.1", confidence=MEDIUM, prefilter=("|| true", "||true", "|| :", "|| exit 0"))
def masked_failures(run: Run, build: Build) -> Iterator[Finding]:
    """`|| true` at the end of a chain of `&&` hides the failure of every command in it, such as an install.

    ## Why
    `a && b || true` means `(a && b) || true`: if `a` fails, `b` is skipped and the build continues.

    ## What to do
    If only the last command may fail, put it in braces: `a && { b || true; }`.

    ## Exceptions
    - A single command that may fail, and chains that begin with a condition or have no command that changes the image.
    """
    installs = {id(call.command) for call in build.package_calls(run) if call.verb in _VERBS}
    chain: list[Command] = []
    for command in build.commands(run):
        if command.operator_before == "||" and len(chain) > 1 and command.text in _SUCCEEDS:
            hidden = [each for each in chain[:-1] if id(each) in installs or each.name in _WORKS]
            if (hidden and chain[0] is hidden[0]) or any(id(each) in installs for each in hidden):
                names = list(dict.fromkeys(_short(each) for each in hidden))[:2]
                yield Finding(
                    f"`|| {command.text}` also hides failures of {join_quoted(names)}; put only the command that may "
                    f"fail in braces: `{{ … || {command.text}; }}`",
                    command,
                    related=[(each, "its failure is ignored") for each in hidden[:5]],
                )
        joined = command.operator_before == "&&" and chain and chain[-1].context == command.context
        starts = command.operator_before not in ("||", "|", "|&", "&&")
        chain = [*chain, command] if joined else [command] if starts else []


def _short(command: Command) -> str:
    """The program and its verb."""
    verb = next((word.text for word in command.args if not word.value.startswith("-")), "")
    return f"{command.name} {verb}" if verb.isalpha() else command.name


EXAMPLES = (
    Bad(
        "RUN apt-get update && apt-get install -y curl && rm /etc/a || «true»",
        message="`|| true` also hides failures of `apt-get install`",
    ),
    Good("RUN apt-get update && apt-get install -y curl && { rm /etc/a || true; }"),
    Bad("RUN curl -fO https://example.com/a && sh a || «:»", message="`curl`"),
    Bad("RUN npm ci && npm run build && npm test || «exit 0»"),
    Bad("RUN a; make && make install && ldconfig || «true»", message="`make` and `make install`"),
    Bad("RUN rm -f /a && rm /b || «true»"),
    Good("RUN ldconfig || true", why="one command"),
    Good("RUN apt-get install -y curl; rm /etc/a || true", why="not in a chain"),
    Good("RUN test -f /a && rm /a || true", why="a condition"),
    Good("RUN (apt-get install -y a && b) && c || true", why="a group"),
    Good("RUN which npm && make && a || true", why="a condition"),
)
