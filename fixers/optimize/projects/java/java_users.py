"""The users of an image with Java: who the program runs as, and who owns its files."""

from __future__ import annotations

from .....syntax.tree import Run, User
from ...base.rewrite import RewriteRejected
from ...base.stage_facts import ROOT, is_from_context
from .java_commands import USER_PROGRAMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .....model.build import Build, Stage
    from .java_commands import JavaCommands

_IN_EVERY_IMAGE = ("root", "nobody", "daemon")
_FIRST_ID = "1000"


def require_known_users(build: Build, stage: Stage, commands: JavaCommands, *, same_system: bool) -> None:
    """Raise RewriteRejected for a user whom the JRE image lacks, or may not be able to create."""
    if stage.state(0).user not in ROOT:
        raise RewriteRejected(f"the base image runs as `{stage.state(0).user}`, not as root", stage.from_)
    for number, step in enumerate(stage.instructions, 1):
        if isinstance(step, User):
            _require_user(stage.state(number).user or "", commands, step)
        for command in build.commands(step) if isinstance(step, Run) and not same_system else ():
            words = {word.value for word in command.args}
            text = f"`{' '.join(command.text.split())[:60]}`"
            if command.name in USER_PROGRAMS and words & {_FIRST_ID, f"--uid={_FIRST_ID}", f"--gid={_FIRST_ID}"}:
                raise RewriteRejected(f"{text} uses an ID that Ubuntu images have; use another one", step)
            if command.name in ("adduser", "addgroup"):
                raise RewriteRejected(f"{text} may not be in the JRE image; use `useradd` and `groupadd`", step)


def files_owner(build: Build, stage: Stage, commands: JavaCommands) -> str:
    """Who owns the files of the program, as `COPY --chown` names them; "" when that does not matter.

    Raises RewriteRejected when they have several owners.
    """
    if stage.state(len(stage.instructions)).user in ROOT or commands.touched:
        return ""
    flags = [step.flag("chown") for step in stage.instructions if is_from_context(step)]
    owners = {flag.value or "" for flag in flags if flag is not None}
    assert commands.last is not None
    builds_as = build.state(commands.last).user
    owners |= {commands.owner} if commands.owner else set()
    if builds_as not in ROOT and not owners:
        owners = {builds_as or ""}
    if len(owners) > 1:
        raise RewriteRejected("the files of the program have several owners", commands.last)
    owner = next(iter(owners), "")
    if owner:
        _require_user(owner.partition(":")[0], commands, commands.last)
    return owner


def _require_user(user: str, commands: JavaCommands, at: Run | User) -> None:
    name = user.partition(":")[0]
    if not (name.isdigit() or name in (*_IN_EVERY_IMAGE, *commands.users)):
        raise RewriteRejected(f"no RUN creates the user `{name}`, whom the JRE image may lack", at)
