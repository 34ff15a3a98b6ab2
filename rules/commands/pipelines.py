"""Which pipelines hide a failure, shared by rules about shell commands."""

from __future__ import annotations

from .shell_programs import SHELL_NAMES, sets_errexit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...syntax.command import Command

PIPES = ("|", "|&")
_LOCAL = frozenset(
    ": apt-cache apt-mark awk basename cat command cut date dirname dpkg dpkg-architecture dpkg-query echo egrep "
    "env expr fgrep file find gawk getent grep head hostname id ldconfig ldd ls lsb_release md5sum mktemp nproc "
    "objcopy objdump printenv printf pwd readelf readlink realpath rpm scanelf sed seq sha1sum sha256sum sha512sum "
    "sort stat strings tac tail tee tr true type uname uniq update-alternatives wc which whoami xargs yes".split()
)
"""Commands that only read what is there already: if they fail, nothing is missing that a later step does not notice."""
_ACCEPTS_NOTHING = SHELL_NAMES | frozenset(
    "awk base64 cat chpasswd crontab cut dd debconf-set-selections envsubst gawk iconv jq mariadb mawk mysql node "
    "openssl parallel patch perl php psql python python2 python3 ruby sed sort sqlite3 tail tee tr uniq wc "
    "xargs".split()
)
"""Programs that succeed with empty input, unlike `tar`, `gzip -d`, `gpg --dearmor`, `apt-key add -` and `grep`."""
_STDIN = frozenset(("-", "/dev/stdin"))
_SCRIPT_FLAGS = {"php": "-r", "node": "-e", "ruby": "-e", "jq": "-e"}
"""The option with which the program runs a script that reads the input, or which checks it; `-c` for others."""


def pipeline_at(commands: Sequence[Command], index: int) -> list[Command]:
    """The simple commands of the pipeline that begins with `commands[index]`, without compound ones such as `while`."""
    found = [commands[index]]
    for command in commands[index + 1 :]:
        if found[-1].operator_after not in PIPES:
            break
        if command.context == found[0].context:
            if command.operator_before not in PIPES:
                break
            found.append(command)
    return found


def hides_failure(commands: Sequence[Command], index: int) -> bool:
    """Whether the pipeline that begins with `commands[index]` succeeds although its first command failed.

    That is the case if its last command accepts empty input. False if this has no effect (conditions, `|| true`,
    substitutions, whose status is lost or whose empty result makes the next command fail), if the first command only
    reads local data, or if pipefail would break the build because a later command stops reading early.
    """
    first = commands[index]
    if first.name in _LOCAL or not _is_checked(first) or "substitution" in first.context:
        return False
    pipeline = pipeline_at(commands, index)
    last = pipeline[-1]
    if any(_stops_reading(command) or _makes_keyring(command) for command in pipeline[1:]):
        return False
    if last.operator_after in PIPES:
        # The reader is a compound command; `while read` runs its body not even once.
        reader = next((command for command in commands[index + 1 :] if command.start >= last.end), None)
        return reader is not None and reader.name == "read" and "while" in reader.context
    return _accepts_nothing(last) and not _is_dropped(commands, last) and not _is_noticed(commands, last)


def _is_noticed(commands: Sequence[Command], last: Command) -> bool:
    """Whether the command after the pipeline fails if nothing was installed: `curl … | bash && . ~/.nvm/nvm.sh`."""
    following = next((each for each in commands if each.start >= last.end and each.name != "cd"), None)
    if following is None or last.name not in SHELL_NAMES:
        return False
    stops = any(sets_errexit(command) for command in commands if command.start < last.start)
    if last.operator_after != "&&" and not (stops and last.operator_after in (";", "\n")):
        return False
    if following.name in _CHECKING or following.name in _INSTALLED:
        return True
    if any(each.target is not None and "/.cargo/" in each.target.value for each in following.redirects):
        return True
    return any(word.value in ("--version", "version") for word in following.args[:1])


_INSTALLED = frozenset(("volta", "rustup", "cargo", "nvm", "fnm", "pyenv", "sdk"))
"""Programs that their own installers bring, so that calling them fails if the installer did not run."""
_CHECKING = frozenset((".", "source", "test", "[", "[[", "which", "command", "type"))
"""Commands that fail if a file or program does not exist."""


def _is_checked(command: Command) -> bool:
    return "condition" not in command.context and "negated" not in command.context


def _is_dropped(commands: Sequence[Command], last: Command) -> bool:
    """Whether `|| true` follows, or the pipeline runs in the background."""
    if last.operator_after == "&":
        return True
    following = next((command for command in commands if command.start >= last.end), None)
    return last.operator_after == "||" and following is not None and following.name in ("true", ":")


def _accepts_nothing(command: Command) -> bool:
    values = [word.value for word in command.args]
    if command.name in ("uv", "pip", "pip3"):
        return not _STDIN.isdisjoint(values)
    if command.name not in _ACCEPTS_NOTHING:
        return False
    script = _SCRIPT_FLAGS.get(command.name, "-c" if command.name in SHELL_NAMES or "python" in command.name else "")
    return not (script and script in values)


def _makes_keyring(command: Command) -> bool:
    """Whether the command writes keys of a package repository, without which the next install fails."""
    return command.name in ("tee", "dd", "cat") and any(name in command.text for name in ("keyring", "trusted.gpg"))


def _stops_reading(command: Command) -> bool:
    """Whether the command may end before its input does, so the program that writes to it gets SIGPIPE."""
    words = [word.value for word in command.args]
    flags = [word for word in words if word[:1] == "-" and word[:2] != "--"]
    if command.name in ("grep", "egrep", "fgrep"):
        return any("q" in flag or "m" in flag for flag in flags) or "--quiet" in words
    if command.name in ("awk", "gawk", "mawk"):
        return any("exit" in word for word in words)
    return command.name == "head" or (command.name == "sed" and any(word.rstrip("}; ").endswith("q") for word in words))
