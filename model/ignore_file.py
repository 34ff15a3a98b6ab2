""".dockerignore as BuildKit reads and matches it.

Follows github.com/moby/patternmatcher (`ignorefile.ReadAll`, `PatternMatcher`): patterns look like globs, are validated
with Go's filepath.Match, and are then translated to Go regular expressions.
"""

from __future__ import annotations

import os
import posixpath

from ..syntax.source import WHITESPACE
from .disk import MAX_CONFIG_BYTES, read_found

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from pathspec import PathSpec, RegexPattern

# Go's bufio.Scanner fails on a line of this many bytes.
_LONGEST_LINE = 65536
_MOST_JOINED = 500
"""How many patterns become one regular expression: compiling it takes 3 kB of memory for each."""
_MAX_QUOTED = 40
"""A longer pattern is cut in messages, which also have its line."""
# Characters with a special meaning in patterns.
_META = "*?[]\\^"

# One element of a Python regular expression, and whether it is a single character that is never a slash.
RegexPiece = tuple[str, bool]
_STAR: RegexPiece = ("[^/]*", False)
_ANY: RegexPiece = ("[^/]", True)
_REST = "(?s:.*)"
# Every regular expression here ends like this: `match` finds a path or a parent of it, `fullmatch` only the path.
_END = r"(?:/|\Z)"
_DIRECTORIES: RegexPiece = ("(?:.*/)?", False)
_SLASH: RegexPiece = ("/", False)
_DOLLAR: RegexPiece = (_END, False)
_INVALID: RegexPiece = ("[\\ufffd\\udc80-\\udcff]", True)
# What BuildKit's translation produces; a bare `*` remains when a bracket swallows the rest of its `[^/]*`.
_TRANSLATED: tuple[tuple[str, RegexPiece], ...] = (
    ("[^/]*", _STAR),
    ("(.*/)?", _DIRECTORIES),
    (".*", (".*", False)),
    ("$", _DOLLAR),
    ("^", (r"\A", False)),
    ("*", ("*", False)),
)

# Character classes of Go's regular expressions as pairs of first and last character.
_PERL = {"d": "09", "s": "\t\n\f\r  ", "w": "09AZ__az"}
_POSIX = {
    "alnum": "09AZaz",
    "alpha": "AZaz",
    "ascii": "\x00\x7f",
    "blank": "\t\t  ",
    "cntrl": "\x00\x1f\x7f\x7f",
    "digit": "09",
    "graph": "!~",
    "lower": "az",
    "print": " ~",
    "punct": "!/:@[`{~",
    "space": "\t\r  ",
    "upper": "AZ",
    "word": "09AZ__az",
    "xdigit": "09AFaf",
}
_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ASSERTIONS = {"A": r"\A", "b": r"(?a:\b)", "B": r"(?a:\B)", "z": r"(?=/|\Z)"}


class IgnoreError(ValueError):
    """BuildKit rejects the ignore file because of `line` (from 1)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class IgnoreRule:
    """One line of an ignore file: `text` as written, `pattern` as it is matched, without the `!`."""

    __slots__ = ("line", "negated", "pattern", "text")

    def __init__(self, text: str, pattern: str, negated: bool, line: int) -> None:
        self.text = text
        self.pattern = pattern
        self.negated = negated
        self.line = line

    def __repr__(self) -> str:
        return f"IgnoreRule({self.text!r}, {self.pattern!r}, {self.negated}, {self.line})"


class IgnoreFile:
    """The rules of one .dockerignore; the last one that matches a path or one of its parents decides."""

    __slots__ = ("_exceptions", "_groups", "_spec", "path", "rules")

    def __init__(self, rules: Iterable[IgnoreRule], path: str | None = None) -> None:
        self.rules = tuple(rules)
        self.path = path
        self._spec: PathSpec[RegexPattern] | None = None
        self._groups: list[tuple[bool, list[re.Pattern[str]]]] | None = None
        self._exceptions = [(_literal_start(rule.pattern), rule.pattern) for rule in self.rules if rule.negated]

    @classmethod
    def parse(cls, text: str, path: str | None = None) -> IgnoreFile:
        """Parse an ignore file; raises IgnoreError if BuildKit rejects it.

        A pattern that is invalid only as a regular expression (`[z-a]`, `a\\d\\c`) is rejected here too; BuildKit
        notices it only when it matches the first path.
        """
        rules: list[IgnoreRule] = []
        for line, written, pattern in parse_patterns(text):
            pattern = pattern.strip(WHITESPACE)
            if not pattern:
                continue
            # Cleaned again, now with the `!`: `!/` becomes `!`, and `!../../a` becomes `a`.
            pattern = clean_path(pattern)
            negated = pattern.startswith("!")
            if negated and len(pattern) == 1:
                raise IgnoreError('`!` without a pattern; BuildKit fails with: illegal exclusion pattern: "!"', line)
            rule = IgnoreRule(written, pattern[negated:], negated, line)
            _check_pattern(rule)
            rules.append(rule)
        return cls(rules, path)

    @property
    def has_exceptions(self) -> bool:
        """Whether any rule starts with `!`."""
        return bool(self._exceptions)

    def excluded(self, path: str) -> bool:
        """Whether `path` ("a/b", relative to the context) is ignored: BuildKit's MatchesOrParentMatches."""
        rule = self.deciding_rule(path)
        return rule is not None and not rule.negated

    def deciding_rule(self, path: str) -> IgnoreRule | None:
        """The last rule that matches `path` or one of its parents, or None."""
        spec = self._spec
        if spec is None:
            import re

            from pathspec import PathSpec, RegexPattern

            patterns = [RegexPattern(re.compile(python_regex(rule.pattern)), not rule.negated) for rule in self.rules]
            # The other backends of pathspec do not support Python's regular expressions.
            spec = self._spec = PathSpec(patterns, backend="simple")
        index = spec.check_file(clean_path(path), ()).index
        return None if index is None else self.rules[index]

    def match_using_parent(self, path: str, above: Sequence[bool]) -> tuple[bool, Sequence[bool]]:
        """Whether a walk from the root of the context excludes `path`, and the state to pass for its entries.

        `above` is the state returned for the parent directory; () at the root. This is MatchesUsingParentResults, which
        selects the files that are sent (tonistiigi/fsutil, filter.go). Unlike in `excluded`, `!dir` applies to the
        contents of the directory only if the directory itself was ignored before: with `**/*.log` and `!logs`,
        `logs/x.log` is not sent. What the walk includes but `excluded` does not has no content (`Open` there uses
        MatchesOrParentMatches), so it is reported as excluded too.
        """
        groups = self._groups or self._compile()
        is_excluded = False
        state: list[bool] = []
        for number, (negated, patterns) in enumerate(groups):
            hit = above[number] if above else False
            if not hit and negated == is_excluded:
                hit = any(pattern.fullmatch(path) for pattern in patterns)
            state.append(hit)
            if hit:
                is_excluded = not negated
        if not is_excluded and len(groups) > 2:
            hits = (not negated for negated, patterns in reversed(groups) if any(each.match(path) for each in patterns))
            is_excluded = next(hits, False)
        return is_excluded, state

    def may_reinclude(self, directory: str) -> bool:
        """Whether a `!` rule could match something in `directory`. If not, an ignored directory need not be walked."""
        inside = directory + "/"
        return any(
            start.startswith(inside) or (start != pattern and inside.startswith(start))
            for start, pattern in self._exceptions
        )

    def _compile(self) -> list[tuple[bool, list[re.Pattern[str]]]]:
        """Regular expressions for consecutive rules that all ignore, or all re-include."""
        import re

        runs: list[tuple[bool, list[str]]] = []
        for rule in self.rules:
            if not runs or runs[-1][0] != rule.negated:
                runs.append((rule.negated, []))
            runs[-1][1].append(python_regex(rule.pattern))
        self._groups = [
            (negated, [re.compile("|".join(run[at : at + _MOST_JOINED])) for at in range(0, len(run), _MOST_JOINED)])
            for negated, run in runs
        ]
        return self._groups


def find_ignore_file(dockerfile: str, context: str) -> str | None:
    """The ignore file of a build: `<Dockerfile>.dockerignore`, even if empty, otherwise that of the context."""
    for path in (dockerfile + ".dockerignore", os.path.join(context, ".dockerignore")):
        if os.path.isfile(path):
            return path
    return None


def read_ignore_file(path: str) -> IgnoreFile:
    """Read the ignore file at `path`; raises IgnoreError if it cannot be read or BuildKit rejects it."""
    try:
        text = read_found(path, MAX_CONFIG_BYTES).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise IgnoreError(f"`{path}` cannot be read: {error.strerror}", 1) from error
    return IgnoreFile.parse(text, path)


def parse_patterns(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, line and pattern (with its `!`) of each line with a pattern: BuildKit's ReadAll.

    Raises IgnoreError for a line that is too long.
    """
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if len(line) * 4 >= _LONGEST_LINE and len(line.encode("utf-8", "surrogateescape")) >= _LONGEST_LINE:
            raise IgnoreError("the line is too long; BuildKit fails with: bufio.Scanner: token too long", number)
        pattern = line.strip(WHITESPACE)
        if line.startswith("#") or not pattern:
            continue
        negated = pattern.startswith("!")
        if negated:
            pattern = pattern[1:].strip(WHITESPACE)
        if pattern:
            pattern = clean_path(pattern)
            if len(pattern) > 1:
                pattern = pattern.removeprefix("/")
        yield number, line.rstrip("\r"), "!" * negated + pattern


def clean_path(path: str) -> str:
    """Go's filepath.Clean: no empty, `.` and inner `..` parts; "." if nothing is left."""
    return posixpath.normpath("/" + path.lstrip("/") if path.startswith("/") else path)


def _literal_start(pattern: str) -> str:
    """The prefix of every path that `pattern` matches."""
    for index, char in enumerate(pattern):
        if char in _META or not char.isascii():
            return pattern[:index]
    return pattern


def _check_pattern(rule: IgnoreRule) -> None:
    if "[" not in rule.pattern and "\\" not in rule.pattern:
        return
    try:
        go_glob_regex(rule.pattern)
        python_regex(rule.pattern)
    except ValueError as error:
        hint = "; use `/` between directories, as `\\` escapes the next character" if "\\" in rule.text else ""
        text = rule.text.strip(WHITESPACE)
        shown = text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}…"
        message = f"`{shown}` is not a valid pattern; BuildKit fails with: {error}{hint}"
        raise IgnoreError(message, rule.line) from None


def _bad() -> ValueError:
    return ValueError("syntax error in pattern")


# Go's filepath.Match


def go_glob_regex(pattern: str) -> str:
    """A regular expression (for `fullmatch`) for a filepath.Match pattern; raises ValueError if Go rejects it."""
    pieces: list[RegexPiece] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            if not pieces or pieces[-1] is not _STAR:
                pieces.append(_STAR)
        elif char == "?":
            pieces.append(_ANY)
        elif char == "[":
            piece, at = _glob_class(pattern, at)
            pieces.append(piece)
        else:
            if char == "\\":
                char, at = _next(pattern, at)
            pieces.append((_char(char), char != "/"))
    return _join(pieces)


def _glob_class(pattern: str, at: int) -> tuple[RegexPiece, int]:
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    while not (ranges and pattern.startswith("]", at)):
        first, at = _glob_class_char(pattern, at)
        last = first
        if pattern.startswith("-", at):
            last, at = _glob_class_char(pattern, at + 1)
        ranges.append((first, last))
    return _class_piece(ranges, negated), at + 1


def _glob_class_char(pattern: str, at: int) -> tuple[str, int]:
    char, at = _next(pattern, at)
    if char in "-]":
        raise _bad()
    if char == "\\":
        char, at = _next(pattern, at)
    if at == len(pattern) or "\udc80" <= char <= "\udcff":
        raise _bad()
    return char, at


# BuildKit's regular expressions


def buildkit_regex(pattern: str) -> tuple[str, str]:
    """How BuildKit matches a cleaned pattern: ("exact" | "prefix" | "suffix" | "regexp", Go's regular expression).

    The expression is used for "regexp" only. BuildKit ignores brackets when it translates a star: `a[*]` becomes
    `^a[[^/]*]$`, which is not what was meant.
    """
    kind = "exact"
    made = "^"
    # Go's text/scanner drops a byte order mark.
    rest = pattern.removeprefix("\ufeff")
    at = 0
    while at < len(rest):
        begin, char = at, rest[at]
        at += 1
        if char == "*" and rest.startswith("*", at):
            at += 2 if rest.startswith("/", at + 1) else 1
            if at == len(rest) and kind == "exact":
                kind = "prefix"
            else:
                made += "(.*/)?" if at < len(rest) else ".*"
                kind = "regexp"
            if begin == 0:
                kind = "suffix"
        elif char in "*?[]":
            made += {"*": "[^/]*", "?": "[^/]"}.get(char, char)
            kind = "regexp"
        elif char == "\\" and at < len(rest):
            made += char + rest[at]
            at += 1
            kind = "regexp"
        else:
            made += "\\" + char if char in ".+()|{}$" else char
    return kind, made + "$"


def python_regex(pattern: str) -> str:
    """Python's regular expression for a cleaned pattern: `match` a path or a parent of it, `fullmatch` a path.

    Raises ValueError if Go's regexp rejects the expression that BuildKit makes.
    """
    kind, made = buildkit_regex(pattern)
    if kind == "regexp":
        return _translate(made)
    if kind == "exact":
        return rf"\A{_literal(pattern)}{_END}"
    if kind == "prefix":
        return rf"\A{_literal(pattern[:-2])}{_REST}"
    tail = pattern[2:]
    if tail.startswith("/"):
        return rf"\A(?:{_REST}/)?{_literal(tail[1:])}{_END}"
    return rf"\A{_REST}{_literal(tail)}{_END}"


def _translate(made: str) -> str:
    """A result of `buildkit_regex` as a Python expression; raises ValueError if Go rejects it."""
    pieces: list[RegexPiece] = []
    at = 0
    while at < len(made):
        piece, at = _piece(made, at)
        # A second consecutive `(.*/)?` matches the same, only slower.
        if piece is not _DIRECTORIES or not pieces or pieces[-1] is not _DIRECTORIES:
            pieces.append(piece)
    return _join(pieces) + ("" if pieces[-1] is _DOLLAR else _REST)


def _piece(made: str, at: int) -> tuple[RegexPiece, int]:
    char = made[at]
    for text, piece in _TRANSLATED:
        if made.startswith(text, at):
            return piece, at + len(text)
    if char == "[":
        return _class(made, at + 1)
    if char == "\\":
        return _escape(made, at + 1)
    # Go decodes each byte that is not UTF-8 as U+FFFD; here it is a lone surrogate.
    invalid = char == "\ufffd" or "\udc80" <= char <= "\udcff"
    return (_INVALID if invalid else (_char(char), char != "/")), at + 1


def _class(made: str, at: int) -> tuple[RegexPiece, int]:
    """The class whose `[` is before `at`, read like Go's regexp/syntax."""
    negated = made.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    begin = at
    while at == begin or not made.startswith("]", at):
        named, at = _named_class(made, at)
        if named is not None:
            ranges += named
            continue
        first, at = _class_char(made, at)
        last = first
        if made.startswith("-", at) and at + 1 < len(made) and made[at + 1] != "]":
            last, at = _class_char(made, at + 1)
        if last < first:
            raise _bad()
        ranges.append((first, last))
    return _class_piece(ranges, negated), at + 1


def _named_class(made: str, at: int) -> tuple[list[tuple[str, str]] | None, int]:
    """`[:alpha:]`, `\\d` or `\\pL` at `at`, or None."""
    if made.startswith("[:", at):
        end = made.find(":]", at + 2)
        if end < 0:
            return None, at
        name = made[at + 2 : end]
        pairs = _POSIX.get(name.removeprefix("^"))
        if pairs is None:
            raise _bad()
        return _ranges(pairs, name.startswith("^")), end + 2
    if not made.startswith("\\", at) or at + 1 == len(made):
        return None, at
    letter = made[at + 1]
    pairs = _PERL.get(letter.lower())
    if pairs is not None:
        return _ranges(pairs, letter.isupper()), at + 2
    if letter in "pP":
        return _ranges(_category(made[at + 2 : at + 3]), letter == "P"), at + 3
    return None, at


def _category(letter: str) -> str:
    """The pairs of a Unicode general category; Go has others, but BuildKit escapes the braces of their names."""
    if not letter or letter not in "CLMNPSZ":
        raise _bad()
    from itertools import groupby
    from unicodedata import category

    def belongs(code: int) -> bool:
        kind = category(chr(code))
        return kind[0] == letter and kind != "Cn"

    runs = [list(run) for inside, run in groupby(range(0x110000), belongs) if inside]
    return "".join(chr(run[0]) + chr(run[-1]) for run in runs)


def _class_char(made: str, at: int) -> tuple[str, int]:
    char, at = _next(made, at)
    return _escaped_char(made, at) if char == "\\" else (char, at)


def _escape(made: str, at: int) -> tuple[RegexPiece, int]:
    """What follows the backslash before `at`."""
    letter = made[at]
    if letter in _ASSERTIONS:
        return (_ASSERTIONS[letter], False), at + 1
    if letter == "Q":
        literal, _, _ = made[at + 1 :].partition("\\E")
        return (_literal(literal), False), min(len(made), at + 1 + len(literal) + 2)
    ranges, end = _named_class(made, at - 1)
    if ranges is not None:
        return _class_piece(ranges, False), end
    char, at = _escaped_char(made, at)
    return (_char(char), char != "/"), at


def _escaped_char(made: str, at: int) -> tuple[str, int]:
    """The character that Go's regexp reads after a backslash: octal, `x41`, a control character, punctuation."""
    char, at = _next(made, at)
    if char in "01234567":
        end = at
        while end < min(len(made), at + 2) and made[end] in "01234567":
            end += 1
        if char != "0" and end == at:
            raise _bad()  # a back reference
        return chr(int(made[at - 1 : end], 8)), end
    if char == "x":
        digits = made[at : at + 2]
        if len(digits) < 2 or digits.strip("0123456789abcdefABCDEF"):
            raise _bad()
        return chr(int(digits, 16)), at + 2
    if char in _CONTROL:
        return _CONTROL[char], at
    if not char.isascii() or char.isalnum():
        raise _bad()
    return char, at


# Python's regular expressions


def _next(text: str, at: int) -> tuple[str, int]:
    if at >= len(text):
        raise _bad()
    return text[at], at + 1


def _ranges(pairs: str, complement: bool) -> list[tuple[str, str]]:
    ranges = list(zip(pairs[::2], pairs[1::2], strict=True))
    if not complement:
        return ranges
    rest: list[tuple[str, str]] = []
    start = 0
    for first, last in ranges:
        if start < ord(first):
            rest.append((chr(start), chr(ord(first) - 1)))
        start = ord(last) + 1
    return [*rest, (chr(start), "\U0010ffff")] if start <= 0x10FFFF else rest


def _class_piece(ranges: Sequence[tuple[str, str]], negated: bool) -> RegexPiece:
    inner = "".join(
        _char(first) if first == last else f"{_char(first)}-{_char(last)}" for first, last in ranges if first <= last
    )
    slash = any(first <= "/" <= last for first, last in ranges)
    if not inner:
        return ("(?s:.)" if negated else "(?!)", not negated)
    return f"[{'^' * negated}{inner}]", slash == negated


def _join(pieces: Sequence[RegexPiece]) -> str:
    """Join the pieces into an expression that stays fast with many wildcards.

    A star followed by characters other than slashes and another star can stop at the first place where they match, and
    so can `**/` followed by whole names and another `**/`: the second one can skip whatever a later place would, unless
    the path has a line feed, which `**/` does not match.
    """
    made: list[str] = []
    plain: list[str] = []
    start = 0
    for at, piece in enumerate((*pieces, _DIRECTORIES)):
        if piece is _DIRECTORIES:
            text = _join_stars(pieces[start:at])
            plain.append(text)
            skips = start < at < len(pieces) and pieces[start] is _DIRECTORIES and pieces[at - 1] == _SLASH
            if skips and all(each is _STAR or each == _SLASH or each[1] for each in pieces[start + 1 : at]):
                text = f"(?>(?:.*?/)??{text.removeprefix(_DIRECTORIES[0])})"
            made.append(text)
            start = at
    if made == plain:
        return "".join(plain)
    return rf"(?:(?![^\n]*\n){''.join(made)}|(?=[^\n]*\n){''.join(plain)})"


def _join_stars(pieces: Sequence[RegexPiece]) -> str:
    made: list[str] = []
    at = 0
    while at < len(pieces):
        end = at + 1
        if pieces[at] is _STAR:
            while end < len(pieces) and pieces[end][1]:
                end += 1
        if end > at + 1 and end < len(pieces) and pieces[end] is _STAR:
            made.append(f"(?>[^/]*?{''.join(piece for piece, _ in pieces[at + 1 : end])})")
        else:
            made += [piece for piece, _ in pieces[at:end]]
        at = end
    return "".join(made)


def _literal(text: str) -> str:
    return "".join(map(_char, text))


def _char(char: str) -> str:
    """`char` as a regular expression, inside and outside of brackets."""
    if char.isascii() and (char.isalnum() or char in "_/"):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
