"""COR015."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right

from ...model.layers import has_earlier_step
from ...syntax.tree import Add, Copy, CopyOrAdd, Run, User
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.command import Word
    from ...syntax.tree import Argument, Flag, Instruction

_SYSTEM_USERS = frozenset(
    "root bin daemon adm lp sync shutdown halt mail news uucp operator man postmaster cron ftp sshd at squid xfs games "
    "cyrus vpopmail ntp smmsp guest nobody sys proxy www-data backup list irc gnats _apt systemd-network messagebus "
    "ubuntu systemd-timesync systemd-resolve".split()
)
"""The accounts in /etc/passwd of Debian, Ubuntu and Alpine."""
_IMAGES = frozenset(
    ("alpine", "debian", "ubuntu", "golang", "python", "ruby", "php", "rust", "openjdk", "eclipse-temurin", "perl")
)
"""Official images that add no account to those of the distribution. Source: their Dockerfiles."""
_CREATING = r"\b(user|group)(add|mod)\b|\badd(user|group)\b|passwd|newusers|sysusers|\.sh\b|ansible|chef|puppet|id -u"
"""Words in a RUN that may create accounts."""
_SCRIPTS = frozenset(("", "sh", "bash", "source", ".", "eval", "make"))
"""Programs that run scripts, and "" for one that is not known."""
_NAMING = frozenset(("chown", "chgrp", "mkdir", "install", "rm", "cp", "mv", "cd", "ls"))
"""Programs that do not create accounts, whatever their arguments are."""


@rule("COR015", level=ERROR, since="0.1", prefilter=("user", "chown"))
def unknown_user(stage: Stage, build: Build) -> Iterator[Finding]:
    """USER, `chown` or `--chown` names an account that does not exist in the image.

    ## Why
    The build fails, and with USER the container does not start: "unable to find user app: no matching entries in
    passwd file". `chown` fails with "invalid user".

    ## What to do
    Create the account first: `RUN useradd --system app`, on Alpine `RUN adduser -S app`. Or use a numeric ID, which
    needs no account.

    ## Exceptions
    - Base images whose accounts dlint does not know.
    - Stages with a step that may create accounts: a command that names the account or runs a script, the installation
      of packages, COPY to `/etc` or of whole directories from another image.
    - Only the first instruction with the account is reported.
    """
    ref = stage.base_ref
    if stage.is_windows or ref is None or ref.name not in _IMAGES or "onbuild" in (ref.tag or ""):
        return
    seen: set[str] = set(_SYSTEM_USERS)
    for instruction in stage.instructions:
        for owner, place in _owners(build, instruction):
            name = owner.partition(":")[0]
            if name in seen or not re.fullmatch(r"[a-z_][a-z0-9_-]*", name):
                continue
            seen.add(name)
            if not _may_exist(build, instruction, name, stage):
                yield Finding(
                    f"`{ref.text}` has no account `{name}`, and no step creates it; create it first or use a numeric "
                    "ID",
                    place,
                )


def _owners(build: Build, instruction: Instruction) -> Iterator[tuple[str, User | Word | Flag | Argument]]:
    """What an instruction gives to `user[:group]`, with its place."""
    if isinstance(instruction, User):
        value = build.value(instruction, instruction.value) if instruction.value is not None else None
        if value and instruction.value is not None:
            yield value, instruction.value
    elif isinstance(instruction, CopyOrAdd):
        flag = instruction.flag("chown")
        if flag is not None and flag.value and instruction.flag("link") is None:
            yield build.state(instruction).value(flag.value) or "", flag
    elif isinstance(instruction, Run):
        for command in build.commands(instruction):
            if command.name == "chown" and not command.context and command.operator_after != "||":
                words = command.words[1:]
                owner = next((word for word in words if not word.text.startswith("-")), None)
                if owner is not None and not owner.dynamic and not any("--reference" in word.text for word in words):
                    yield owner.value.replace(".", ":"), owner


class _Commands:
    """The commands of one stage that may create an account if they name it: a search through all of them is fast."""

    __slots__ = ("_ends", "_indexes", "_text")

    def __init__(self, build: Build, stage: Stage) -> None:
        texts: list[str] = []
        self._indexes: list[int] = []
        self._ends: list[int] = []
        end = 0
        for index, step in enumerate(stage.instructions):
            for command in build.commands(step) if isinstance(step, Run) else ():
                if command.name not in _NAMING:
                    texts.append(command.text + "\0")
                    end += len(texts[-1])
                    self._indexes.append(index)
                    self._ends.append(end)
        self._text = "".join(texts)

    def __bool__(self) -> bool:
        return bool(self._indexes)

    def names(self, name: str, before: int) -> bool:
        """Whether a command of an instruction before this index contains the name."""
        at = self._text.find(name)
        return at >= 0 and self._indexes[bisect_right(self._ends, at)] < before


def _may_exist(build: Build, step: Instruction, name: str, stage: Stage) -> bool:
    """Whether an instruction before this one, or the RUN itself, may add the account to the image."""

    def commands(each: Stage) -> _Commands:
        return build.cached(("commands that may create accounts", each.index), lambda: _Commands(build, each))

    def inherit(each: Stage, inherited: Sequence[_Commands] | None) -> Sequence[_Commands]:
        own = commands(each)
        return [*(inherited or ()), own] if own else inherited or ()

    if has_earlier_step(build, step, "step that may create any account", lambda each: _may_create_any(build, each)):
        return True
    is_run = isinstance(step, Run)
    if is_run and _may_create_any(build, step):
        return True
    if commands(stage).names(name, build.index_of(step) + is_run):
        return True
    above = stage.parent.inherit("commands that may create accounts", inherit) if stage.parent is not None else ()
    return any(each.names(name, sys.maxsize) for each in above)


def _may_create_any(build: Build, instruction: Instruction) -> bool:
    """Whether an instruction may add accounts of any name to the image."""
    if isinstance(instruction, (Copy, Add)):
        return _copies_accounts(build, instruction)
    if not isinstance(instruction, Run):
        return instruction.trigger is not None
    script = build.script(instruction)
    if script.error or not script.commands or re.search(_CREATING, script.text):
        return True
    for command in script.commands:
        if (
            not command.name
            or command.name in ("sh", "bash", "source", ".", "eval", "make")
            or "/" in command.words[0].text
        ):
            return True
    # Packages may create accounts.
    return any(call.manager.ecosystem == "os" and call.verb == "install" for call in build.package_calls(instruction))


def _copies_accounts(build: Build, copy: CopyOrAdd) -> bool:
    target = build.state(copy).path(copy.destination.text) if copy.destination is not None else None
    if target is None or isinstance(copy, Add) or target == "/etc" or target.startswith("/etc/"):
        return True
    return target == "/" and bool(
        copy.flag("from") or any("/" in source.text or "." in source.text for source in copy.sources)
    )


EXAMPLES = (
    Bad(
        "FROM python:3.12-slim\nRUN mkdir -p /src && chown -R «nonroot:nonroot» /src\nUSER nonroot",
        message="`python:3.12-slim` has no account `nonroot`",
    ),
    Good("FROM python:3.12-slim\nRUN useradd --system app\nUSER app"),
    Bad("FROM golang:1.26 AS b\nRUN adduser app\nFROM alpine:3.23\nCOPY --from=b /app /app\nUSER «app:app»"),
    Bad("FROM debian:12 AS a\nWORKDIR /a\nFROM a\nUSER «app»"),
    Bad("FROM debian:12\nCOPY «--chown=app:app» a /a\nCOPY --chown=app b /b"),
    Bad("FROM debian:12\nWORKDIR /a\nRUN mkdir b; chown «app» b"),
    Good("FROM debian:12\nRUN useradd app && chown app:app /srv"),
    Good("FROM debian:12\nRUN chown app /srv || true", why="may fail"),
    Good("FROM debian:12\nRUN chown $APP /srv && chown --reference=/a /b && chown :app /c"),
    Good("FROM debian:12\nRUN chown 1000:app /srv && chown www-data /c"),
    Good("FROM debian:12\nONBUILD USER app", why="runs in another image"),
    Good("FROM debian:12 AS a\nRUN useradd app\nFROM a\nUSER app"),
    Good("FROM alpine:3.23\nRUN addgroup -S app && adduser -S app -G app\nUSER app"),
    Good("FROM alpine:3.23\nUSER nobody"),
    Good("FROM debian:12\nUSER 1000:1000"),
    Good("FROM node:24\nUSER node", why="an account of the image"),
    Good("FROM example.com/base\nUSER app", why="the accounts of the base image are unknown"),
    Good("FROM debian:12\nRUN apt-get install -y nginx\nUSER nginx", why="packages may create accounts"),
    Good("FROM debian:12\nRUN ./setup.sh\nUSER app", why="the script may create it"),
    Good("FROM debian:12\nCOPY --from=b /etc/passwd /etc/passwd\nUSER app"),
    Good("FROM debian:12\nRUN echo 'app:x:1000:1000::/:/bin/sh' >> /etc/passwd\nUSER app"),
    Good("ARG U\nFROM debian:12\nUSER $U"),
)
