"""The arguments of a package manager's call: the program behind its launchers, options, verb and operands."""

from __future__ import annotations

from .managers import MANAGER_BY_PROGRAM, PackageManager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...syntax.command import Word

    Option = tuple[str, str | None, Word]

# Programs that start another one: how the other one is named.
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
_LAUNCHER_VALUED = ("-d", "-c", "-W", "-X", "-r", "--require", "-p", "--package")
_VERSIONED = ("pip", "gem", "bundle", "bundler")


def base_name(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def find_manager(name: str) -> PackageManager | None:
    """The manager of that base name: pip3.12, mvnw, yarn-4.1.0.cjs."""
    manager = MANAGER_BY_PROGRAM.get(name)
    if manager is None and name[-1:].isdigit():
        bare = name.rstrip("0123456789.-")
        return MANAGER_BY_PROGRAM.get(bare) if bare in _VERSIONED else None
    if manager is None and name.startswith("yarn-") and name.endswith((".cjs", ".js")):
        return MANAGER_BY_PROGRAM["yarn"]
    return manager


def launched_manager(program: str, words: Sequence[Word]) -> tuple[str, Sequence[Word]] | None:
    """The program that another one starts, and the words from it on, when it is a manager."""
    kind = LAUNCHERS.get(program) or LAUNCHERS.get(program.rstrip("0123456789."))
    if kind is None and words[0].dynamic:
        kind = "python"  # $PYTHON -m pip
    if kind is None:
        return None
    at = 1
    while at < len(words) and (words[at].value[:1] == "-" or (kind == "exec" and words[at].value == "exec")):
        value = words[at].value
        if value[1:2] != "-":
            if kind == "python" and "m" in value:
                return _module(words, at)
            if kind == "shell" and "c" in value:
                return None
        at += 2 if value in _LAUNCHER_VALUED else 1
    if at >= len(words):
        return None
    name = base_name(words[at].value)
    if kind == "npx":
        name = name.partition("@")[0]
    return (name, words[at:]) if find_manager(name) is not None else None


def _module(words: Sequence[Word], at: int) -> tuple[str, Sequence[Word]] | None:
    """`python -m pip install` and `python -mpip install`: pip and what follows."""
    name = words[at].value.partition("m")[2]
    if not name and at + 1 < len(words):
        at += 1
        name = words[at].value
    return (name, words[at:]) if find_manager(name) is not None else None


class CallArguments:
    """The words behind the program: options, verb, operands."""

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
        self.verb_complete = manager.flag_verbs  # the verb is complete
        self.leading_options = 0  # options in front of the verb
        self.rest = 0  # where the command of an "exec" begins
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
        """What stands behind `--`."""
        if self.meaning == "exec":
            self.rest = at if at < len(self.words) else 0
        elif self.manager.packages_after_dashes:
            for word in self.words[at:]:
                if word.value[:1] != "-":
                    self._operand(word)

    def _takes_value(self, flag: str) -> bool:
        manager = self.manager
        if flag in manager.valued_flags or (manager.single_dash_options and flag[1:] in manager.valued_flags):
            return True
        if not self.verb_complete:
            return flag in manager.valued_before_verb
        return flag in manager.valued_by_verb.get(self.meaning, ())

    def _flag(self, at: int) -> int:
        """Read the flag or cluster of flags at `at`; returns where to go on."""
        word = self.words[at]
        text = word.value
        if text[1] != "-" and not self.manager.single_dash_options:
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
        """`npm install --audit false x`: npm and yarn take the word for the value of the switch."""
        style, words = self.manager.style, self.words
        return style == "npm" and at < len(words) and words[at].value in ("true", "false")

    def _value(self, flag: str, at: int) -> int:
        """The flag at `at` whose value is the next word."""
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
        """The next word of the verb, or the first operand when it ended before."""
        manager = self.manager
        path = f"{self.path} {word.value}" if self.path else word.value
        if path not in manager.verbs and path not in manager.groups and self.path:
            if f"{self.path} *" in manager.groups:
                self.path += " *"
                return
            self._settle()
            self._operand(word)
            return
        self.path = path
        self.verb_word = word
        if path not in manager.groups:
            self._settle()
        if manager.takes_goals:
            self.operands.append(word)

    def _settle(self) -> None:
        self.verb_complete = True
        self.leading_options = len(self.options)
        self.meaning = self.manager.verbs.get(self.path, self.manager.default)

    def _finish(self) -> None:
        if self.manager.flag_verbs:
            self._verb_of_flags()
        elif self.manager.takes_goals:
            self._verb_of_goals()
        elif self.path:
            if not self.verb_complete:
                self._settle()
        else:
            asks = any(flag in ("--version", "-v", "-V", "--help", "-h") for flag, _, _ in self.options)
            self.meaning = "other" if asks else self.manager.verbs.get("", "other")
            self.leading_options = len(self.options)

    def _verb_of_goals(self) -> None:
        """`mvn clean package`, `gradle :app:build`: the goal that does most."""
        goals = [(self._goal(word.value), word) for word in self.operands]
        for meaning in ("install", "build", "run", "restore"):
            for found, word in goals:
                if found == meaning:
                    self.meaning, self.path, self.verb_word = meaning, word.value, word
                    return
        self.meaning = "other"

    def _goal(self, goal: str) -> str:
        verbs = self.manager.verbs
        return verbs.get(goal) or verbs.get(goal.rpartition(":")[2]) or self.manager.default

    def _verb_of_flags(self) -> None:
        """`pacman -Syu vim`: the verb is in the flags; the first word is a package."""
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
            # The answer that --noconfirm gives to "remove ALL files from cache?" is no.
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
    """Is it a variable by whose name flags are meant ($APT_OPTS)?"""
    name = value[1:].strip("{}").upper()
    return value[:1] == "$" and name.endswith(("OPT", "OPTS", "OPTIONS", "FLAGS", "ARGS"))
