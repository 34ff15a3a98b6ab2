"""Parses a script with tree-sitter-bash, after replacing what it misreads."""

from __future__ import annotations

import sys
from functools import cache

from .quoting import expansion_end, group_end, quote_end, unquote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from tree_sitter import Node, Parser

_BLANK = " \t"
_ENDS_WORD = frozenset(" \t\r\n;&|()<>")


class ShellHeredoc:
    """A heredoc or here-string of a script: `<<EOF`, `<<-EOF` or `<<<`, and the place of its body."""

    __slots__ = ("end_index", "operator", "quoted", "start_index")

    def __init__(self, operator: str, quoted: bool = False) -> None:
        self.operator = operator
        self.quoted = quoted
        self.start_index = self.end_index = 0

    def set_body(self, start: int, end: int) -> None:
        """Set where the body begins and ends in the script."""
        self.start_index = start
        self.end_index = end


_LONG = 2000
"""Length from which it is worth looking for what is slow to parse."""


def parse_bash(text: str) -> tuple[Node, dict[int, str], dict[int, ShellHeredoc]]:
    """The root of the tree, the names of its kind ids, and the heredocs by the index of their operator.

    Byte offsets in the tree are indexes in `text`. Never raises.
    """
    parser, kinds = _load()
    heredocs: dict[int, ShellHeredoc] = {}
    if "<<" in text or "`" in text:
        text = _without_misread_parts(text, heredocs)
    if "\\ " in text or "\\\t" in text:
        # The grammar misreads an escaped blank at the start of a word as a continuation.
        text = text.replace("\\\\", "..").replace("\\ ", "..").replace("\\\t", "..")
    if not text.isascii() or "\0" in text:
        # Makes every character one byte; like all characters beyond ASCII, a full stop has no meaning in a shell.
        text = "".join([char if "\0" < char < "\x80" else "." for char in text])
    if len(text) > _LONG and "$" in text:
        text = _plain_dollars(text)
    return parser.parse(text.encode()).root_node, kinds, heredocs


def _plain_dollars(text: str) -> str:
    """Replace dollar signs that do not begin an expansion: many of them take the parser quadratic time."""
    import re

    return re.sub(r"""\$(?![\w{(\[@*#?$!'"-])""", ".", text)


@cache
def _load() -> tuple[Parser, dict[int, str]]:
    """The parser, and the names of the kind ids of nodes."""
    binding = _extension("tree_sitter")
    language = binding.Language(_extension("tree_sitter_bash").language())
    kinds = {number: language.node_kind_for_id(number) or "" for number in range(language.node_kind_count)}
    kinds[0xFFFF] = "ERROR"
    return binding.Parser(language), {number: sys.intern(kind) for number, kind in kinds.items()}


def _extension(package: str) -> ModuleType:
    """The extension module of `package`, loaded without its `__init__`.

    That imports typing and importlib.resources, which takes 15 ms and is not needed here.
    """
    name = f"{package}._binding"
    loaded = sys.modules.get(name)
    if loaded is not None:
        return loaded
    try:
        for finder in sys.meta_path:
            outer = finder.find_spec(package, None)
            inner = outer and finder.find_spec(name, outer.submodule_search_locations)
            if inner and inner.loader:
                module = inner.loader.create_module(inner)
                if module is not None:
                    inner.loader.exec_module(module)
                    return sys.modules.setdefault(name, module)
    except (ImportError, AttributeError):
        pass  # another kind of importer; the ordinary import below reports what is wrong if it fails too
    from importlib import import_module

    return import_module(name)


def _without_misread_parts(text: str, heredocs: dict[int, ShellHeredoc]) -> str:
    """`text` with the same length, without what tree-sitter-bash misreads.

    - It supports only one heredoc per line, and no list or pipeline after it: bodies are blanked, and `<<EOF` becomes
      `< EOF`.
    - `<<<` after another redirect is an error for it: it becomes `<`.
    - A comment in backticks, commonly used to comment lines of a list, swallows the rest: it is blanked.
    """
    blanks: list[tuple[int, int]] = []
    pending: list[tuple[str, ShellHeredoc]] = []
    stack = [""]
    at, size = 0, len(text)
    while at < size:
        char, top = text[at], stack[-1]
        if char == "\\":
            at += 2
        elif char == top:
            stack.pop()
            at += 1
        elif top == "))":
            at = _in_arithmetic(text, at, stack)
        elif char == "`":
            end = _comment_in_backticks(text, at)
            if end:
                blanks.append((at, end))
            else:
                stack.append("`")
            at = end or at + 1
        elif char == '"':
            stack.append('"')
            at += 1
        elif char == "$" or (char == "(" and top != '"'):
            at = _open(text, at, stack)
        elif top == '"':
            at += 1
        elif char == "'":
            at = quote_end(text, at + 1)
        elif char == "#" and (at == 0 or text[at - 1] in " \t\n;&|("):
            at = text.find("\n", at)
            at = size if at < 0 else at
        elif char == "<" and text.startswith("<<", at):
            at = _here(text, at, pending, heredocs, blanks)
        elif char == "\n" and pending:
            at = _bodies(text, at + 1, pending, blanks)
        else:
            at += 1
    return _blank(text, blanks) if blanks else text


def _in_arithmetic(text: str, at: int, stack: list[str]) -> int:
    """One step within `$((...))`, where `<<` is a shift and `#` a base."""
    if text.startswith("))", at):
        stack.pop()
        return at + 2
    if text[at] == "(":
        return group_end(text, at + 1, ")")
    return max(expansion_end(text, at), at + 1) if text[at] in "$`" else at + 1


def _open(text: str, at: int, stack: list[str]) -> int:
    """The index after the `$` or `(` at `at`, and after an expansion that need not be entered."""
    start = at + 1 if text[at] == "$" else at
    if text.startswith("((", start):
        stack.append("))")
        return start + 2
    if text.startswith("(", start):
        stack.append(")")
        return start + 1
    if start > at and text.startswith("{", start):
        return group_end(text, start + 1, "}")
    if start > at and stack[-1] != '"' and text.startswith("'", start):
        return quote_end(text, start + 1)
    return at + 1


def _comment_in_backticks(text: str, at: int) -> int:
    """The index after the `` `# comment` `` at `at`, or 0 if there is none."""
    first = at + 1
    while text[first : first + 1] in (" ", "\t"):
        first += 1
    end = text.find("`", first)
    return end + 1 if end >= 0 and text[first] == "#" and "\n" not in text[first:end] else 0


def _here(
    text: str,
    at: int,
    pending: list[tuple[str, ShellHeredoc]],
    heredocs: dict[int, ShellHeredoc],
    blanks: list[tuple[int, int]],
) -> int:
    """Read the operator and delimiter of the heredoc, or the here-string, at `at`; returns the index after it."""
    operator = "<<<" if text.startswith("<<<", at) else "<<-" if text.startswith("<<-", at) else "<<"
    word = at + len(operator)
    end = word
    while end < len(text) and text[end] in _BLANK:
        end += 1
    start = end
    while end < len(text) and text[end] not in _ENDS_WORD:
        char = text[end]
        end += 2 if char == "\\" else 1
        if char in "'\"":
            end = text.find(char, end) + 1 or len(text)
    if operator != "<<<":
        if start == end:
            return end
        delimiter = "".join([value for value, _, _ in unquote(text[start:end])])
        pending.append((delimiter, ShellHeredoc(operator, delimiter != text[start:end])))
        heredocs[at] = pending[-1][1]
    else:
        heredocs[at] = ShellHeredoc(operator)
        end = word
    blanks.append((at + 1, word))
    return end


def _bodies(text: str, at: int, pending: list[tuple[str, ShellHeredoc]], blanks: list[tuple[int, int]]) -> int:
    """Read the bodies of the pending heredocs, the first of which begins at `at`; returns the index after them."""
    first = at
    for delimiter, heredoc in pending:
        start, body_end = at, len(text)
        while at < len(text):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            line = text[at:end].rstrip("\r")
            if (line.lstrip("\t") if heredoc.operator == "<<-" else line) == delimiter:
                body_end = at
                at = end + 1
                break
            at = end + 1
        heredoc.set_body(start, body_end)
    pending.clear()
    at = min(at, len(text) + 1) - 1
    blanks.append((first, max(first, at)))
    return max(first, at)


def _blank(text: str, places: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in places:
        parts += text[at:start], " " * (end - start)
        at = end
    parts.append(text[at:])
    return "".join(parts)
