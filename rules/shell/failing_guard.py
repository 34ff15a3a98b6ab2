"""COR061."""

from __future__ import annotations

from ..base import INFO, MEDIUM, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_TESTS = ("-d", "-e", "-f")
_REMEDIES = {"mkdir": "`mkdir -p`", "ln": "`ln -sfn`", "touch": "`touch`"}


@rule("COR061", level=INFO, since="0.1", confidence=MEDIUM, prefilter=("! -d", "! -e", "! -f"))
def failing_guard(run: Run, build: Build) -> Iterator[Finding]:
    """The RUN ends with `[ ! -d dir ] && mkdir dir`, so it fails if the directory exists.

    ## Why
    The status of `a && b` is that of `a` if `a` fails. What is meant as "create it if it is missing" ends the build
    when a new base image, a COPY or an earlier RUN brings the directory.

    ## What to do
    Use a command that accepts both, such as `mkdir -p`, or `if [ ! -d dir ]; then …; fi`.

    ## Exceptions
    - Other commands than `mkdir`, `ln` and `touch`, and tests that a later command or `||` follows.
    """
    commands = [command for command in build.commands(run) if set(command.context) <= {"sh -c"}]
    if len(commands) < 2:
        return
    guard, last = commands[-2:]
    path = _missing_path(guard)
    if not path or guard.operator_after != "&&" or last.operator_after.strip() or last.name not in _REMEDIES:
        return
    if path in (word.value.rstrip("/") for word in last.args):
        message = f"`{guard.text}` makes this RUN fail if `{path}` exists; use {_REMEDIES[last.name]} without the test"
        yield Finding(message, guard)


def _missing_path(command: Command) -> str:
    """The path that `[ ! -d path ]` or `test ! -d path` tests to be missing; empty for another command."""
    if command.name not in ("[", "[[", "test"):
        return ""
    words = [word.value for word in command.args if word.value not in ("]", "]]")]
    is_guard = len(words) == 3 and words[0] == "!" and words[1] in _TESTS
    return words[2].rstrip("/") if is_guard else ""


EXAMPLES = (
    Bad(
        "RUN «[ ! -d /data ]» && mkdir /data",
        message="`[ ! -d /data ]` makes this RUN fail if `/data` exists; use `mkdir -p` without the test",
    ),
    Good("RUN mkdir -p /data"),
    Good("RUN if [ ! -d /data ]; then mkdir /data; fi"),
    Bad("RUN echo a && «test ! -e /a/b» && mkdir -p /a/b/"),
    Good("RUN [ -d /data ] || mkdir /data"),
    Good("RUN [ ! -d /data ] && mkdir /data || true", why="may fail"),
    Good("RUN [ ! -d /data ] && mkdir /data; echo a", why="the status of the last command counts"),
    Good("RUN [ ! -f /etc/a ] && echo missing", why="meant to fail"),
)
