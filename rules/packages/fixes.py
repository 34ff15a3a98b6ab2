"""The fixes that rules over package managers share."""

from __future__ import annotations

from ...fixers.edit import SAFE, UNSAFE, Fix
from ...fixers.words import insert_behind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build
    from ...model.packages import Call
    from ...syntax.tree import Run


def add_flag(build: Build, run: Run, call: Call, flag: str, safety: str = SAFE, *, first: bool = False) -> Fix | None:
    """Put a flag behind the verb of the call, or with `first` behind the program."""
    word = call.command.words[0] if first else call.verb_word
    edits = word and insert_behind(build, run, call.command, word, flag)
    return Fix(f"Add `{flag}`", safety, edits, declare_edits=True) if edits else None


def assume_yes(build: Build, run: Run, call: Call) -> Fix | None:
    """Let the call go on without asking.

    Safe where an answer of no ends the build. Behind `||`, `if` and `!` something else may be meant to happen then.
    """
    manager, command = call.manager, call.command
    if command.before in ("|", "|&") or any(redirect.operator.startswith("<") for redirect in command.redirects):
        return None  # something may answer
    if any(flag in manager.yes for flag, _, _ in call.options):
        return None  # `--yes=false`
    wanted = "||" not in (command.after, command.before) and not {"condition", "negated"} & set(command.context)
    safety = SAFE if wanted else UNSAFE
    if manager.name == "zypper":
        direct = command.words[0].base_name() == call.program
        return add_flag(build, run, call, "--non-interactive", safety, first=True) if direct else None
    return add_flag(build, run, call, manager.yes[0], safety)
