"""Parses Python with libcst, but nothing that would crash it or keep it busy.

libcst's parser is native code that recurses as deeply as its input nests: 3,000 opening brackets overflow the stack and
end the process. Its time grows with the square of the nesting, and exponentially in the patterns of `case`. Neither can
be interrupted, so a scan of the tokens decides first.
"""

from __future__ import annotations

import re

import libcst

MAX_BYTES = 1_000_000
"""The size limit of a Python file."""
MAX_DEPTH = 200
"""The limit of nesting: a bracket counts 2, a `lambda` 4, an operator of an expression and an `elif` 1.

libcst 1.8 overflows a stack of 8 MB at about 3,000 brackets or 1,000 lambdas, so this fits the 512 KB of a thread too.
"""
MAX_CASE_DEPTH = 6
"""The limit of nested brackets in a `case`; each multiplies libcst's time by up to 5, six take 60 ms."""
FILE_WORK = 250_000
"""The work for one file, of about 450 KB; a unit takes libcst 5 to 15 µs and 1 KB of memory."""
APP_WORK = 5_000_000
"""The work for all files of an application, about 9 MB of Python, which take some 40 s."""

_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t\f]+|\\(?:\r\n?|\n)|\#[^\r\n]*)
    |(?P<line>\r\n?|\n)
    |(?P<string>'''(?:[^\\']|\\.|'(?!''))*+'''|\"""(?:[^\\"]|\\.|"(?!""))*+\"""
        |'(?!'')(?:[^\\'\r\n]|\\(?:\r\n|.))*+'|"(?!"")(?:[^\\"\r\n]|\\(?:\r\n|.))*+")
    |(?P<word>\w+)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<end>[,;])
    |(?P<chain>[-+*/%&|^~@.]+)
    |(?P<other>[^'"])
    """,
    re.VERBOSE | re.DOTALL,
)
_CHAIN_WORDS = {"lambda": 4, **dict.fromkeys(("not", "and", "or", "if", "else", "for", "await", "yield", "async"), 1)}
_IN_F_STRING = re.compile(r"[(\[{]|[)\]}]|[-+*/%&|^~@.]|\b(?:lambda|not|and|or|if|else|for|await|yield)\b")


class UnreadPython(ValueError):
    """A file is not parsed; the message completes "the file …"."""


class PythonWork:
    """How much work is left for the files of an application."""

    def __init__(self, units: int = APP_WORK) -> None:
        self._left = units

    def charge(self, units: int) -> None:
        """Use some of it. Raises UnreadPython if nothing is left."""
        self._left -= units
        if self._left < 0:
            raise UnreadPython("is beyond the limit for all Python files together")


def parse_python(data: bytes | str, work: PythonWork | None = None) -> libcst.Module:
    """The tree of a Python module. Raises UnreadPython if it is not valid, too large or too deeply nested.

    `work`: a budget that is shared by several files.
    """
    if len(data) > MAX_BYTES:
        raise UnreadPython(f"is larger than {MAX_BYTES:,} bytes")
    if work is None:
        work = PythonWork()
    work.charge(0)
    try:
        text = _decoded(data) if isinstance(data, bytes) else data
        work.charge(parsing_work(text))
        return libcst.parse_module(text)
    except RecursionError:
        raise UnreadPython("nests too deeply") from None
    except (libcst.ParserSyntaxError, UnicodeError, LookupError, SyntaxError):
        raise UnreadPython("is not valid Python 3") from None


def parsing_work(text: str) -> int:
    """The work to parse a module, in units of FILE_WORK. Raises UnreadPython if it is too much."""
    return _Scan(text).cost()


def _decoded(data: bytes) -> str:
    """The text that is scanned and parsed. Raises UnicodeError, LookupError and SyntaxError."""
    from io import BytesIO
    from tokenize import detect_encoding

    encoding, _ = detect_encoding(BytesIO(data).readline)
    return data.decode(encoding)


class _Scan:
    """Adds up what the tokens of a text cost libcst, and how deeply they nest.

    The syntax tree is at most twice as high as MAX_DEPTH: an operand after an operator is deeper than what it counts
    for after its bracket is closed, but not deeper than what was counted while it was open.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.total = 0
        self.blocks: list[tuple[int, int]] = []
        """The indentation of each open block, and how many `elif` its statement has so far."""
        self.block_depth = 0
        self.brackets: list[tuple[int, int]] = []
        """`height` and `tallest` where each open bracket is."""
        self.outer = 0
        """The sum of the heights in `brackets`, and 2 for each."""
        self.height = 0
        """The height of the expression so far in the innermost bracket, since the last comma."""
        self.tallest = 0
        """The height of the tallest expression in the innermost bracket."""
        self.is_line_start = self.is_start = True
        self.in_case = False

    def cost(self) -> int:
        """The work to parse the text. Raises UnreadPython."""
        at, text = 0, self.text
        token = _TOKEN.match
        while at < len(text):
            found = token(text, at)
            if found is None:
                raise UnreadPython("is not valid Python 3")  # a string without an end
            kind, word = found.lastgroup, found[0]
            if kind == "line":
                self._end_line()
            elif kind != "blank":
                self._token(kind, word, at)
            elif self.is_line_start and word[0] == "\\":
                raise UnreadPython("begins a statement with a line continuation")
            at = found.end()
        return self.total

    def _end_line(self) -> None:
        self.total += 1
        if not self.brackets:
            self.is_line_start = self.is_start = True
            self.in_case = False
            self.height = 0

    def _token(self, kind: str | None, token: str, at: int) -> None:
        if self.is_start:
            self._begin_statement(token, at)
        if kind == "open":
            self._open()
        elif kind == "close":
            self._close()
        elif kind == "end":
            self.tallest = max(self.tallest, self.height)
            self.height = 0
            self.is_start = token == ";" and not self.brackets
        elif kind == "chain":
            self.height += len(token)
        elif kind == "word":
            self.height += _CHAIN_WORDS.get(token, 0)
        elif kind == "string":
            self._string(token, at)
        elif token == ":" and not self.brackets:
            self.is_start = True
        depth = self.block_depth + self.outer + self.height
        if depth > MAX_DEPTH:
            raise UnreadPython("nests too deeply")
        self.total += 2 + depth // 2 + 3 * max(depth - 20, 0)
        if self.total > FILE_WORK:
            raise UnreadPython("has too much code to parse")

    def _begin_statement(self, word: str, at: int) -> None:
        """The first token of a statement: its indentation ends blocks, and an `elif` is nested in the `if` before."""
        self.is_start = False
        self.in_case = self.in_case or word == "case"
        if not self.is_line_start:
            return  # after a colon or a semicolon
        self.is_line_start = False
        start = max(self.text.rfind(end, 0, at) for end in "\n\r\f") + 1
        indent = len(self.text[start:at].expandtabs())
        while self.blocks and self.blocks[-1][0] > indent:
            self.block_depth -= 1 + self.blocks.pop()[1]
        if not self.blocks or self.blocks[-1][0] < indent:
            self.blocks.append((indent, 0))
            self.block_depth += 1
        if word == "elif":
            self.blocks[-1] = indent, self.blocks[-1][1] + 1
            self.block_depth += 1
        elif word != "else":
            self.block_depth -= self.blocks[-1][1]
            self.blocks[-1] = indent, 0

    def _open(self) -> None:
        self.brackets.append((self.height, self.tallest))
        self.outer += self.height + 2
        self.height = self.tallest = 0
        if self.in_case:
            if len(self.brackets) > MAX_CASE_DEPTH:
                raise UnreadPython("nests too deeply in a `case`")
            self.total += 5 ** len(self.brackets)

    def _close(self) -> None:
        if self.brackets:
            inner = max(self.height, self.tallest)
            height, self.tallest = self.brackets.pop()
            self.outer -= height + 2
            self.height = max(height, inner) + 2  # `a()()` nests

    def _string(self, token: str, at: int) -> None:
        """A string, of which adjacent ones nest; one that may be formatted counts like an expression."""
        if "f" in self.text[max(at - 2, 0) : at].lower():
            depth, opened = 0, list[int]()
            for found in _IN_F_STRING.finditer(token):
                if found[0] in "([{":
                    opened.append(depth)
                    depth += 2
                elif found[0] in ")]}":
                    depth = opened.pop() if opened else 0
                elif opened:
                    depth += _CHAIN_WORDS.get(found[0], 1)
                self.height = max(self.height, depth)
                self.total += 2 + depth // 2
        self.height += 1
