"""As whom a RUN runs: whether that is known to be someone other than root."""

from __future__ import annotations

from ...syntax.tree import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build, Stage
    from ...syntax.command import Command

_ELEVATING = frozenset(("sudo", "doas", "su", "su-exec", "gosu", "runuser", "setpriv", "fakeroot", "chroot", "pkexec"))
_SAME_ID_OPTIONS = ("-o ", "--non-unique", "-u 0", "--uid 0")
"""Options of useradd and usermod with which an account may have the ID 0."""


def unprivileged_user(build: Build, run: Run) -> str:
    """The user of a RUN, as in USER or the base image; empty for root, an unknown user, and Windows."""
    user, stage = build.state(run).user, build.stage_of(run)
    if not user or stage is None or stage.is_windows or "\\" in user or user.lower().startswith("container"):
        return ""
    name = user.partition(":")[0]
    if not name or name == "root" or (name.isdecimal() and int(name) == 0):
        return ""
    return "" if build.cached(("may be root", stage.index, name), lambda: _may_be_root(build, stage, name)) else user


def _may_be_root(build: Build, stage: Stage, name: str) -> bool:
    """Whether the account may have been given the ID 0."""
    for each in (stage, *stage.ancestors):
        for instruction in each.instructions:
            text = build.script(instruction).text if isinstance(instruction, Run) else ""
            if name in text and any(option in text for option in _SAME_ID_OPTIONS):
                return True
    return False


def is_elevated(command: Command) -> bool:
    """Whether the command is run by sudo or a similar program, which may change the user."""
    if not _ELEVATING.isdisjoint(command.wrappers) or command.name in _ELEVATING:
        return True
    return any(word in _ELEVATING for label in command.context for word in label.split())
