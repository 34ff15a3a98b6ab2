"""Expands words like BuildKit: quotes, escapes, variables, and words that open a heredoc."""

from __future__ import annotations

from .source import WHITESPACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

_NAME = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz0123456789"
_SPECIAL_PARAMETERS = "@*#?-$!"
_MISSING_BRACE = "syntax error: missing '}'"
_MISSING_SLASH = "syntax error: missing '/' in ${}"
# What Go prints for the end of the text in place of a character.
_END = "\ufffd"
# Go's text/scanner skips one at the start of a word or pattern.
_BOM = "\ufeff"
# The blanks after `<<` that belong to its word; and Go's `\s` before the name of a heredoc.
_HEREDOC_BLANK = "\t\r "
_GO_BLANK = "\t\n\f\r "
_MAX_DESCRIPTOR = 2**64 - 1
_MAX_GROWTH = 65_536
"""How many characters the values of variables may add to one word: a few lines of ENV can describe gigabytes."""
_MAX_MATCHED = 4_096
"""The longest value that `#`, `%` and `/` are applied to; each start of a match may read all of it."""
_NO_NAMES: frozenset[str] = frozenset()


class ExpansionError(ValueError):
    """BuildKit cannot expand the word; the message is BuildKit's, without `failed to process "…": `."""


class ExpansionTooLong(ExpansionError):
    """The word is valid, but its expansion is too long to be made."""


class Expansion:
    """A word after expansion.

    `text`: the word with quotes and escapes removed and variables replaced
    `words`: `text` split at unquoted white space
    `matched`, `unmatched`: names of the variables that are, or are not, in the environment
    """

    __slots__ = ("matched", "text", "unmatched", "words")

    def __init__(
        self,
        text: str,
        words: list[str],
        matched: set[str] | frozenset[str],
        unmatched: set[str] | frozenset[str],
    ) -> None:
        self.text = text
        self.words = words
        self.matched = matched
        self.unmatched = unmatched


class HeredocWord:
    """A word that opens a heredoc: `3<<-"EOF"` has name EOF, chomp True, expand False, fd 3."""

    __slots__ = ("chomp", "expand", "fd", "name")

    def __init__(self, name: str, chomp: bool, expand: bool, fd: int) -> None:
        self.name = name
        self.chomp = chomp
        self.expand = expand
        self.fd = fd


def expand(
    word: str,
    env: Mapping[str, str],
    escape: str = "\\",
    *,
    raw_quotes: bool = False,
    raw_escapes: bool = False,
    skip_unset: bool = False,
    skip_quotes: bool = False,
) -> Expansion:
    """Expand `word` with the variables of `env`.

    `raw_quotes`, `raw_escapes`: keep quotes and escape characters in the result
    `skip_unset`: keep references to variables that are not in `env`
    `skip_quotes`: quotes are ordinary characters (in the body of a COPY heredoc)

    Raises ExpansionError if BuildKit rejects the word, and ExpansionTooLong, which is one, for several hundred nested
    substitutions and where variables add more than _MAX_GROWTH characters.
    """
    if _is_plain(word, escape) and _is_one_field(word):
        return Expansion(word, [word], _NO_NAMES, _NO_NAMES)
    reader = _Reader(word, env, escape, raw_quotes, skip_unset, skip_quotes)
    words = _Words()
    text = reader.read_all(raw_escapes, words)
    return Expansion(text, words.finish(), reader.matched, reader.unmatched)


def expand_text(word: str, env: Mapping[str, str], escape: str = "\\") -> str:
    """The text of `expand(word, env, escape)`. Raises ExpansionError."""
    if _is_plain(word, escape):
        return word
    return _Reader(word, env, escape, False, False, False).read_all(False, None)


def split_words(line: str) -> list[str]:
    """The words of a logical line in which BuildKit looks for heredocs, with their quotes and escapes.

    Empty if the line cannot be expanded: BuildKit ignores the error, and an unbalanced quote hides all heredocs of the
    line. The escape character is always the backslash.
    """
    try:
        return expand(line, {}, raw_quotes=True, raw_escapes=True, skip_unset=True).words
    except ExpansionError:
        return []


def parse_heredoc_word(word: str) -> HeredocWord | None:
    """The heredoc that `word`, one of `split_words`, opens; None if it opens none.

    Follows `^(\\d*)<<(-?)\\s*([^<]*)$` in BuildKit's parser. The escape character is always the backslash, and any
    quote in the name turns off expansion of the body. Raises ExpansionError for unbalanced quotes.
    """
    digits, found, rest = word.partition("<<")
    if not found or (digits and not (digits.isascii() and digits.isdigit())):
        return None
    chomp = rest.startswith("-")
    name = rest[chomp:].lstrip(_GO_BLANK)
    if not name or "<" in name:
        return None
    words = expand(name, {}, skip_unset=True).words
    if len(words) != 1:
        return None
    raw = expand(name, {}, raw_quotes=True, skip_unset=True).words
    if len(raw) != 1:
        raise ExpansionError(f"internal lexing of heredoc produced inconsistent results: {name}")
    return HeredocWord(words[0], chomp, words == raw, _descriptor(digits))


def variable_references(word: str, escape: str = "\\", *, skip_quotes: bool = False) -> list[tuple[str, int, int]]:
    """The variables in `word`: name, start and end of the whole reference (`$X`, `${X:-$Y}`), in order.

    Includes variables in modifiers of others, and none in single quotes. Never raises: what BuildKit rejects is read
    like a shell would, up to the next `}`, as `word` may be shell text.
    """
    found: list[tuple[str, int, int]] = []
    if "$" not in word:
        return found
    unclosed: list[tuple[int, bool]] = []  # index in `found`, and whether it is in double quotes
    at, end, in_quotes = 0, len(word), False
    while at < end:
        char = word[at]
        if char == "$":
            name, after, closed = _reference(word, at)
            if name is not None:
                if not closed:
                    unclosed.append((len(found), in_quotes))
                    in_quotes = False
                found.append((name, at, after if closed else end))
            at = after
        elif char == escape:
            at += 1 if in_quotes and word[at + 1 : at + 2] not in ('"', "$", escape) else 2
        elif char == '"' and not skip_quotes:
            in_quotes = not in_quotes
            at += 1
        elif char == "'" and not skip_quotes and not in_quotes:
            at = max(at, word.find("'", at + 1)) + 1
        else:
            at += 1
            if char == "}" and unclosed and not in_quotes:
                index, in_quotes = unclosed.pop()
                name, start, _ = found[index]
                found[index] = (name, start, at)
    return found


def _reference(word: str, at: int) -> tuple[str | None, int, bool]:
    """The name after the `$` at `at`, or None; the next index; whether the reference ends there."""
    start = at + 1
    if word[start : start + 1] != "{":
        end = _name_end(word, start)
        return (word[start:end] if end > start else None), end, True
    start += 1
    end = _name_end(word, start)
    name, char = word[start:end], word[end : end + 1]
    if name and char in ("", "}"):
        return name, min(end + 1, len(word)), True
    if name or char in ("+", "%", "/"):
        return name, end + (char in (":", "+", "-", "?", "#", "%", "/")), False
    return None, start, True


def _name_end(word: str, at: int) -> int:
    """The end of the variable name at `at`: digits, one special parameter, or letters, digits and `_`."""
    end = len(word)
    if at < end and word[at] in _SPECIAL_PARAMETERS:
        return at + 1
    if at < end and word[at].isdecimal():
        while at < end and word[at].isdecimal():
            at += 1
        return at
    while at < end and _is_name_character(word[at]):
        at += 1
    return at


def _is_name_character(char: str) -> bool:
    # Go's unicode.IsLetter and unicode.IsDigit.
    return char in _NAME or (char > "\x7f" and (char.isalpha() or char.isdecimal()))


def _is_plain(word: str, escape: str) -> bool:
    return not ("$" in word or escape in word or '"' in word or "'" in word or _BOM in word)


def _is_one_field(word: str) -> bool:
    """Whether `word` has text and no white space; False for \\x1c to \\x1f, which are space only in Python."""
    fields = word.split(None, 1)
    return len(fields) == 1 and len(fields[0]) == len(word)


def _descriptor(digits: str) -> int:
    # Go's ParseUint stops at the largest value; Python's int() rejects thousands of digits.
    significant = digits.lstrip("0")
    return min(int(significant or "0"), _MAX_DESCRIPTOR) if len(significant) <= 20 else _MAX_DESCRIPTOR


def _unsupported(modifier: str) -> ExpansionError:
    return ExpansionError(f"unsupported modifier ({modifier}) in substitution")


class _Words:
    """Collects the words of an expansion: unquoted space ends a word, empty words are dropped."""

    __slots__ = ("pending", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.pending = ""

    def add(self, text: str) -> None:
        """Add unquoted text."""
        if _is_one_field(text):
            self.pending += text
            return
        start = 0
        for at, char in enumerate(text):
            if char in WHITESPACE:
                self.pending += text[start:at]
                self.finish()
                start = at + 1
        self.pending += text[start:]

    def add_quoted(self, text: str) -> None:
        """Add text that does not end a word."""
        self.pending += text

    def drop(self) -> None:
        """Forget the current word."""
        self.pending = ""

    def finish(self) -> list[str]:
        """End the current word; returns all words so far."""
        if self.pending:
            self.words.append(self.pending)
            self.pending = ""
        return self.words


class _Reader:
    """One pass over a word, from `at` on.

    BuildKit's error messages depend on how far it has read, therefore `at` is exact when an error is raised.
    """

    __slots__ = (
        "at",
        "env",
        "escape",
        "matched",
        "nested",
        "quotes",
        "raw_escapes",
        "raw_quotes",
        "room",
        "skip_unset",
        "unmatched",
        "word",
    )

    def __init__(
        self, word: str, env: Mapping[str, str], escape: str, raw_quotes: bool, skip_unset: bool, skip_quotes: bool
    ) -> None:
        self.word = word[1:] if word.startswith(_BOM) else word
        self.env = env
        self.escape = escape
        self.raw_quotes = raw_quotes
        self.raw_escapes = False
        self.skip_unset = skip_unset
        self.quotes = "" if skip_quotes else "\"'"
        self.at: int = 0
        self.nested = False
        self.room = _MAX_GROWTH
        self.matched: set[str] = set()
        self.unmatched: set[str] = set()

    def read_all(self, raw_escapes: bool, words: _Words | None) -> str:
        try:
            return self.read("", raw_escapes, words)
        except RecursionError:
            raise ExpansionTooLong("substitutions are nested too deeply") from None

    def read(self, stop: str, raw_escapes: bool, words: _Words | None = None) -> str:
        """The text up to the character `stop`, or to the end of the word; adds its words to `words`."""
        outer, self.raw_escapes = self.raw_escapes, raw_escapes
        word, escape, quotes = self.word, self.escape, self.quotes
        special = f"${escape}{stop}{quotes}" if words is None else f"${escape}{stop}{quotes}<"
        parts: list[str] = []
        at, end = self.at, len(word)
        while at < end:
            start = at
            while at < end and word[at] not in special:
                at += 1
            if at > start:
                parts.append(word[start:at])
                if words is not None:
                    words.add(parts[-1])
                if at == end:
                    break
            char = word[at]
            if char == stop:
                self.at, self.raw_escapes = at + 1, outer
                return "".join(parts)
            self.at = at
            part = self.special(char)
            at = self.at
            parts.append(part)
            if words is not None:
                if self.nested:
                    # BuildKit reads a modifier into the buffer of the current word, which is lost.
                    self.nested = False
                    words.drop()
                if char == "$":
                    words.add(part)
                else:
                    words.add_quoted(part)
        self.at = end
        if stop:
            raise ExpansionError(f"unexpected end of statement while looking for matching {stop}")
        return "".join(parts)

    def special(self, char: str) -> str:
        """The replacement of the special character `char` at `at` and what belongs to it."""
        if char == "$":
            return self.variable()
        if char == '"':
            return self.double_quoted()
        if char == "'":
            return self.single_quoted()
        if char == "<":
            return self.redirection()
        word, start = self.word, self.at
        self.at = min(start + 2, len(word))
        return word[start if self.raw_escapes else start + 1 : self.at]

    def redirection(self) -> str:
        # The blanks after `<<` belong to the word: `<< EOF` opens a heredoc, `<<- EOF` does not.
        word, start = self.word, self.at
        self.at = start + 1
        if word.startswith("<<", start):
            self.at = len(word) - len(word[start + 2 :].lstrip(_HEREDOC_BLANK))
        return word[start : self.at]

    def single_quoted(self) -> str:
        start = self.at
        end = self.word.find("'", start + 1)
        if end < 0:
            self.at = len(self.word)
            raise ExpansionError("unexpected end of statement while looking for matching single-quote")
        self.at = end + 1
        return self.word[start : end + 1] if self.raw_quotes else self.word[start + 1 : end]

    def double_quoted(self) -> str:
        word, escape = self.word, self.escape
        parts = ['"'] if self.raw_quotes else []
        at, end = self.at + 1, len(word)
        while at < end:
            start = at
            while at < end and word[at] not in '"$' and word[at] != escape:
                at += 1
            if at > start:
                parts.append(word[start:at])
                continue
            char = word[at]
            at += 1
            if char == '"':
                self.at = at
                if self.raw_quotes:
                    parts.append(char)
                return "".join(parts)
            if char == "$":
                self.at = at - 1
                parts.append(self.variable())
                at = self.at
                continue
            if self.raw_escapes:
                parts.append(char)
            if at < end and (word[at] in '"$' or word[at] == escape):
                char = word[at]
                at += 1
            # An escape that escapes nothing is kept, in addition to the one that `raw_escapes` keeps.
            parts.append(char)
        self.at = end
        raise ExpansionError("unexpected end of statement while looking for matching double-quote")

    def variable(self) -> str:
        """The value of the reference whose `$` is at `at`."""
        word = self.word
        dollar = self.at
        start = dollar + 1
        if word[start : start + 1] != "{":
            self.at = end = _name_end(word, start)
            return self.plain_value(word[start:end], word[dollar:end]) if end > start else "$"
        self.at = start = start + 1
        if start == len(word):
            raise ExpansionError(_MISSING_BRACE)
        if word[start] in "{}:":
            raise ExpansionError("syntax error: bad substitution")
        end = _name_end(word, start)
        name, char = word[start:end], word[end : end + 1]
        self.at = min(end + 1, len(word))
        if char == "}":
            return self.plain_value(name, word[dollar : self.at])
        if char == "/":
            return self.replaced(name)
        if char and char in ":+-?#%":
            return self.modified(name, char)
        raise _unsupported(char or _END)

    def lookup(self, name: str) -> str | None:
        value = self.env.get(name)
        (self.unmatched if value is None else self.matched).add(name)
        return value

    def plain_value(self, name: str, reference: str) -> str:
        value = self.lookup(name)
        if value is None:
            return reference if self.skip_unset else ""
        return self.added(value)

    def added(self, value: str) -> str:
        """The same text, which becomes a part of the result. Raises ExpansionTooLong."""
        self.room -= len(value)
        if self.room < 0:
            raise ExpansionTooLong("the expansion is too long")
        return value

    def argument(self, stop: str, raw_escapes: bool, missing: str) -> str:
        """The text of a modifier up to `stop`; `missing` is the message for any error at the end of the word."""
        try:
            text = self.read(stop, raw_escapes)
        except ExpansionError:
            if self.at == len(self.word):
                raise ExpansionError(missing) from None
            raise
        self.nested = True
        return text

    def modified(self, name: str, modifier: str) -> str:
        """The value of `${name:-argument}` and the like, read from after the first character of the modifier."""
        operator, colon = modifier, modifier == ":"
        if colon:
            operator = self.word[self.at : self.at + 1] or _END
            modifier += operator
            self.at = min(self.at + 1, len(self.word))
        trims = operator in "#%"
        if colon and trims:
            raise _unsupported(modifier)
        argument = self.argument("}", trims, _MISSING_BRACE)
        value = self.lookup(name)
        if value is None and self.skip_unset:
            return f"${{{name}{modifier}{argument}}}"
        if trims:
            return _trimmed(self.searched(value or ""), argument, operator)
        if operator not in "+-?":
            raise _unsupported(modifier)
        if value is not None and (value or not colon):
            return argument if operator == "+" else self.added(value)
        if operator == "?":
            default = "is not allowed to be unset" if value is None else "is not allowed to be empty"
            raise ExpansionError(f"{name}: {argument or default}")
        return argument if operator == "-" else ""

    def replaced(self, name: str) -> str:
        """The value of `${name/pattern/replacement}`, read from after the first slash."""
        everywhere = self.word.startswith("/", self.at)
        self.at += everywhere
        pattern = self.argument("/", True, _MISSING_SLASH)
        replacement = self.argument("}", True, _MISSING_BRACE)
        value = self.lookup(name)
        if value is None:
            if self.skip_unset:
                return f"${{{name}/{pattern}/{replacement}}}"
            value = ""
        regex = _regex(pattern, True)
        self.searched(value)
        if everywhere:
            return self.added(_replace_all(regex, value, replacement, self.room))
        found = regex.search(value)
        return value[: found.start()] + replacement + value[found.end() :] if found else value

    def searched(self, value: str) -> str:
        """The same text, in which a pattern is searched. Raises ExpansionTooLong."""
        if len(value) > _MAX_MATCHED:
            raise ExpansionTooLong("the value is too long for a pattern")
        return self.added(value)


def _trimmed(value: str, pattern: str, operator: str) -> str:
    """`value` without the shortest matching prefix (#) or suffix (%); the longest if the operator is doubled."""
    longest = pattern.startswith(operator)
    if longest:
        pattern = pattern[1:]
    if operator == "#":
        found = _regex(pattern, longest).match(value)
        return value[found.end() :] if found else value
    found = _regex(_reversed_pattern(pattern), longest).match(value[::-1])
    return value[: len(value) - found.end()] if found else value


def _reversed_pattern(pattern: str) -> str:
    """`pattern` reversed, with escapes still before what they escape."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        size = 2 if pattern[at] == "\\" else 1
        parts.append(pattern[at : at + size])
        at += size
    return "".join(reversed(parts))


def _regex(pattern: str, longest: bool) -> re.Pattern[str]:
    """The regular expression for the glob `pattern`, with greedy stars if `longest`.

    Every star except the last stops at the first place where what follows matches (an atomic group). For globs this
    finds the same match as BuildKit's expression, without backtracking. Raises ExpansionError for an unknown escape.
    """
    import re

    pieces = [""]
    at = 1 if pattern.startswith(_BOM) else 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            pieces.append("")
            continue
        if char == "\\":
            char = pattern[at : at + 1] or _END
            at += 1
            if char not in "*?\\}/":
                raise ExpansionError(f"invalid pattern ({pattern}) in substitution: invalid escape '\\{char}'")
            pieces[-1] += re.escape(char)
        else:
            pieces[-1] += "." if char == "?" else re.escape(char)
    first, *stars = pieces
    if stars:
        *stars, last = stars
        first += "".join(f"(?>.*?{piece})" for piece in stars) + (".*" if longest else ".*?") + last
    return re.compile(first)


def _replace_all(regex: re.Pattern[str], value: str, replacement: str, room: int) -> str:
    """Go's ReplaceAllString: unlike in Python's `sub`, an empty match directly after another is not replaced.

    Raises ExpansionTooLong for more than `room` characters.
    """
    parts: list[str] = []
    at = last = 0
    while at <= len(value):
        found = regex.search(value, at)
        if found is None:
            break
        start, end = found.span()
        parts.append(value[last:start])
        if end > last or start == 0:
            parts.append(_filled(replacement, found.group()))
            room -= max(len(parts[-1]), len(replacement))
            if room < 0:
                raise ExpansionTooLong("the expansion is too long")
        last = end
        at = max(end, at + 1)
    parts.append(value[last:])
    return "".join(parts)


def _filled(template: str, match: str) -> str:
    """Go's Regexp.Expand for an expression without groups: `$0` is the match, any other name is empty, `$$` is `$`."""
    parts: list[str] = []
    while "$" in template:
        before, _, template = template.partition("$")
        parts.append(before)
        start = end = 1 if template.startswith("{") else 0
        while end < len(template) and _is_name_character(template[end]):
            end += 1
        if template.startswith("$"):
            parts.append("$")
            template = template[1:]
        elif end == start or (start and template[end : end + 1] != "}"):
            parts.append("$")
        else:
            parts.append(match if template[start:end] == "0" else "")
            template = template[end + start :]
    parts.append(template)
    return "".join(parts)
