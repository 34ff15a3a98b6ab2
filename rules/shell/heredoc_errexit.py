"""COR008."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE, Edit, Fix
from ...fixers.edits.instructions import line_ending
from ..base import WARNING, Bad, Finding, Good, rule
from ..commands.shell_programs import SHELL_NAMES, has_errexit, sets_errexit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Heredoc, Run

_HARMLESS = frozenset(": alias declare echo exit export hash local printf set shopt true".split())
"""Commands that do not fail in practice."""
_ALWAYS_NEEDED = _HARMLESS | frozenset(("chmod", "chown", "curl", "tar", "wget"))
_MANAGERS = frozenset(
    "apk apt apt-get bundle cargo composer dnf gem git go microdnf npm pip pip3 pnpm yarn yum".split()
)
_NEEDED_VERBS = frozenset("add build ci clean clone download get install sync update upgrade".split())
"""Commands that only fail if something that the script is there for was not done."""


@rule("COR008", level=WARNING, since="0.1", fix=SAFE, prefilter=("<<",))
def heredoc_errexit(run: Run, build: Build) -> Iterator[Finding]:
    """A RUN heredoc with several commands does not stop at the first failure.

    ## Why
    The shell runs the lines of a heredoc one after the other, and the status of the RUN is that of the last one. If
    another line fails, the build continues and caches a broken layer.

    ## What to do
    Begin the heredoc with `set -e`, or use `RUN <<EOF bash -e` or a SHELL with `-e`.

    ## Fix safety
    Safe if every command installs, downloads or unpacks something: if one of them fails, the layer is broken. Otherwise
    unsafe, as a status other than 0 may be expected there, such as that of `grep`.

    ## Exceptions
    - Heredocs in which only the last command can fail, and those that use `set -e` somewhere or `trap … ERR`.
    - `apt-get update` and one install, which fails if there are no package lists.
    - Scripts of other languages, and heredocs that are the input of a program.
    """
    script = build.script(run)
    if not run.heredocs or script.error or not script.commands:
        return
    for heredoc, commands in _scripts(run, build):
        lost = next((command for command in commands[:-1] if _is_lost(command)), None)
        if lost is not None and _last_fails_too(build, run, lost, commands):
            continue
        if lost is None or any(sets_errexit(command) for command in script.commands):
            continue
        yield Finding(
            f"if `{lost.name}` fails, this heredoc continues, as only the status of its last command counts; "
            "begin it with `set -e`",
            lost,
            fix=_fix(build, heredoc, script.commands),
        )


def _scripts(run: Run, build: Build) -> Iterator[tuple[Heredoc, list[Command]]]:
    """The heredocs that a shell without errexit runs, with the commands outside of any construct."""
    commands = build.commands(run)
    text = run.words[0].text if run.words else ""
    if text.lstrip("0123456789").startswith("<<") and len(text.split()) == 1:
        first = run.heredocs[0].body.partition("\n")[0]
        options = first.split()[1:] if first.startswith("#!") else build.state(run).shell[1:]
        if not has_errexit(options):
            yield run.heredocs[0], [command for command in commands if not command.context]
        return
    for shell in commands:
        if shell.name not in SHELL_NAMES or has_errexit([word.value for word in shell.args]) or shell.context:
            continue
        if [redirect for redirect in shell.redirects if "<<" in redirect.operator] and len(run.heredocs) == 1:
            yield run.heredocs[0], [command for command in commands if command.context == ("heredoc",)]


def _is_lost(command: Command) -> bool:
    """Whether nothing sees that the command fails."""
    if not command.name or command.name in _HARMLESS or command.operator_before == "||":
        return False
    return command.operator_after in (";", "\n") and command.operator_before not in ("|", "|&")


def _last_fails_too(build: Build, run: Run, lost: Command, commands: Sequence[Command]) -> bool:
    """Whether the script is an update of package lists and an install, which fails without them."""
    if len(commands) != 2:
        return False
    calls = {id(call.command): call for call in build.package_calls(run)}
    first, second = calls.get(id(lost)), calls.get(id(commands[-1]))
    return (
        first is not None
        and second is not None
        and first.manager.name == second.manager.name
        and first.verb == "update-index"
        and second.verb == "install"
    )


def _fix(build: Build, heredoc: Heredoc, commands: Sequence[Command]) -> Fix:
    body = heredoc.body
    at = body.find("\n") + 1 if body.startswith("#!") else 0
    line = body[at:].lstrip("\r\n").partition("\n")[0]
    indent = line[: len(line) - len(line.lstrip())]
    ending = line_ending(build.dockerfile.source.text)
    safety = SAFE if all(_is_needed(command) for command in commands if command.words) else UNSAFE
    place = heredoc.start + at
    return Fix("Add `set -e`", safety, [Edit(place, place, f"{indent}set -e{ending}")], declare_edits=True)


def _is_needed(command: Command) -> bool:
    if command.name in _MANAGERS:
        return bool(verbs := command.operands()) and verbs[0].value in _NEEDED_VERBS
    return command.name in _ALWAYS_NEEDED or (command.name == "mkdir" and command.has("-p"))


EXAMPLES = (
    Bad(
        "RUN <<EOF\n«apt-get install -y curl»\ncurl -fO https://example.com/a\nEOF",
        message="if `apt-get` fails, this heredoc continues",
        fixed="RUN <<EOF\nset -e\napt-get install -y curl\ncurl -fO https://example.com/a\nEOF",
    ),
    Good("RUN <<EOF\napt-get update\napt-get install -y curl\nEOF", why="the install fails without package lists"),
    Good("RUN <<EOF\napk update\napk add git\nEOF"),
    Bad("RUN <<EOF\n«apt-get update»\napt-get install -y curl\nrm -rf /var/lib/apt/lists/*\nEOF"),
    Good("RUN <<EOF\nset -eux\napt-get update\napt-get install -y curl\nEOF"),
    Bad(
        "RUN <<-EOF\n\t«./configure»\n\tmake\nEOF",
        fixed="RUN <<-EOF\n\tset -e\n\t./configure\n\tmake\nEOF",
        why="the fix is unsafe, as `./configure` is not known",
    ),
    Bad(
        "RUN <<EOF\n#!/usr/bin/env bash\n«curl -fO https://example.com/a»\ntar xf a\nEOF",
        fixed="RUN <<EOF\n#!/usr/bin/env bash\nset -e\ncurl -fO https://example.com/a\ntar xf a\nEOF",
    ),
    Bad("RUN bash <<EOF\n«mkdir /a»\ncp b /a\nEOF"),
    Bad("RUN <<EOF bash -x\n«mkdir /a»\ncp b /a\nEOF"),
    Bad("RUN <<EOF\na && «b»; c\nEOF"),
    Good("RUN <<EOF bash -e\nmkdir /a\ncp b /a\nEOF"),
    Good("RUN bash -euo pipefail <<EOF\nmkdir /a\ncp b /a\nEOF"),
    Good("RUN <<EOF\n#!/bin/sh -e\nmkdir /a\ncp b /a\nEOF"),
    Good('SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN <<EOF\nmkdir /a\ncp b /a\nEOF'),
    Good('SHELL ["/bin/bash", "-o", "errexit", "-c"]\nRUN <<EOF\nmkdir /a\ncp b /a\nEOF'),
    Good("RUN <<EOF\nmkdir /a &&\ncp b /a\nEOF", why="one list"),
    Good("RUN <<EOF\necho a\nexport A=1\nmake\nEOF", why="only the last command can fail"),
    Good("RUN <<EOF\nrm a || true\nmake\nEOF", why="the failure is handled"),
    Good("RUN <<EOF\nmake\nEOF"),
    Good("RUN python3 <<EOF\na()\nb()\nEOF"),
    Good("RUN <<EOF\n#!/usr/bin/env python3\na()\nb()\nEOF"),
    Good("RUN cat <<EOF > /etc/a\nmkdir a\nmake\nEOF", why="a file"),
    Good("RUN <<EOF\ntrap 'exit 1' ERR\nmake\nmake install\nEOF"),
    Good("COPY <<EOF /run.sh\nmkdir a\nmake\nEOF"),
)
