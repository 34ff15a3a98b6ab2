"""Split a RUN into its commands, each with its purpose."""

from __future__ import annotations

import re

from ....model.packages.calls import cleans_cache, cleans_lists
from .rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build
    from ....model.packages.calls import PackageCall
    from ....syntax.command import Command
    from ....syntax.tree import Run

SYSTEM_PACKAGES = "packages of the system"
DEPENDENCIES = "dependencies"
FILES_AND_USERS = "files and users"
OTHER_PROGRAM = "a program"

ESSENTIAL_PROGRAMS = frozenset(
    """adduser addgroup basename cat chgrp chmod chown chpasswd cp cut date dirname echo env expr false find getent grep
    groupadd groupmod head hostname id install ldconfig ln ls mkdir mkfifo mktemp mv printf pwd readlink realpath rm
    rmdir sed sha256sum sha512sum md5sum sleep sort stat tail tar tee test [ touch tr true truncate uname uniq
    update-alternatives     useradd usermod wc which xargs locale-gen dpkg-reconfigure gunzip gzip zcat""".split()
)
"""Programs of Debian's essential packages (coreutils, findutils, grep, sed, tar, gzip, passwd)."""
_STATE = frozenset(("cd", "export", "set", "unset", "umask", "trap", "exit", "source", ".", "alias", "eval", "exec"))


class RunCommand:
    """A command of a RUN: its `text` on one line, its purpose (`kind`), and its package manager call, if any."""

    __slots__ = ("call", "command", "kind", "text")

    def __init__(self, command: Command, kind: str, call: PackageCall | None) -> None:
        self.command = command
        self.kind = kind
        self.call = call
        self.text = one_line(command.script.text[command.start_index : command.end_index])


def one_line(text: str) -> str:
    """The text without the white space of continuations; unchanged when it has quotes."""
    return text.strip() if "'" in text or '"' in text else " ".join(text.split())


def split_run(build: Build, run: Run) -> list[RunCommand]:
    """The commands of a RUN that joins them with `&&` only. Raises RewriteRejected for any other RUN."""
    _require_plain_run(build, run)
    calls = {id(call.command): call for call in build.package_calls(run)}
    found: list[RunCommand] = []
    commands = build.commands(run)
    for command in commands:
        if command.name == "nproc" and command.context == ("substitution",):
            continue
        if command.context or command.operator_before not in ("", "&&") or command.operator_after not in ("", "&&"):
            raise RewriteRejected(
                f"`{_short(command)}` is not in a plain list of commands; join the commands of this RUN with `&&` only",
                run,
            )
        if command.wrappers or not command.name:
            raise RewriteRejected(f"`{_short(command)}` runs an unknown program; call the program directly", run)
        found.append(RunCommand(command, _kind(command, calls.get(id(command))), calls.get(id(command))))
    if not found:
        raise RewriteRejected("this RUN has no commands", run)
    changing = next((piece.command for piece in found if piece.command.name in _STATE), None)
    if changing is not None and len({piece.kind for piece in found}) > 1:
        remedy = {"cd": "use WORKDIR instead", "export": "use ENV instead"}.get(changing.name, "move it to its own RUN")
        raise RewriteRejected(f"`{_short(changing)}` affects the commands after it; {remedy}", run)
    return found


def _require_plain_run(build: Build, run: Run) -> None:
    """Raise RewriteRejected unless the RUN is in shell form, without flags, heredocs and a custom shell."""
    if run.parent is not None:
        raise RewriteRejected("ONBUILD triggers are not supported", run)
    if run.json:
        raise RewriteRejected("this RUN is in exec form; use the shell form", run)
    if run.heredocs:
        raise RewriteRejected("this RUN uses a heredoc; join its commands with `&&` instead", run)
    if run.flags:
        raise RewriteRejected(f"this RUN has the option `{run.flags[0].text}`; use a RUN without options", run)
    if build.state(run).has_custom_shell:
        raise RewriteRejected("SHELL sets another shell for this RUN, which is not supported", run)


def _kind(command: Command, call: PackageCall | None) -> str:
    if call is not None:
        if call.manager.ecosystem == "os":
            return SYSTEM_PACKAGES
        return DEPENDENCIES if call.verb in ("install", "restore", "upgrade", "config") else OTHER_PROGRAM
    if command.name == "rm" and any("/var/lib/apt/lists" in word.value for word in command.args):
        return SYSTEM_PACKAGES
    return FILES_AND_USERS if command.name in ESSENTIAL_PROGRAMS or command.name in _STATE else OTHER_PROGRAM


def deletes_caches(piece: RunCommand) -> bool:
    """Whether the command only empties package lists or caches."""
    from ....model.packages.managers import MANAGERS

    apt = next(manager for manager in MANAGERS if manager.family == "apt")
    return cleans_lists(piece.command, apt) or cleans_cache(piece.command, apt)


def _short(command: Command) -> str:
    return re.sub(r"\s+", " ", command.text)[:60]
