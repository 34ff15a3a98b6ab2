"""Parses a Dockerfile: lines, continuations, comments, directives, heredocs, and the arguments of every instruction.

Tolerant: after an instruction that BuildKit rejects, an error is recorded and parsing continues.
Source of the grammar: BuildKit frontend/dockerfile/parser (parser.go, directives.go, line_parsers.go).
"""

from __future__ import annotations

from .expand import ExpansionError, parse_heredoc_word, split_words
from .instruction_checks import KEYWORDS, check_instruction, not_a_comment, shortened, suggest
from .instruction_words import (
    BLANKS,
    NotStringArrayError,
    blank_separated_words,
    json_strings,
    quoted_words,
    split_flags,
)
from .source import WHITESPACE, MappedText, Source
from .tree import (
    INSTRUCTION_CLASSES,
    Argument,
    Comment,
    Directive,
    Dockerfile,
    Flag,
    Heredoc,
    Instruction,
    KeyValuePair,
    ParseError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .expand import HeredocWord

MAX_LINE = 65_535
"""Longest physical line in bytes (Go's bufio.MaxScanTokenSize minus one)."""

_SPLITTING, _READING = 0, 1
_HEREDOC_KEYWORDS = frozenset(("RUN", "COPY", "ADD"))
_JSON_OR_TEXT = frozenset(("RUN", "CMD", "ENTRYPOINT", "SHELL"))
_JSON_OR_WORDS = frozenset(("COPY", "ADD", "VOLUME"))
_BLANK_WORDS = frozenset(("FROM", "EXPOSE"))
_WHOLE = frozenset(("MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"))
_DIRECTIVES = frozenset(("syntax", "escape", "check"))


class LineError(Exception):
    """BuildKit's parser rejects a line; the message says why."""


def parse(source: Source) -> Dockerfile:
    """Parse a Dockerfile. Never raises: syntax errors are in `errors` of the result."""
    return _Parser(source).parse()


class _Parser:
    __slots__ = (
        "comments",
        "directives",
        "errors",
        "escape",
        "instructions",
        "last_lines",
        "leading",
        "lines",
        "source",
        "staged",
        "starts",
    )

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = source.text.split("\n")
        self.starts = source.line_starts
        if not self.lines[-1]:
            self.lines.pop()
        self.escape = "\\"
        self.directives: list[Directive] = []
        self.instructions: list[Instruction] = []
        self.comments: list[Comment] = []
        self.leading: list[Comment] = []
        self.errors: list[ParseError] = []
        self.staged = False
        self.last_lines: dict[str, int] | None = None

    def parse(self) -> Dockerfile:
        lines = self.lines
        if max(map(len, lines), default=0) > MAX_LINE // 4:
            self._long_lines()
        self._read_directives()
        number = 0
        while number < len(lines):
            text, start = self._line(number)
            stripped = text.lstrip(WHITESPACE)
            start += len(text) - len(stripped)
            number += 1
            if not stripped:
                continue
            if stripped[0] == "#":
                self._comment(stripped, number, start, inside=False)
                continue
            number = self._instruction(stripped, start, number)
        if not self.instructions and not self.errors:
            what = "the file is empty" if not lines else "the file contains no instructions"
            self._error(f"{what}; start with FROM", max(1, len(lines)), 0, 0, _SPLITTING)
        self.errors.sort(key=lambda error: (error.phase, error.line))
        return Dockerfile(
            self.source, self.escape, self.directives, self.instructions, self.comments, tuple(self.errors)
        )

    def _line(self, number: int) -> tuple[str, int]:
        """Text of a physical line (counted from 0) without line ending and byte order mark, and its offset."""
        text, start = self.lines[number], self.starts[number]
        if number == 0 and text.startswith("\ufeff"):
            text, start = text[1:], start + 1
        return text.rstrip("\r"), start

    def _long_lines(self) -> None:
        """Report the lines that are too long for BuildKit."""
        for number, (text, start) in enumerate(zip(self.lines, self.starts, strict=False), 1):
            if len(text.encode("utf-8", "surrogateescape")) > MAX_LINE:
                self._error(
                    f"the line is longer than {MAX_LINE:,} bytes, which BuildKit rejects; split it",
                    number,
                    start,
                    start + len(text),
                    _SPLITTING,
                )

    def _error(self, message: str, line: int, start: int, end: int, phase: int) -> None:
        self.errors.append(ParseError(message, line, start, end, phase))

    def _comment(self, text: str, line: int, start: int, *, inside: bool) -> None:
        comment = Comment(text[1:].strip(WHITESPACE), line, start, start + len(text), inside)
        self.comments.append(comment)
        if not inside:
            self.leading.append(comment)

    # Directives ------------------------------------------------------------------------------------------------

    def _read_directives(self) -> None:
        """Read the parser directives at the top of the file.

        BuildKit reads them twice: `escape` may be indented, but not follow a `#!` line; `syntax` and `check` may follow
        a `#!` line, but not be indented.
        """
        first = 1 if self.lines and self._line(0)[0].startswith("#!") else 0
        for directive in self._directive_lines(first, indented=False):
            if directive.name != "escape" or not first:
                self.directives.append(directive)
        for directive in () if first else self._directive_lines(0, indented=True):
            if directive.name == "escape":
                if directive.value in ("\\", "`"):
                    self.escape = directive.value
                else:
                    self._error(
                        f"invalid escape `{directive.value}`; use ` or \\",
                        max(1, directive.line - 1),
                        directive.start,
                        directive.end,
                        _SPLITTING,
                    )

    def _directive_lines(self, first: int, *, indented: bool) -> list[Directive]:
        found: dict[str, Directive] = {}
        for number in range(first, len(self.lines)):
            text, start = self._line(number)
            stripped = text.lstrip(WHITESPACE) if indented else text
            name, equals, value = stripped[1:].partition("=")
            name = name.strip("\t\n\f\r ").lower()
            value = value.strip("\t\n\f\r ")
            if not stripped.startswith("#") or not equals or name not in _DIRECTIVES or not value:
                break
            directive = Directive(name, value, number + 1, start + len(text) - len(stripped), start + len(text))
            if name in found:
                if indented:
                    self._error(
                        f"duplicate parser directive {name}; remove this one",
                        number,
                        directive.start,
                        directive.end,
                        _SPLITTING,
                    )
                break
            found[name] = directive
        return list(found.values())

    # Instructions ----------------------------------------------------------------------------------------------

    def _instruction(self, text: str, start: int, number: int) -> int:
        """Read the instruction that begins with `text` on line `number` (from 1); returns its last line."""
        first_line = number
        empty = 0
        kept, goes_on = self._without_continuation(text)
        pieces = [(kept, start)]
        end = start + len(text)
        while goes_on and number < len(self.lines):
            text, at = self._line(number)
            number += 1
            stripped = text.lstrip(WHITESPACE)
            if not stripped:
                empty = number
                continue
            if stripped[0] == "#":
                self._comment(stripped, number, at + len(text) - len(stripped), inside=True)
                continue
            kept, goes_on = self._without_continuation(text)
            pieces.append((kept, at))
            end = at + len(text)
        logical = MappedText(pieces[0][0], (0,), (start,)) if len(pieces) == 1 else MappedText.join(pieces)
        try:
            instruction = self._node(logical, start, first_line)
        except LineError as refusal:
            self._error(str(refusal), first_line, start, end, _SPLITTING)
            self.leading = []
            return number
        instruction.end, instruction.end_line = end, number
        instruction.comments, self.leading = self.leading, []
        if empty:
            instruction.empty_continuation = number
        number = self._heredocs(instruction, number)
        trigger = instruction.trigger
        while trigger is not None:
            trigger.end, trigger.end_line = instruction.end, instruction.end_line
            trigger = trigger.trigger
        self._accept(instruction)
        return number

    def _accept(self, instruction: Instruction) -> None:
        """Add the instruction and its errors; only one error for consecutive unknown instructions."""
        known = instruction.name in KEYWORDS
        before = self.instructions[-1] if self.instructions else None
        self.instructions.append(instruction)
        if not known:
            if before is None or before.name in KEYWORDS:
                self._error(
                    f"unknown instruction `{shortened(instruction.keyword)}`; {self._advice(instruction, before)}",
                    instruction.start_line,
                    instruction.start,
                    instruction.keyword_end,
                    _READING,
                )
            return
        for message, argument in check_instruction(instruction):
            where = argument or instruction
            self._error(message, instruction.start_line, where.start, where.end, _READING)
        if instruction.name == "FROM":
            self.staged = True
        elif not self.staged and instruction.name != "ARG":
            self._error(
                f"only ARG may appear before the first FROM; move {instruction.name} after it",
                instruction.start_line,
                instruction.start,
                instruction.keyword_end,
                _READING,
            )

    def _advice(self, instruction: Instruction, before: Instruction | None) -> str:
        """The remedy for an unknown instruction."""
        keyword = instruction.keyword
        if any(char in WHITESPACE for char in keyword):
            return "replace the no-break or other Unicode space after it with an ordinary space"
        near = suggest(keyword)
        lacks = f"is a `{self.escape}` missing on the line before?"
        if not near:
            return lacks if before else "start with FROM"
        # Shell commands are in lower case, and FROM is not followed by any.
        goes_on = before is not None and before.name != "FROM" and before.end_line == instruction.start_line - 1
        return f"did you mean {near}, or {lacks}" if goes_on and keyword.islower() else f"did you mean {near}?"

    def _without_continuation(self, text: str) -> tuple[str, bool]:
        """The line without its continuation, and whether it has one: a single escape at the end, then only blanks."""
        trimmed = text.rstrip(" \t")
        escape = self.escape
        if trimmed.endswith(escape) and (len(trimmed) == 1 or trimmed[-2] != escape):
            return trimmed[:-1], True
        return text, False

    def _node(self, logical: MappedText, start: int, line: int) -> Instruction:
        """The instruction on a logical line, with its ONBUILD trigger. Raises LineError."""
        end = len(logical.text.rstrip(WHITESPACE))
        instruction = node = _head(logical, 0, end, start, line)
        # A loop, as ONBUILD may follow ONBUILD any number of times; that is rejected later.
        while node.name == "ONBUILD" and node.arguments_index < end:
            trigger = _head(logical, node.arguments_index, end, logical.offset(node.arguments_index), line)
            node.trigger, trigger.parent = trigger, node
            node = trigger
        try:
            self._read_arguments(node, node.arguments_index, end)
        except NotStringArrayError:
            raise LineError("a JSON array may only contain strings here; put every element in double quotes") from None
        return instruction

    def _read_arguments(self, instruction: Instruction, rest: int, end: int) -> None:
        name, logical = instruction.name, instruction.logical
        text = logical.text
        if name in ("ENV", "LABEL", "ARG"):
            self._read_pairs(instruction, rest, end)
        elif name == "HEALTHCHECK":
            kind_end = rest
            while kind_end < end and text[kind_end] not in WHITESPACE:
                kind_end += 1
            command = kind_end
            while command < end and text[command] in WHITESPACE:
                command += 1
            if kind_end > rest:
                words = [_argument(logical, rest, kind_end)]
                instruction.arguments = words + self._json_or_text(instruction, command, end)
        elif name in _JSON_OR_TEXT:
            instruction.arguments = self._json_or_text(instruction, rest, end)
        elif name in _JSON_OR_WORDS:
            strings = self._json(instruction, rest, end)
            instruction.arguments = strings if strings is not None else _words(logical, rest, end)
        elif name in _BLANK_WORDS:
            instruction.arguments = _words(logical, rest, end)
        elif name in _WHOLE and rest < end:
            instruction.arguments = (_argument(logical, rest, end),)

    def _json_or_text(self, instruction: Instruction, rest: int, end: int) -> list[Argument]:
        strings = self._json(instruction, rest, end)
        if strings is not None:
            return strings
        return [_argument(instruction.logical, rest, end)] if rest < end else []

    def _json(self, instruction: Instruction, rest: int, end: int) -> list[Argument] | None:
        logical = instruction.logical
        if not logical.text.startswith("[", rest, end):
            return None
        strings = json_strings(logical.text, rest, end)
        if strings is None:
            return None
        instruction.json = True
        return [_argument(logical, s.start, s.end, s.value) for s in strings]

    def _read_pairs(self, instruction: Instruction, rest: int, end: int) -> None:
        logical, name = instruction.logical, instruction.name
        text = logical.text
        words = list(quoted_words(text, rest, end, self.escape))
        if words and name != "ARG" and "=" not in words[0][0]:
            key_end = rest
            while key_end < end and text[key_end] not in BLANKS:
                key_end += 1
            value = key_end
            while value < end and text[value] in BLANKS:
                value += 1
            if value == key_end:
                raise LineError(f"{name} must have two arguments; write {name} key=value")
            pair = KeyValuePair(_argument(logical, rest, key_end), _argument(logical, value, end), legacy=True)
            instruction.pairs = (pair,)
            instruction.arguments = (pair.key, _argument(logical, value, end))
            return
        pairs: list[KeyValuePair] = []
        arguments: list[Argument] = []
        for word, start, stop in words:
            key, equals, _ = word.partition("=")
            argument = _argument(logical, start, stop)
            if not equals and name != "ARG":
                raise LineError(self._missing_equals(logical, word, start, name))
            arguments.append(argument)
            split = start + len(key)
            pairs.append(
                KeyValuePair(
                    _argument(logical, start, split) if equals else argument,
                    _argument(logical, split + 1, stop) if equals else None,
                    legacy=False,
                )
            )
        instruction.pairs, instruction.arguments = pairs, arguments

    def _missing_equals(self, logical: MappedText, word: str, start: int, name: str) -> str:
        """Why `word`, at `start` of the logical line, has no `=`: it begins a comment or the next instruction."""
        if word.startswith("#"):
            return not_a_comment(logical.text[start:], name)
        if word in KEYWORDS and start in logical.starts:
            return f"`{word}` is part of the {name} above, because the line before ends with `{self.escape}`; remove it"
        return f"missing = in `{word}`; write name=value, and put a value with spaces in double quotes"

    # Heredocs --------------------------------------------------------------------------------------------------

    def _heredocs(self, instruction: Instruction, number: int) -> int:
        """Read the heredoc bodies, which begin after line `number`; returns the number of the last line."""
        node = instruction.trigger or instruction
        text = instruction.logical.text
        if "<<" not in text or node.name not in _HEREDOC_KEYWORDS or node.json:
            return number
        try:
            words = [word for word in map(parse_heredoc_word, split_words(text)) if word is not None]
        except ExpansionError as error:
            self._error(
                f"invalid heredoc: {error}", instruction.start_line, instruction.start, instruction.end, _SPLITTING
            )
            return number
        heredocs: list[Heredoc] = []
        after = number
        for word in words:
            heredoc = self._heredoc(word, after)
            if heredoc is None:
                self._unterminated(instruction, word.name)
                return after
            heredocs.append(heredoc)
            after = self.source.line(heredoc.terminator_end)
        if heredocs:
            instruction.heredocs = node.heredocs = heredocs
            instruction.end, instruction.end_line = heredocs[-1].terminator_end, after
        return after

    def _heredoc(self, word: HeredocWord, number: int) -> Heredoc | None:
        """The heredoc whose body begins after line `number`; None if it is unterminated."""
        lines = self.lines
        if self.last_lines is not None and self.last_lines.get(word.name, -1) < number:
            return None
        for last in range(number, len(lines)):
            text = lines[last].rstrip("\r")
            if (text.lstrip("\t") if word.chomp else text) == word.name:
                start, end = self.starts[number], self.starts[last]
                body = self.source.text[start:end]
                return Heredoc(word.name, body, start, end + len(text), word.fd, word.expand, word.chomp)
        if self.last_lines is None:
            # Avoids reading the whole file again for the next unterminated heredoc.
            self.last_lines = {}
            for last, text in enumerate(lines):
                self.last_lines[text.rstrip("\r")] = self.last_lines[text.rstrip("\r").lstrip("\t")] = last
        return None

    def _unterminated(self, instruction: Instruction, name: str) -> None:
        self._error(
            f"unterminated heredoc: no line contains only `{name}`; if `<<` is meant for the shell, quote it",
            instruction.start_line,
            instruction.start,
            instruction.end,
            _SPLITTING,
        )


def _head(logical: MappedText, at: int, end: int, start: int, line: int) -> Instruction:
    """Keyword and flags of the instruction that begins at index `at` of the logical line."""
    text = logical.text
    while at < end and text[at] in WHITESPACE:
        at += 1
    keyword_end = at
    while keyword_end < end and text[keyword_end] not in BLANKS:
        keyword_end += 1
    keyword = text[at:keyword_end]
    instruction = INSTRUCTION_CLASSES.get(keyword.upper(), Instruction)(keyword, logical, at, start, line)
    rest = keyword_end
    while rest < end and text[rest] in BLANKS:
        rest += 1
    if text.startswith("--", rest, end):
        flags, rest = split_flags(text, rest, end)
        instruction.flags = [Flag(value, i, j, logical.offset(i), logical.end_offset(j)) for value, i, j in flags]
    while rest < end and text[rest] in WHITESPACE:
        rest += 1
    instruction.arguments_index = rest
    return instruction


def _argument(logical: MappedText, start: int, end: int, value: str | None = None) -> Argument:
    """The word at these indexes, with `value` if it contains escapes. An empty one has the end of what precedes it."""
    if end > start:
        return Argument(
            logical.text[start:end] if value is None else value,
            start,
            end,
            logical.offset(start),
            logical.end_offset(end),
        )
    offset = logical.end_offset(start)
    return Argument("", start, end, offset, offset)


def _words(logical: MappedText, rest: int, end: int) -> list[Argument]:
    return [_argument(logical, start, stop) for start, stop in blank_separated_words(logical.text, rest, end)]
