"""The words that variables and parameters of a shell script may expand to."""

from __future__ import annotations

import posixpath
import re

from .container_start import script_commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ....syntax.command import Command

    Variants = list[list[str]]

_PARAMETERS = re.compile(r"\$(?:[@*]|\{[@*](?::\s*(\d+))?\})")
_PARAMETER = re.compile(r"\$(?:(\d)|\{(\d)(?::?[-=](.*))?\})", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:\[[@*]\])?(?:(:?[-=+?])(.*))?\})", re.DOTALL)
_LOOKUP = re.compile(r"(?:\$\(|`)\s*(?:which|command -v|type -p)\s+([\w./-]+)\s*(?:\)|`)")
_SCRIPT_DIRECTORY = re.compile(r"""\$\(\s*(?:cd\s.*)?dirname\s.*(?:\$0|BASH_SOURCE).*\)""", re.DOTALL)
_REFERENCE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=(.*)", re.DOTALL)
_LOOP = re.compile(r"\bfor\s+([A-Za-z_]\w*)\s+in\s+([^;\n]+)")
_DECLARING = frozenset(("export", "declare", "local", "readonly", "typeset"))
_LONGEST_DIRECTORY = 300
_MOST_VARIANTS = 40
_MOST_WORDS = 200
"""More words than the command lines of scripts have."""
_MOST_LEVELS = 8


class ShellValues:
    """The possible values in a script: every assignment counts, whichever branch it is in.

    `variables` are those of the environment with known values, `arguments` the words that the script gets, `script`
    its path in the image, `functions` the names of its functions, whose arguments count as those of the script.
    """

    def __init__(
        self,
        commands: Sequence[Command],
        variables: Mapping[str, str],
        arguments: Sequence[str] = (),
        script: str = "",
        functions: Collection[str] = (),
    ) -> None:
        self._variables = variables
        self._script = script
        self._assigned: dict[str, list[str]] = {}
        self._values: dict[str, Variants | None] = {}
        self._parameters: Variants = [list(arguments)]
        for name, texts in _LOOP.findall(commands[0].script.text) if commands else ():
            self._assigned.setdefault(name, []).extend(texts.split())
        for command in commands:
            self._read_assignments(command)
            operands = [word.text for word in command.args]
            if command.name == "set" and "--" in operands:
                self._add_parameters(operands[operands.index("--") + 1 :])
            elif command.name in functions:
                self._add_parameters(operands)
        if any(command.name == "shift" for command in commands):
            rests = [rest[at:] for rest in self._parameters for at in range(len(rest) + 1)]
            self._parameters = _distinct(rests)

    def _add_parameters(self, operands: Sequence[str]) -> None:
        if len(self._parameters) < _MOST_VARIANTS:
            self._parameters = _distinct([*self._parameters, *(self._words(operands) or [])])

    def _read_assignments(self, command: Command) -> None:
        if not command.words:
            for name, word in command.assignments:
                self._assigned.setdefault(name, []).append(word.text)
        elif command.name == ":":
            for word in command.args:
                default = _VARIABLE.fullmatch(word.text.strip('"'))
                if default is not None and (default[3] or "").endswith("="):
                    self._assigned.setdefault(default[2], []).append(default[4])
        elif command.name in _DECLARING:
            for word in command.args:
                match = _ASSIGNMENT.fullmatch(word.text)
                if match is not None:
                    self._assigned.setdefault(match[1], []).append(match[2])

    def words(self, command: Command) -> Variants | None:
        """The possible words of a command; None when it is unknown what it runs.

        An argument with an unknown value stays as written. Of `timeout $FLAG $SECONDS program`, two words may be
        arguments of the wrapper.
        """
        if not any(word.dynamic for word in command.words):
            return [[word.value for word in command.words]]
        words = [word.text if word.dynamic else word.value for word in command.words]
        found = self._words(words)
        if found is None and "timeout" in command.wrappers:
            found = self._words(words[1:])
        return found

    def _words(self, texts: Sequence[str], level: int = 0) -> Variants | None:
        """The possible words of several words as written; None when the first one is unknown."""
        found: Variants = [[]]
        for text in texts:
            variants = self._expansions(text, level) if "$" in text or "`" in text else [[_unquoted(text)]]
            if variants is None:
                if not all(found):
                    return None
                variants = [[text]]
            found = _distinct(before + after for before in found for after in variants)
        return found

    def text(self, text: str, level: int = 0) -> str:
        """A word without quotes, with the variables replaced that have one known value."""

        def value(match: re.Match[str]) -> str:
            known = self._known(match[1] or match[2], level)
            return " ".join(known[0]) if known and len(known) == 1 else match[0]

        if self._script and len(text) < _LONGEST_DIRECTORY:
            text = _SCRIPT_DIRECTORY.sub(posixpath.dirname(self._script).replace("\\", ""), text)
        return _REFERENCE.sub(value, _unquoted(text))

    def _expansions(self, text: str, level: int) -> Variants | None:
        """The possible expansions of one word as written; None when its value is unknown."""
        if level >= _MOST_LEVELS:
            return None
        inner = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
        if _PARAMETERS.fullmatch(inner) is not None:
            return self._all_parameters(inner)
        one = _PARAMETER.fullmatch(inner)
        if one is not None:
            return self._one_parameter(int(one[1] or one[2]), one[3], level)
        variable = _VARIABLE.fullmatch(inner)
        if variable is not None:
            return self._variable(variable, level)
        lookup = _LOOKUP.fullmatch(inner)
        if lookup is not None:
            return [[lookup[1]]]
        value = self.text(text, level)
        # A path may begin with a substitution; a name may not.
        name = value.rpartition(")")[2] if "$(" in value else value
        if "$(" in value and "/" not in name:
            return None
        name = name.rpartition("/")[2]
        return None if "$" in name or "`" in name else [[value]]

    def _all_parameters(self, text: str) -> Variants:
        first = _PARAMETERS.fullmatch(text)
        skipped = int(first[1]) - 1 if first is not None and first[1] else 0
        return _distinct(words[max(skipped, 0) :] for words in self._parameters)

    def _one_parameter(self, number: int, default: str | None, level: int) -> Variants | None:
        if not number:
            return [[self._script]] if self._script else None
        known = [words[number - 1 : number] for words in self._parameters]
        return _distinct([*known, *(self._split(default, level) or [] if default else [])])

    def _variable(self, match: re.Match[str], level: int) -> Variants | None:
        """The expansions of `$X`, `${X[@]}`, `${X:-default}`, `${X:+other}`; a default counts beside what is known."""
        operator, word = (match[3] or "").lstrip(":"), match[4] or ""
        if operator == "+":
            other = self._split(word, level)
            return None if other is None else _distinct([*other, []])
        known = self._known(match[1] or match[2], level)
        if operator not in ("-", "="):
            return known
        default = self._split(word, level)
        return None if default is None else _distinct([*(known or []), *default])

    def _known(self, name: str, level: int) -> Variants | None:
        """The values that a variable may have, each as its words; None when one of them is unknown."""
        if name not in self._values:
            # While it is computed, a reference to itself (`X="${X:-default}"`) is unknown.
            self._values[name] = None
            texts = [*self._assigned.get(name, ()), *([self._variables[name]] if name in self._variables else ())]
            variants = [self._split(text, level) for text in texts]
            known = [each for each in variants if each is not None]
            if known and len(known) == len(variants):
                self._values[name] = _distinct(words for each in known for words in each)
        return self._values[name]

    def _split(self, text: str, level: int) -> Variants | None:
        """The words in the text of a value: an array, a quoted or a plain text."""
        inner = text.strip()
        if len(inner) > 1 and ((inner[0] == inner[-1] and inner[0] in "\"'") or (inner[0] == "(" and inner[-1] == ")")):
            inner = inner[1:-1]
        commands = script_commands("- " + inner)
        if not commands:
            return None
        return self._words([word.text for word in commands[0].args], level + 1)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text.replace('"', "")


def _distinct(variants: Iterable[list[str]]) -> Variants:
    """The variants, each once, up to a limit."""
    return [list(words) for words in dict.fromkeys(tuple(words[:_MOST_WORDS]) for words in variants)][:_MOST_VARIANTS]
