"""COR014."""

from __future__ import annotations

from ..base import ERROR, Bad, Finding, Good, rule
from ..stages.accounts import is_elevated, unprivileged_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Run

_PROGRAMS = frozenset(("apt", "apt-get", "aptitude", "apk", "dnf", "yum", "microdnf", "tdnf", "zypper"))
_VERBS = frozenset(("install", "remove", "update-index", "upgrade"))
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
    user = unprivileged_user(build, run)
    for call in build.package_calls(run) if user else ():
        if call.program in _PROGRAMS and call.verb in _VERBS and not _may_succeed(call):
            yield Finding(
                f"`{call.program}` runs as `{user}`, who may not change system packages; switch to root first",
                call.command,
            )
            return


def _may_succeed(call: PackageCall) -> bool:
    return is_elevated(call.command) or call.uncertain or call.has(*_ELSEWHERE)


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
