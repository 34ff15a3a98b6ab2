"""Shell commands, their words, and the script that contains them."""

from __future__ import annotations

from .quoting import is_plain, unquote, unquote_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .source import MappedText

# The longest path on Linux. A substitution used as program, and nested ones, may be as long as the script.
LONGEST_PATH = 4096


class Word:
    """One word of a shell command, `script.text[start_index:end_index]`; unquoted on demand."""

    __slots__ = ("_dynamic", "_value", "end_index", "script", "start_index")

    def __init__(
        self, script: MappedText, at: int, to: int, value: str | None = None, dynamic: bool | None = None
    ) -> None:
        self.script = script
        self.start_index = at
        self.end_index = to
        self._value = value
        self._dynamic = dynamic

    def __repr__(self) -> str:
        return f"Word({self.text!r})"

    @property
    def text(self) -> str:
        """The word as written, quotes included."""
        return self.script.text[self.start_index : self.end_index]

    @property
    def value(self) -> str:
        """The word without quotes and escapes; expansions, globs and `~` as written."""
        if self._value is None:
            self._read()
        return self._value or ""

    @property
    def dynamic(self) -> bool:
        """Whether it contains an expansion (`$X`, `${X}`, `$(..)`, `..` in backticks, `<(..)`)."""
        if self._dynamic is None:
            self._read()
        return bool(self._dynamic)

    @property
    def start(self) -> int:
        """Offset in the file."""
        return self.script.offset(self.start_index)

    @property
    def end(self) -> int:
        """Offset in the file, exclusive."""
        return (
            self.script.end_offset(self.end_index)
            if self.end_index > self.start_index
            else self.script.offset(self.start_index)
        )

    def mapped_value(self) -> MappedText:
        """The value with its offsets in the file."""
        if self._value == self.script.text[self.start_index : self.end_index]:
            return self.script.slice(self.start_index, self.end_index)
        return unquote_word(self.script, self.start_index, self.end_index)[0]

    def base_name(self) -> str:
        """The last part of the word as a path, or "" if that part contains an expansion."""
        if self.end_index - self.start_index > LONGEST_PATH:
            return ""
        value = self.value
        if not self.dynamic:
            return value[value.rfind("/") + 1 :]
        known = ""
        for piece, _, expands in unquote(self.text):
            known = "\0" if expands else known + piece
        name = known[known.rfind("/") + 1 :]
        return "" if "\0" in name else name

    def _read(self) -> None:
        text = self.script.text[self.start_index : self.end_index]
        if is_plain(text):
            self._value = text
            dynamic = False
        elif text.startswith("$(") and len(text) > LONGEST_PATH:
            # No command has such a name; to find its end would take as long again for each substitution in it.
            self._value = text
            dynamic = True
        else:
            pieces = unquote(text)
            self._value = "".join([value for value, _, _ in pieces])
            dynamic = any(expands for _, _, expands in pieces)
        if self._dynamic is None:
            self._dynamic = dynamic


class Redirect:
    """A redirection of a command.

    `operator`: as written, with the file descriptor before it (`2>`)
    `target`: the file, file descriptor, heredoc delimiter or here-string; None for `2>&-`
    """

    __slots__ = ("end", "operator", "start", "target")

    def __init__(self, operator: str, target: Word | None, start: int, end: int) -> None:
        self.operator = operator
        self.target = target
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"Redirect({self.operator!r}, {self.target!r})"


class Command:
    """One simple command, without the wrappers that run it.

    `name`: base name of the program, "" if it is dynamic or there are only assignments or redirects
    `words`: the program and its arguments
    `wrappers`: the programs before it (`sudo`, `env`), outermost first
    `operator_before`, `operator_after`: "&&", "||", ";", "|", "|&", "&", a line feed, or "" at the ends of a list
    `context`: the constructs around it, outermost first: "if", "condition", "subshell", "sh -c" …
    """

    __slots__ = (
        "_at",
        "_script",
        "_to",
        "assignments",
        "context",
        "name",
        "operator_after",
        "operator_before",
        "redirects",
        "words",
        "wrappers",
    )

    def __init__(
        self,
        name: str,
        words: tuple[Word, ...],
        wrappers: tuple[str, ...],
        assignments: tuple[tuple[str, Word], ...],
        redirects: tuple[Redirect, ...],
        joined: tuple[str, str],
        context: tuple[str, ...],
        place: tuple[MappedText, int, int],
    ) -> None:
        self.name = name
        self.words = words
        self.wrappers = wrappers
        self.assignments = assignments
        self.redirects = redirects
        self.operator_before, self.operator_after = joined
        self.context = context
        self._script, self._at, self._to = place

    def __repr__(self) -> str:
        return f"Command({self.text!r})"

    @property
    def args(self) -> tuple[Word, ...]:
        """The words after the program."""
        return self.words[1:]

    @property
    def script(self) -> MappedText:
        """The script that contains the command."""
        return self._script

    @property
    def start_index(self) -> int:
        """Where the whole command begins in its script."""
        return self._at

    @property
    def end_index(self) -> int:
        """Where the whole command ends in its script."""
        return self._to

    @property
    def start(self) -> int:
        """Offset in the file of the whole command, wrappers, assignments and redirects included."""
        return self._script.offset(self._at)

    @property
    def end(self) -> int:
        """Offset in the file of the end of the whole command, without heredoc bodies."""
        return self._script.end_offset(self._to)

    @property
    def text(self) -> str:
        """The words as written, joined by blanks, for messages."""
        return " ".join([word.text for word in self.words])

    def flags(self) -> list[Word]:
        """The arguments that begin with a dash, up to a `--`; without a lone `-`."""
        found: list[Word] = []
        for word in self.words[1:]:
            value = word.value
            if value == "--":
                break
            if value[:1] == "-" and value != "-":
                found.append(word)
        return found

    def has(self, *flags: str) -> bool:
        """Whether one of `flags` is given: `--long` (also `--long=x`), `-x` (also in a cluster, `-yx`)."""
        return any(_gives(word.value, flag) for word in self.flags() for flag in flags)

    def option(self, *flags: str) -> Word | str | None:
        """The value of the first of `flags`: the next word, or what follows `=` or the letter.

        None if there is no such flag, or nothing follows it. The value of `-o=x` is `x`.
        """
        words = self.words
        for index, word in enumerate(words):
            value = word.value
            if not index or value[:1] != "-" or value == "-":
                continue
            if value == "--":
                break
            for flag in flags:
                attached = _attached(value, flag)
                if attached:
                    return attached[1:] if attached[0] == "=" else attached
                if attached is not None:
                    return words[index + 1] if index + 1 < len(words) else None
        return None

    def operands(self, valued: Collection[str] = ()) -> list[Word]:
        """The arguments that are neither flags nor values of the flags in `valued`."""
        found: list[Word] = []
        words = self.words
        at = 1
        while at < len(words):
            value = words[at].value
            if value == "--":
                return [*found, *words[at + 1 :]]
            if value[:1] != "-" or value == "-":
                found.append(words[at])
            elif takes_next_word(value, valued):
                at += 1
            at += 1
        return found


class Script:
    """A parsed shell script.

    `commands`: every simple command in source order, including nested ones; empty if `dialect` is not a Unix shell
    `error`: parts of the script could not be parsed
    """

    __slots__ = ("commands", "dialect", "error", "text")

    def __init__(self, commands: Sequence[Command], dialect: str, error: bool, text: str) -> None:
        self.commands = tuple(commands)
        self.dialect = dialect
        self.error = error
        self.text = text

    def top_level(self) -> list[Command]:
        """The commands outside of any construct."""
        return [command for command in self.commands if not command.context]


def _cluster(value: str) -> str:
    """The letters of `-abc`: all letters and digits, or only the first one if `=` or `:` follow.

    `-qO-` and `-xzC/usr` are clusters followed by a value, `-oDpkg::Options` is one flag.
    """
    end = 1
    while end < len(value) and value[end].isalnum():
        end += 1
    return value[1:2] if value[end : end + 1] in ("=", ":", "_", ",") else value[1:end]


def _gives(value: str, flag: str) -> bool:
    if value == flag or value.startswith(flag + "="):
        return True
    return len(flag) == 2 and value[1] != "-" and flag[1] in _cluster(value)


def _attached(value: str, flag: str) -> str | None:
    """What follows `flag` in the argument `value`, with its `=`; None if the flag is not in it."""
    if value == flag:
        return ""
    if value.startswith(flag + "="):
        return value[len(flag) :]
    if len(flag) == 2 and value[1] != "-" and flag[1] in _cluster(value):
        return value[value.index(flag[1], 1) + 1 :]
    return None


def takes_next_word(value: str, valued: Collection[str]) -> bool:
    """Whether the next word is the value of a flag in `valued` that is, or ends the cluster, `value`."""
    if value in valued:
        return True
    if value[1] == "-":
        return False
    for index, letter in enumerate(_cluster(value), 1):
        if "-" + letter in valued:
            return index == len(value) - 1
    return False
