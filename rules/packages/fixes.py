"""Fixes that several rules about package managers use."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE, Edit, Fix
from ...fixers.edits.shell_commands import append_command, insert_command_after
from ...fixers.edits.word_edits import flag_fix, insert_word_after
from ...model.packages.calls import parse_package_call, share_cache
from ...syntax.tree import CommandLine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.command import Command
    from ...syntax.tree import Instruction, Run


def add_flag(
    build: Build, run: Run, call: PackageCall, flag: str, safety: str = SAFE, *, first: bool = False
) -> Fix | None:
    """Add an option after the verb of the call, or with `first` after the program."""
    word = call.command.words[0] if first else call.verb_word
    return flag_fix(build, run, call.command, word, flag, safety) if word is not None else None


def add_flag_to_all(build: Build, run: Run, calls: Sequence[PackageCall], flag: str, safety: str) -> Fix | None:
    """Add an option after the verb of each call; None if one of them cannot be edited."""
    edits: list[Edit] = []
    for call in calls:
        found = call.verb_word and insert_word_after(build, run, call.command, call.verb_word, flag)
        if not found:
            return None
        edits += found
    return Fix(f"Add `{flag}`", safety, edits, declare_edits=True)


def assume_yes(build: Build, run: Run, call: PackageCall) -> Fix | None:
    """Add the option that answers the prompt of the call.

    Safe if the build fails without it. Unsafe next to `||`, in a condition or after `!`: the failure may be intended.
    """
    manager, command = call.manager, call.command
    if command.operator_before in ("|", "|&") or any(
        redirect.operator.startswith("<") for redirect in command.redirects
    ):
        return None  # something may answer the prompt
    if any(flag in manager.flags.yes for flag, _, _ in call.options):
        return None  # `--yes=false`
    may_fail = "||" in (command.operator_after, command.operator_before)
    safety = UNSAFE if may_fail or {"condition", "negated"} & set(command.context) else SAFE
    if manager.name == "zypper":
        direct = command.words[0].base_name() == call.program
        return add_flag(build, run, call, "--non-interactive", safety, first=True) if direct else None
    return add_flag(build, run, call, manager.flags.yes[0], safety)


# Programs that run their arguments as a command, as the same user.
_SAME_USER = frozenset(("env", "eatmydata", "timeout", "nice", "ionice", "time", "command", "stdbuf", "nohup"))


def run_after_call(
    build: Build,
    run: Run,
    call: PackageCall,
    addition: str,
    safety: str,
    *,
    last: bool = False,
    root: bool = True,
    separator: str = "",
) -> Fix | None:
    """Run `addition` after the call as the same user, or with `last` at the end of its script.

    `root`: whether `addition` must run as root. `separator`: how to write `&&`, with its whitespace.
    """
    prefix = _sudo_prefix(build, run, call, root)
    if prefix is None:
        return None
    addition = prefix + addition
    if last:
        change = append_command(build, run, call.command, addition)
    else:
        change = insert_command_after(build, run, call.command, addition, separator)
    return change and Fix(f"Add `{addition}`", safety, *change)


def _sudo_prefix(build: Build, run: Run, call: PackageCall, root: bool) -> str | None:
    """`sudo ` if the call runs with it, else empty; None if the user may not be root or is changed in another way."""
    wrappers = [wrapper for wrapper in call.command.wrappers if wrapper not in _SAME_USER]
    start = call.command.start
    if wrappers == ["sudo"] and build.dockerfile.source.text.startswith(f"sudo {call.command.words[0].text}", start):
        return "sudo "
    user = build.state(run).user
    as_root = not root or user is None or user.partition(":")[0] in ("root", "0")
    return "" if as_root and not wrappers else None


def clean_all(build: Build, run: Run, first: PackageCall, arguments: str) -> Fix | None:
    """Run `dnf clean all` or the like after the last call of a system package manager in the RUN."""
    calls = [call for call in build.package_calls(run) if share_cache(call.manager, first.manager)]
    last = calls[-1]
    relocating = ("--installroot", "--root", "-R", "--config", "-c", "--disablerepo", "--releasever", "--cache-dir")
    if any(call.has(*relocating) or call.value(*relocating) for call in calls) or cache_needed_later(build, run, first):
        return None
    program = last.command.words[0]
    if program.base_name() != last.program or program.text != program.value:
        return None
    return run_after_call(build, run, last, f"{program.text} {arguments}", SAFE)


def clean_cache(build: Build, run: Run, first: PackageCall, arguments: str, safety: str = SAFE) -> Fix | None:
    """Run `npm cache clean` or the like after the last call in the RUN that fills the cache of the manager."""
    calls = [
        call for call in build.package_calls(run) if call.manager.family == first.manager.family and call.leaves_cache()
    ]
    last = calls[-1] if calls else first
    relocating = ("--cache", "--cache-folder", "--cache-dir", "--userconfig", "--use-yarnrc", "--root-prefix", "-r")
    if any(call.value(*relocating) for call in calls) or cache_needed_later(build, run, first):
        return None
    if any("CACHE" in name.upper() or name == "HOME" or "PKGS" in name for name in last.environment):
        return None
    program = last.command.words[0]
    if program.base_name() != last.program or program.text != program.value:
        return None
    return run_after_call(build, run, last, f"{program.text} {arguments}", safety, root=False)


_OFFLINE = ("--offline", "--prefer-offline", "-C", "--cacheonly", "--no-refresh", "--no-network", "--no-index")


def cache_needed_later(build: Build, run: Run, call: PackageCall) -> bool:
    """Whether a later call of the manager may depend on the cache, because it works offline."""
    steps = following_steps(build, run)
    return steps is None or any(
        each.manager.family == call.manager.family and each.has(*_OFFLINE)
        for step in steps
        if isinstance(step, CommandLine)
        for each in build.package_calls(step)
        if each.command.start > call.command.start
    )


_MOST_STEPS = 200
"""Limit of steps that are searched for uses of a cache; in longer stages, it is assumed to be used."""


def following_steps(build: Build, run: Run) -> list[Instruction] | None:
    """The RUN, what follows it in its stage, and the stages built from it; for ONBUILD, the triggers.

    None if there are more than _MOST_STEPS.
    """
    stage = build.stage_of(run)
    if stage is None:
        return []
    index = build.index_of(run)
    count = len(stage.instructions) - index
    after: list[Stage] = []
    for later in stage.descendants:
        if count > _MOST_STEPS:
            break
        after.append(later)
        count += len(later.instructions)
    if count > _MOST_STEPS:
        return None
    found = [*stage.instructions[index:], *(each for later in after for each in later.instructions)]
    return [instruction.trigger or instruction for instruction in found]


_SCRIPT_RUNNERS = frozenset(
    ("sh", "bash", "dash", "ash", "zsh", "ksh", ".", "source", "eval", "make", "rosdep", "tasksel", "rvm")
)
_INSTALLER_NAME_PARTS = (
    "apt",
    "install",
    "setup",
    "deps",
    "provision",
    "bootstrap",
    "gdebi",
    "ansible",
    "chef",
    "puppet",
    "salt",
)
_HARMLESS_INSTALLERS = frozenset(
    ("install", "easy_install", "apt-key", "apt-mark", "apt-config", "add-apt-repository", "apt-add-repository",
     "docker-php-ext-install")
)  # fmt: skip


def may_run_manager(command: Command, manager: str) -> bool:
    """Whether a command that is not a package manager may run one: a script, a Makefile, a program of the project."""
    if not command.words or parse_package_call(command) is not None:
        return False
    name, program = command.name, command.words[0].value
    if name in _SCRIPT_RUNNERS:
        return True
    if not name or ("/" in program and not program.startswith(("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"))):
        return True
    return name not in _HARMLESS_INSTALLERS and any(part in name for part in (manager, *_INSTALLER_NAME_PARTS))


def only_manages_packages(build: Build, run: Run) -> bool:
    """Whether a RUN only calls system package managers."""
    calls = [call for call in build.package_calls(run) if call.manager.ecosystem == "os"]
    return bool(calls) and len(calls) == len(build.commands(run))
