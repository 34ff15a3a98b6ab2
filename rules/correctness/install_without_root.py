"""COR014."""

from __future__ import annotations

from ...syntax.tree import Run
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall

_PROGRAMS = frozenset(("apt", "apt-get", "aptitude", "apk", "dnf", "yum", "microdnf", "tdnf", "zypper"))
_VERBS = frozenset(("install", "remove", "update-index", "upgrade"))
_ELEVATING = frozenset(("sudo", "doas", "su", "su-exec", "gosu", "runuser", "setpriv", "fakeroot", "chroot", "pkexec"))
_ELSEWHERE = tuple("--root -p --installroot -R --initdb --simulate -s --dry-run --download-only -d".split())
"""Options with which nothing of the system changes."""


@rule(
    "COR014",
    level=ERROR,
    since="0.1",
    onbuild=False,
    prefilter=("apt", "apk", "dnf", "yum", "zypper"),
)
def install_without_root(run: Run, build: Build) -> Iterator[Finding]:
    """A system package manager runs as a user who is not root.

    ## Why
    Only root may change the packages of the system; the RUN fails.

    ## What to do
    Move the RUN before USER, or switch to root for it: `USER root`, the RUN, and `USER` with the previous name.

    ## Exceptions
    - Commands with sudo or a similar program.
    - Users that are not known: a variable, or the user of a base image that is not in dlint's catalog.
    """
    user = build.state(run).user
    if not user or not _is_unprivileged(user) or _may_be_root(build, run, user):
        return
    for call in build.package_calls(run):
        if call.program in _PROGRAMS and call.verb in _VERBS and not _is_elevated(call):
            yield Finding(
                f"`{call.program}` runs as `{user}`, who may not change system packages; switch to root first",
                call.command,
            )
            return


def _is_unprivileged(user: str) -> bool:
    name = user.partition(":")[0]
    return bool(name) and name != "root" and not (name.isdecimal() and int(name) == 0) and "\\" not in name


def _may_be_root(build: Build, run: Run, user: str) -> bool:
    """Whether the account may have ID 0, or the stage may be for Windows."""
    stage = build.stage_of(run)
    if stage is None or stage.is_windows or user.lower().startswith("container"):
        return True
    name = user.partition(":")[0]
    for each in (stage, *stage.ancestors):
        for instruction in each.instructions:
            text = build.script(instruction).text if isinstance(instruction, Run) else ""
            if name in text and any(option in text for option in ("-o ", "--non-unique", "-u 0", "--uid 0")):
                return True
    return False


def _is_elevated(call: PackageCall) -> bool:
    command = call.command
    if not _ELEVATING.isdisjoint(command.wrappers) or call.uncertain or call.has(*_ELSEWHERE):
        return True
    return any(word in _ELEVATING for label in command.context for word in label.split())


EXAMPLES = (
    Bad("USER app\nRUN «apt-get update» && apt-get install -y curl", message="`apt-get` runs as `app`"),
    Good("RUN apt-get update && apt-get install -y curl\nUSER app"),
    Bad("FROM alpine:3.23\nUSER 1000:1000\nRUN «apk add --no-cache curl»"),
    Bad("FROM jenkins/jenkins\nUSER jenkins\nRUN «apt-get install -y make»"),
    Bad("FROM debian:12 AS a\nUSER app\nFROM a\nRUN «apt-get install -y make»", why="USER is inherited"),
    Good("USER app\nRUN sudo apt-get install -y curl"),
    Good("USER app\nUSER root\nRUN apt-get install -y curl"),
    Good("USER 0:0\nRUN apt-get install -y curl"),
    Good("ARG U\nUSER $U\nRUN apt-get install -y curl", why="set by the build"),
    Good("FROM example.com/base\nRUN apt-get install -y curl", why="the user of the base image is unknown"),
    Good("RUN useradd -o -u 0 app\nUSER app\nRUN apt-get install -y curl", why="another name for root"),
    Good("USER app\nRUN apt-cache policy curl && apt-get download curl"),
)
