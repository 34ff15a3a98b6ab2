"""Programs that run another command, and which of their arguments are that command."""

from __future__ import annotations

from .command import Word, takes_next_word
from .quoting import NAME_CHARS, join_with_spaces, unquote_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .command import Command
    from .source import MappedText

    Expansions = list[tuple[int, int]]

SHELL_PROGRAMS = frozenset(("sh", "bash", "ash", "dash", "zsh", "ksh", "mksh", "rbash"))


class _Wrapper:
    """Where the command begins in the arguments of a wrapper.

    `valued`: flags with a value
    `stops`: flags with which it runs no command, `needs`: flags of which one is required to run it
    `operands`: number of operands before the command, `assigns`: assignments (`A=1`) may come before it
    """

    __slots__ = ("assigns", "needs", "operands", "stops", "valued")

    def __init__(
        self, valued: str = "", stops: str = "", needs: str = "", operands: int = 0, assigns: bool = False
    ) -> None:
        self.valued = frozenset(valued.split())
        self.stops = frozenset(stops.split())
        self.needs = frozenset(needs.split())
        self.operands = operands
        self.assigns = assigns


_PLAIN = _Wrapper()
# From the manual pages. The string that `env -S` splits is not read.
WRAPPERS = {
    "builtin": _PLAIN,
    "catchsegv": _PLAIN,
    "command": _Wrapper(stops="-v -V"),
    "doas": _Wrapper("-u -C -a", stops="-L -s"),
    "dumb-init": _Wrapper("-r --rewrite"),
    "eatmydata": _PLAIN,
    "env": _Wrapper("-u -C --unset --chdir", stops="-S --split-string", assigns=True),
    "exec": _Wrapper("-a"),
    "gosu": _Wrapper(operands=1),
    "ionice": _Wrapper("-c -n --class --classdata", stops="-p -P -u --pid --pgid --uid"),
    "nice": _Wrapper("-n --adjustment"),
    "nohup": _PLAIN,
    "runuser": _Wrapper("-u -g -G --user --group --supp-group", needs="-u --user"),
    "setsid": _PLAIN,
    "stdbuf": _Wrapper("-i -o -e --input --output --error"),
    "su-exec": _Wrapper(operands=1),
    "sudo": _Wrapper(
        "-u -g -h -p -C -D -R -r -t -T -U --user --group --host --prompt --close-from --chdir --chroot --role --type"
        " --command-timeout --other-user",
        stops="-e -l -v -V -K --edit --list --validate --version --remove-timestamp",
        assigns=True,
    ),
    "time": _Wrapper("-f -o --format --output"),
    "timeout": _Wrapper("-k -s --kill-after --signal", operands=1),
    "tini": _Wrapper("-p -e"),
}

_XARGS = _Wrapper(
    "-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-chars --max-procs --process-slot-var"
)
_SU_VALUED = frozenset(
    ["-c", "-s", "-g", "-G", "-w", "--command", "--session-command", "--shell", "--group", "--supp-group"]
)
_FIND_EXEC = frozenset(("-exec", "-execdir", "-ok", "-okdir"))
_AFTER_TIME = frozenset(("!", "{"))
SCRIPT_RUNNERS = SHELL_PROGRAMS | {"su", "runuser", "eval"}
COMMAND_RUNNERS = SCRIPT_RUNNERS | {"xargs", "find"}


def strip_wrappers(words: Sequence[Word]) -> tuple[int, list[str], list[tuple[str, Word]]]:
    """The index in `words` of the command after its wrappers, their names, and the variables that they set."""
    at = 0
    names: list[str] = []
    assigned: list[tuple[str, Word]] = []
    while True:
        name = words[at].base_name()
        wrapper = WRAPPERS.get(name)
        first = wrapper and _first_operand(words, at + 1, wrapper)
        if not wrapper or not first:
            break
        first += wrapper.operands
        found: list[tuple[str, Word]] = []
        while wrapper.assigns and first < len(words) and (assignment := _assignment(words[first])):
            found.append(assignment)
            first += 1
        while name == "time" and first < len(words) and words[first].text in _AFTER_TIME:
            first += 1
        if first >= len(words):
            break
        names.append(name)
        assigned += found
        at = first
    return at, names, assigned


def _first_operand(words: Sequence[Word], at: int, wrapper: _Wrapper) -> int:
    """The index of the first word that is not a flag of the wrapper; 0 if it runs no command."""
    lacks = bool(wrapper.needs)
    while at < len(words):
        value = words[at].value
        if value[:1] != "-":
            break
        at += 1
        if value == "--":
            break
        names = {value[:2], value.partition("=")[0]}
        if names & wrapper.stops:
            return 0
        lacks = lacks and not names & wrapper.needs
        if value != "-" and takes_next_word(value, wrapper.valued):
            at += 1
    return 0 if lacks else at


def _assignment(word: Word) -> tuple[str, Word] | None:
    """Read `NAME=value`."""
    name, equals, value = word.value.partition("=")
    if not equals or not name or not NAME_CHARS.issuperset(name) or name[0].isdigit():
        return None
    return name, Word(word.script, word.start_index + word.text.find("=") + 1, word.end_index, value, word.dynamic)


def nested_command_words(command: Command) -> Iterator[tuple[str, tuple[Word, ...]]]:
    """The commands that `xargs` and `find -exec` run: label for the context, and words."""
    words = command.words
    if command.name == "xargs":
        first = _first_operand(words, 1, _XARGS)
        if first < len(words):
            yield "xargs", words[first:]
    elif command.name == "find":
        start = 0
        for index, word in enumerate(words):
            value = word.value
            if start and (value == ";" or (value == "+" and words[index - 1].value == "{}")):
                if index > start:
                    yield "find -exec", words[start:index]
                start = 0
            elif not start and value in _FIND_EXEC:
                start = index + 1


def nested_script(command: Command) -> tuple[str, MappedText, Expansions] | None:
    """The script that is an argument of a shell, `su` or `eval`; None if there is none.

    Returns the label for the context, the script, and the places in it of expansions that the outer shell makes.
    """
    if command.name == "eval":
        args = command.args
        if not args or any(word.dynamic for word in args):
            return None
        return "eval", join_with_spaces([word.mapped_value() for word in args]), []
    word = _su_script(command) if command.name in ("su", "runuser") else _shell_operand(command)[0]
    if word is None:
        return None
    if not word.dynamic:
        return "sh -c", word.mapped_value(), []
    return "sh -c", *unquote_word(word.script, word.start_index, word.end_index)


def reads_script_from_stdin(command: Command) -> bool:
    """Whether the command is a shell that reads its script from standard input."""
    if command.name in SHELL_PROGRAMS:
        return _shell_operand(command)[1]
    return command.name == "su" and _su_script(command) is None


def _shell_operand(command: Command) -> tuple[Word | None, bool]:
    """The script after `-c`, and whether the script comes from standard input instead."""
    script = standard_input = False
    words = command.words
    at = 1
    while at < len(words):
        value = words[at].value
        if value[:1] not in ("-", "+"):
            break
        at += 1
        if value in ("--", "-"):
            break
        if value in ("--rcfile", "--init-file"):
            at += 1
        elif value[1:2] != "-":
            script = script or (value[0] == "-" and "c" in value)
            standard_input = standard_input or (value[0] == "-" and "s" in value)
            at += value.count("o") + value.count("O")
    operand = words[at] if at < len(words) else None
    if script:
        return operand, False
    return None, operand is None or standard_input or operand.value == "/dev/stdin"


def _su_script(command: Command) -> Word | None:
    words = command.words
    for index, word in enumerate(words):
        value = word.value
        if not index or value[:1] != "-" or len(value) < 2:
            continue
        if value.startswith("--command="):
            return Word(word.script, word.start_index + word.text.find("=") + 1, word.end_index)
        is_flag = value == "--command" or (value[1] != "-" and value[-1] == "c")
        if is_flag and index + 1 < len(words) and takes_next_word(value, _SU_VALUED):
            return words[index + 1]
    return None
