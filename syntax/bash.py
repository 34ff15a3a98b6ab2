"""The tree that tree-sitter-bash makes of a script, and what has to be done to the script before."""

from __future__ import annotations

import sys

from .quoting import expansion_end, group_end, quote_end, unquote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from tree_sitter import Node, Parser

_BLANK = " \t"
_ENDS_WORD = frozenset(" \t\r\n;&|()<>")

_grammar: tuple[Parser, dict[int, str]] | None = None


class ShellHeredoc:
    """A here-document or here-string of a script: `<<EOF`, `<<-EOF` or `<<<`, and where its body lies."""

    __slots__ = ("end_index", "operator", "quoted", "start_index")

    def __init__(self, operator: str, quoted: bool = False) -> None:
        self.operator = operator
        self.quoted = quoted
        self.start_index = self.end_index = 0


_LONG = 2000
"""From so many characters on it pays to look for what is slow to parse."""


def parse_bash(text: str) -> tuple[Node, dict[int, str], dict[int, ShellHeredoc]]:
    """The root of the tree, what its kind ids mean, and the here-documents by the index of their operator.

    Byte offsets in the tree are indices of `text`. Never raises, whatever the text.
    """
    parser, kinds = _load()
    heredocs: dict[int, ShellHeredoc] = {}
    if "<<" in text or "`" in text:
        text = _readable(text, heredocs)
    if "\\ " in text or "\\\t" in text:
        # The grammar takes an escaped blank at the start of a word for a continuation.
        text = text.replace("\\\\", "..").replace("\\ ", "..").replace("\\\t", "..")
    if not text.isascii() or "\0" in text:
        # One byte for one character; a full stop means nothing to a shell, as no character beyond ASCII does.
        text = "".join([char if "\0" < char < "\x80" else "." for char in text])
    if len(text) > _LONG and "$" in text:
        text = _plain_dollars(text)
    return parser.parse(text.encode()).root_node, kinds, heredocs


def _plain_dollars(text: str) -> str:
    """A dollar sign that begins no expansion means nothing, but costs the parser quadratic time when there are many."""
    import re

    return re.sub(r"""\$(?![\w{(\[@*#?$!'"-])""", ".", text)


def _load() -> tuple[Parser, dict[int, str]]:
    global _grammar
    if _grammar is None:
        binding = _extension("tree_sitter")
        language = binding.Language(_extension("tree_sitter_bash").language())
        kinds = {number: language.node_kind_for_id(number) or "" for number in range(language.node_kind_count)}
        kinds[0xFFFF] = "ERROR"
        _grammar = binding.Parser(language), {number: sys.intern(kind) for number, kind in kinds.items()}
    return _grammar


def _extension(package: str) -> ModuleType:
    """The extension module of `package`, loaded past its `__init__`.

    Those import typing and importlib.resources, which cost 15 ms and are of no use here.
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
        pass  # an importer of another kind; the ordinary way says what is wrong if that fails too
    from importlib import import_module

    return import_module(name)


def _readable(text: str, heredocs: dict[int, ShellHeredoc]) -> str:
    """`text`, as long as before, without what tree-sitter-bash misreads.

    - It knows one here-document a line, and no list or pipeline behind it that it gets right: a body becomes blank,
      `<<EOF` becomes `< EOF`.
    - It takes `<<<` behind another redirect for an error: it becomes `<`.
    - A comment in backticks, the customary way to comment a line of a list, swallows the rest: it becomes blank.
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
    """One step within `$((...))`, where `<<` shifts and `#` gives a base."""
    if text.startswith("))", at):
        stack.pop()
        return at + 2
    if text[at] == "(":
        return group_end(text, at + 1, ")")
    return max(expansion_end(text, at), at + 1) if text[at] in "$`" else at + 1


def _open(text: str, at: int, stack: list[str]) -> int:
    """Step behind the `$` or `(` at `at`, into what it opens."""
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
    """Index behind `` `# comment` `` when there is one at `at`, or else 0."""
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
    """Read the operator and the delimiter of the here-document, or the here-string, at `at`."""
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
    """Take the bodies of the pending here-documents, the first of which begins at `at`."""
    first = at
    for delimiter, heredoc in pending:
        heredoc.start_index = heredoc.end_index = at
        while at < len(text):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            line = text[at:end].rstrip("\r")
            heredoc.end_index = at
            at = end + 1
            if (line.lstrip("\t") if heredoc.operator == "<<-" else line) == delimiter:
                break
        else:
            heredoc.end_index = len(text)
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
