"""Edits of the words of shell commands, in shell form, `sh -c`, exec form and heredocs."""

from __future__ import annotations

from bisect import bisect_left

from .edit import Edit, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build
    from ...syntax.command import Command, Word
    from ...syntax.tree import CommandLine

_BETWEEN = frozenset(" \t\r\n")


def is_verbatim(build: Build, word: Word) -> bool:
    """Whether the file has the word literally: no continuation inside, not escaped by an enclosing string."""
    return build.dockerfile.source.text[word.start : word.end] == word.text != ""


def insert_word_after(
    build: Build, instruction: CommandLine, command: Command, word: Word, flag: str
) -> list[Edit] | None:
    """The edits that insert `flag` as a new word after a word of the command; None where that is not possible.

    `flag` must mean the same in any quotes: letters, digits and `-=/._`.
    """
    if word not in command.words or not is_verbatim(build, word):
        return None
    return [Edit(word.end, word.end, _blank(build, instruction, command) + flag)]


def flag_fix(
    build: Build, instruction: CommandLine, command: Command, word: Word, flag: str, safety: str
) -> Fix | None:
    """The fix that inserts `flag` after a word of the command, see `insert_word_after`."""
    edits = insert_word_after(build, instruction, command, word, flag)
    return Fix(f"Add `{flag}`", safety, edits, declare_edits=True) if edits else None


def append_to_word(build: Build, word: Word, ending: str) -> list[Edit] | None:
    """The edits that append `ending` to an unquoted word; None for any other."""
    if not is_verbatim(build, word) or word.text != word.value:
        return None
    return [Edit(word.end, word.end, ending)]


def replace_word(build: Build, word: Word, text: str) -> list[Edit] | None:
    """The edits that replace an unquoted word by `text`, which needs no quotes; None for any other."""
    if not is_verbatim(build, word) or word.text != word.value:
        return None
    return [Edit(word.start, word.end, text)]


def remove_word(build: Build, instruction: CommandLine, command: Command, word: Word) -> list[Edit] | None:
    """The edits that remove a word and the white space before it, also a whole line of a list.

    None for the program itself, and where a comment or a redirection precedes the word.
    """
    words = command.words
    at = bisect_left(words, word.start_index, key=lambda each: each.start_index)
    if at == 0 or at == len(words) or words[at] is not word:
        return None
    before = words[at - 1]
    if not (is_verbatim(build, word) and is_verbatim(build, before)):
        return None
    between = build.dockerfile.source.text[before.end : word.start]
    if is_exec_form_word(build, instruction, word):
        between = between.replace('"', "", 2).replace(",", "", 1)
    blank = _BETWEEN | {build.dockerfile.escape, "\\"}
    return [Edit(before.end, word.end, "")] if blank.issuperset(between) else None


def is_exec_form_word(build: Build, instruction: CommandLine, word: Word) -> bool:
    """Whether the word is an element of an exec form, not a word of a script inside one."""
    if not instruction.json:
        return False
    commands = build.commands(instruction)
    return bool(commands) and bool(commands[0].words) and word.script is commands[0].words[0].script


def _blank(build: Build, instruction: CommandLine, command: Command) -> str:
    """The separator of two words of the command: a space, or quotes and a comma in exec form."""
    words: Sequence[Word] = command.words
    if not is_exec_form_word(build, instruction, words[0]):
        return " "
    text = build.dockerfile.source.text
    first = text[words[0].end : words[1].start] if len(words) > 1 else ""
    return first if first in ('","', '", "') else '", "'
