"""Lists of arguments, sorted and one per line."""

from __future__ import annotations

from bisect import bisect_left

from .edit import Edit
from .instructions import line_ending
from .word_edits import is_verbatim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...model.build import Build
    from ...syntax.command import Command, Word
    from ...syntax.tree import CommandLine, Comment

    SortKey = Callable[[Word], tuple[str, ...]]


class ListItem:
    """A word of a list, and the comment lines above it."""

    __slots__ = ("comments", "word")

    def __init__(self, word: Word, comments: Sequence[Comment]) -> None:
        self.word = word
        self.comments = comments


def list_items(build: Build, command: Command, words: Sequence[Word]) -> list[ListItem] | None:
    """The items of `words`, which must be consecutive and literal words of the command; None where they are not.

    Only white space, continuations and comments may separate them.
    """
    at = next((number for number, each in enumerate(command.words) if each is words[0]), 0)
    if at == 0 or [id(each) for each in command.words[at : at + len(words)]] != [id(each) for each in words]:
        return None
    text, escape = build.dockerfile.source.text, build.dockerfile.escape
    items: list[ListItem] = []
    comments = build.dockerfile.comments
    starts = [comment.start for comment in comments]
    before = command.words[at - 1]
    for word in words:
        inside = comments[bisect_left(starts, before.end) : bisect_left(starts, word.start)]
        between = text[before.end : word.start]
        for comment in inside:
            between = between.replace(text[comment.start : comment.end], "", 1)
        if not (is_verbatim(build, word) and is_verbatim(build, before)) or between.strip(" \t\r\n\\" + escape):
            return None
        items.append(ListItem(word, inside))
        before = word
    return items


def sort_items(items: Sequence[ListItem], key: SortKey) -> list[ListItem]:
    """The items in order. An item with a comment above it keeps its position, and no other item passes it."""
    found: list[ListItem] = []
    part: list[ListItem] = []
    for item in items:
        if item.comments:
            found += [*sorted(part, key=lambda each: key(each.word)), item]
            part = []
        else:
            part.append(item)
    return found + sorted(part, key=lambda each: key(each.word))


def is_one_per_line(build: Build, items: Sequence[ListItem]) -> bool:
    """Whether each word of the list starts a line; the first one may follow the command, aligned with the others."""
    text = build.dockerfile.source.text
    return all(_begins_line(text, item.word) for item in items[1:]) and (
        _begins_line(text, items[0].word) or _is_aligned(text, items)
    )


def _begins_line(text: str, word: Word) -> bool:
    at = word.start
    while at and text[at - 1] in " \t":
        at -= 1
    return at == 0 or text[at - 1] == "\n"


def _is_aligned(text: str, items: Sequence[ListItem]) -> bool:
    """Whether the first word follows the command on its line, and words that start a line are in the same column."""
    first, *others = [item.word for item in items]
    column = first.start - _line_of(text, first.start)
    lower = [word.start - _line_of(text, word.start) for word in others if _begins_line(text, word)]
    return not _begins_line(text, first) and bool(lower) and all(each == column for each in lower)


def _line_of(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def write_list(
    build: Build, instruction: CommandLine, command: Command, items: Sequence[ListItem], key: SortKey
) -> tuple[list[Edit], list[Edit]] | None:
    """The edits that write the list sorted and one word per line, and their declaration.

    None in exec form and in a nested script.
    """
    if instruction.json or {"sh -c", "heredoc", "eval", "substitution"} & set(command.context):
        return None
    text = build.dockerfile.source.text
    in_heredoc = any(doc.start <= command.start < doc.terminator_end for doc in instruction.heredocs)
    if in_heredoc and "\r" in command.script.text:
        return None
    escape, ending = ("\\", "\n") if in_heredoc else (build.dockerfile.escape, line_ending(text))
    first, last = items[0].word, items[-1].word
    margin, indent = _indents(text, command, items)
    lines: list[str] = []
    for item in sort_items(items, key):
        lines += [f"{indent}{text[each.start : each.end].strip()}" for each in item.comments]
        lines.append(f"{indent}{item.word.text} {escape}")
    start = command.words[next(n for n, each in enumerate(command.words) if each is first) - 1].end
    written = f" {escape}{ending}" + ending.join(lines).removesuffix(f" {escape}")
    if _is_aligned(text, items):
        written = text[start : first.start] + written.removeprefix(f" {escape}{ending}").lstrip(" \t")
    end = last.end
    joiner = _joiner_after(text, end, escape)
    if joiner:
        written += f" {escape}{ending}{margin}"
        end = joiner
    edit = Edit(start, end, written)
    if in_heredoc:
        return [edit], [edit]
    order = " ".join(item.word.text for item in sort_items(items, key))
    return [edit], [Edit(first.start, last.end, order)]


def _indents(text: str, command: Command, items: Sequence[ListItem]) -> tuple[str, str]:
    """The indentation of what follows the list, and of its words."""
    start = _line_of(text, command.start)
    own = _blanks(text, start)
    step = "\t" if own[:1] == "\t" else "    "
    for item in items:
        line = _line_of(text, item.word.start)
        if line > command.start and _begins_line(text, item.word):
            return own or step, _blanks(text, line)
    return own or step, own + step


def _blanks(text: str, start: int) -> str:
    end = start
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    return text[start:end]


def _joiner_after(text: str, at: int, escape: str) -> int:
    """The offset of an `&&` and a command that follow the list on the same line; 0 when there is none."""
    end = text.find("\n", at)
    rest = text[at : end if end >= 0 else len(text)].rstrip(" \t\r" + escape)
    bare = rest.lstrip(" \t")
    return at + len(rest) - len(bare) if bare.startswith("&&") and len(bare) > 2 else 0
