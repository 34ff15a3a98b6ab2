"""The arguments of a package manager call: program, options, verb and operands; launchers are skipped."""

from __future__ import annotations

from ...syntax.command import Word
from .managers import MANAGER_BY_PROGRAM, PackageManager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Option = tuple[str, str | None, Word]

LAUNCHERS = {
    "python": "python",
    "pypy": "python",
    "php": "script",
    "node": "script",
    "ruby": "script",
    "sh": "shell",
    "bash": "shell",
    "ash": "shell",
    "dash": "shell",
    "corepack": "npx",
    "npx": "npx",
    "bunx": "npx",
    "pyenv": "exec",
    "rbenv": "exec",
}
"""Programs that start another one, with how that one is named."""

_LAUNCHER_VALUED = ("-d", "-c", "-W", "-X", "-r", "--require", "-p", "--package")
_VERSIONED = ("pip", "gem", "bundle", "bundler")


def base_name(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def find_manager(name: str) -> PackageManager | None:
    """The manager with that base name (pip3.12, mvnw, yarn-4.1.0.cjs), or None."""
    manager = MANAGER_BY_PROGRAM.get(name)
    if manager is None and name[-1:].isdigit():
        bare = name.rstrip("0123456789.-")
        return MANAGER_BY_PROGRAM.get(bare) if bare in _VERSIONED else None
    if manager is None and name.startswith("yarn-") and name.endswith((".cjs", ".js")):
        return MANAGER_BY_PROGRAM["yarn"]
    return manager


def launched_manager(program: str, words: Sequence[Word]) -> tuple[str, Sequence[Word]] | None:
    """The package manager that `program` starts, with the words from it on; None for any other program.

    `words` is the whole command: `python -m pip install x` gives "pip" and the words from `pip` on.
    """
    kind = LAUNCHERS.get(program) or LAUNCHERS.get(program.rstrip("0123456789."))
    if kind is None and words[0].dynamic:
        kind = "python"  # $PYTHON -m pip
    if kind is None:
        return None
    name, at = _launched_name(kind, words)
    return (name, words[at:]) if find_manager(name) is not None else None


def _launched_name(kind: str, words: Sequence[Word]) -> tuple[str, int]:
    """The base name of the launched program, "" if there is none, and the index of its word."""
    at = 1
    while at < len(words) and (words[at].value[:1] == "-" or (kind == "exec" and words[at].value == "exec")):
        value = words[at].value
        if value[1:2] != "-":
            if kind == "python" and "m" in value:
                return _module_name(words, at)
            if kind == "shell" and "c" in value:
                return "", at
        at += 2 if value in _LAUNCHER_VALUED else 1
    name = base_name(words[at].value) if at < len(words) else ""
    return name.partition("@")[0] if kind == "npx" else name, at


def _module_name(words: Sequence[Word], at: int) -> tuple[str, int]:
    """`pip` and its index in `python -m pip install` and `python -mpip install`; `at` is the index of -m."""
    name = words[at].value.partition("m")[2]
    if not name and at + 1 < len(words):
        return words[at + 1].value, at + 1
    return name, at


class CallArguments:
    """Reads the words after the program.

    `meaning`: what the verb means (see managers.py), `path`: the verb as typed, `verb_word`: its last word
    `options`: flag, value and word of each; the first `leading_options` come before the verb
    `rest`: index of the command that an "exec" verb runs, 0 for none
    `uncertain`: a variable may hide the verb or flags
    """

    __slots__ = (
        "leading_options",
        "manager",
        "meaning",
        "operands",
        "options",
        "path",
        "rest",
        "uncertain",
        "verb_complete",
        "verb_word",
        "words",
    )

    def __init__(self, manager: PackageManager, words: Sequence[Word]) -> None:
        self.manager = manager
        self.words = words
        self.options: list[Option] = []
        self.operands: list[Word] = []
        self.path = ""
        self.meaning = ""
        self.verb_word: Word | None = None
        self.verb_complete = manager.verbs.are_flags
        self.leading_options = 0
        self.rest = 0
        self.uncertain = False
        self._read()
        self._finish()

    def _read(self) -> None:
        words, at = self.words, 1
        while at < len(words):
            word = words[at]
            value = word.value
            if value == "--":
                self._tail(at + 1)
                return
            if value[:1] == "-" and len(value) > 1:
                at = self._flag(at)
                continue
            self._operand(word)
            if self.operands and self.meaning == "exec":
                self.rest = at
                return
            at += 1

    def _tail(self, at: int) -> None:
        """The arguments after `--`."""
        if self.meaning == "exec":
            self.rest = at if at < len(self.words) else 0
        elif self.manager.options.packages_after_dashes:
            for word in self.words[at:]:
                if word.value[:1] != "-":
                    self._operand(word)

    def _takes_value(self, flag: str) -> bool:
        manager = self.manager
        if flag in manager.options.valued or (manager.options.single_dash and flag[1:] in manager.options.valued):
            return True
        if not self.verb_complete:
            return flag in manager.options.before_verb
        return flag in manager.options.by_verb.get(self.meaning, ())

    def _flag(self, at: int) -> int:
        """Reads the flag or cluster of flags at `at`; returns the index of the next argument."""
        word = self.words[at]
        text = word.value
        if text[1] != "-" and not self.manager.options.single_dash:
            return self._cluster(word, at)
        flag, equals, value = text.partition("=")
        if equals:
            self.options.append((flag, value, word))
            return at + 1
        if self._takes_value(flag) or self._is_switch_value(at + 1):
            return self._value(flag, at)
        self.options.append((flag, None, word))
        return at + 1

    def _is_switch_value(self, at: int) -> bool:
        """`npm install --audit false x`: npm and yarn read `false` as the value of the switch."""
        style, words = self.manager.version_syntax, self.words
        return style == "npm" and at < len(words) and words[at].value in ("true", "false")

    def _value(self, flag: str, at: int) -> int:
        """Reads the flag at `at`, whose value is the next word."""
        if at + 1 < len(self.words):
            self.options.append((flag, self.words[at + 1].value, self.words[at + 1]))
        else:
            self.options.append((flag, None, self.words[at]))
        return at + 2

    def _cluster(self, word: Word, at: int) -> int:
        """`-yq`, `-qq`, `-q=2`, `-rfile`, `-yt sid`."""
        letters = word.value[1:]
        for i, letter in enumerate(letters):
            flag, rest = "-" + letter, letters[i + 1 :]
            if self._takes_value(flag):
                if not rest:
                    return self._value(flag, at)
                self.options.append((flag, rest.removeprefix("="), word))
                break
            if rest[:1] == "=":
                self.options.append((flag, rest[1:], word))
                break
            if not letter.isalnum():
                break
            self.options.append((flag, None, word))
        return at + 1

    def _operand(self, word: Word) -> None:
        if self.verb_complete:
            if word.dynamic and _hides_flags(word.value):
                self.uncertain = True
            else:
                self.operands.append(word)
            return
        value = word.value
        if not self.path and (value[:1] == "+" or (value[:1] == "_" and value[-1:] == "_")):
            return  # cargo +nightly build, bundle _2.1.4_ install
        if not self.path and word.dynamic and value[:1] in ("$", "`"):
            self.uncertain = True
            return
        self._verb(word)

    def _verb(self, word: Word) -> None:
        """Reads the next word of the verb, or the first operand if the verb is complete."""
        manager = self.manager
        path = f"{self.path} {word.value}" if self.path else word.value
        if path not in manager.verbs.by_name and path not in manager.verbs.prefixes and self.path:
            if f"{self.path} *" in manager.verbs.prefixes:
                self.path += " *"
                return
            self._complete_verb()
            self._operand(word)
            return
        self.path = path
        self.verb_word = word
        if path not in manager.verbs.prefixes:
            self._complete_verb()
        if manager.verbs.are_goals:
            self.operands.append(word)

    def _complete_verb(self) -> None:
        self.verb_complete = True
        self.leading_options = len(self.options)
        self.meaning = self.manager.verbs.by_name.get(self.path, self.manager.verbs.default)

    def _finish(self) -> None:
        if self.manager.verbs.are_flags:
            self._verb_of_flags()
        elif self.manager.verbs.are_goals:
            self._verb_of_goals()
        elif self.path:
            if not self.verb_complete:
                self._complete_verb()
        else:
            asks = any(flag in ("--version", "-v", "-V", "--help", "-h") for flag, _, _ in self.options)
            self.meaning = "other" if asks else self.manager.verbs.by_name.get("", "other")
            self.leading_options = len(self.options)

    def _verb_of_goals(self) -> None:
        """`mvn clean package`, `gradle :app:build`: the goal that does the most."""
        goals = [(self._goal(word.value), word) for word in self.operands]
        for meaning in ("install", "build", "run", "restore"):
            for found, word in goals:
                if found == meaning:
                    self.meaning, self.path, self.verb_word = meaning, word.value, word
                    return
        self.meaning = "other"

    def _goal(self, goal: str) -> str:
        verbs = self.manager.verbs.by_name
        return verbs.get(goal) or verbs.get(goal.rpartition(":")[2]) or self.manager.verbs.default

    def _verb_of_flags(self) -> None:
        """`pacman -Syu vim`: the verb is a flag, the first operand is a package."""
        names = [flag for flag, _, _ in self.options]
        for flag, _, word in self.options:
            if flag in _PACMAN:
                self.verb_word, self.path = word, word.value
                self.meaning = self._pacman(_PACMAN[flag], names)
                return
        self.meaning = "other"

    def _pacman(self, operation: str, flags: list[str]) -> str:
        if operation != "sync":
            return operation
        if any(flag in flags for flag in ("-s", "--search", "-i", "--info", "-l", "--list", "-g", "--groups")):
            return "other"
        if flags.count("-c") + flags.count("--clean") > 1:
            # --noconfirm answers "no" to "remove ALL files from cache?".
            return "other" if "--noconfirm" in flags else "clean"
        if self.operands:
            return "install"
        if "-u" in flags or "--sysupgrade" in flags:
            return "upgrade"
        return "update-index" if "-y" in flags or "--refresh" in flags else "other"


_PACMAN = {
    "-S": "sync",
    "--sync": "sync",
    "-U": "install",
    "--upgrade": "install",
    "-R": "remove",
    "--remove": "remove",
}


def _hides_flags(value: str) -> bool:
    """Whether it is a variable whose name suggests flags ($APT_OPTS)."""
    name = value[1:].strip("{}").upper()
    return value[:1] == "$" and name.endswith(("OPT", "OPTS", "OPTIONS", "FLAGS", "ARGS"))


def known_flags(word: Word, value_of: Callable[[str], str | None]) -> Sequence[Word]:
    """The words of a variable that holds flags, at its position; empty for all other words.

    `$P` gives `-y` and `-q` if `values` has `-y -q` for P. In double quotes, the value is one word.
    """
    if "$" not in word.text or not word.dynamic:
        return ()
    text = value_of(word.value[1:].removeprefix("{").removesuffix("}")) or ""
    parts = [text] if word.text[:1] == '"' else text.split()
    if not any(part[:1] == "-" for part in parts):
        return ()
    return [Word(word.script, word.start_index, word.end_index, part, True) for part in parts]


def may_hold_flags(words: Sequence[Word], value_of: Callable[[str], str | None]) -> bool:
    """Whether one of the words is a variable with flags, by its known value or its name."""
    return any(word.dynamic and (_hides_flags(word.value) or known_flags(word, value_of)) for word in words)
