"""The layout of a formatted Dockerfile. It does not affect the build.

Keywords are in upper case and start a line. Continuation lines are indented by four spaces, arguments of a command and
the content of shell constructs by four more. There is one space before a continuation, shell operators start lines,
long lists have one package per line, one blank line separates stages, and there is no trailing white space. Comments
keep their text and order; heredocs are unchanged.
"""

from __future__ import annotations

from ...model.build import Build
from ...syntax.parser import parse
from ...syntax.source import Source
from ...syntax.swallowed import swallowed_instructions
from ..edits.edit import Edit, apply_edits
from ..edits.instructions import line_ending
from ..gate import FixRejected, require_same_build
from .instruction_lines import format_instruction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...syntax.tree import Dockerfile, Instruction

_MOST_PASSES = 4
_BLANK = " \t\r"
_RARE_BLANKS = "\v\f\x85\xa0"


class FormatError(Exception):
    """The file cannot be formatted; the message is the reason, with the line where there is one."""


def format_source(text: str) -> str:
    """The formatted text; formatting it again changes nothing.

    Raises FormatError when the text does not parse, or when the gate finds that the build would change.
    """
    before = _parsed(text)
    for _ in range(_MOST_PASSES):
        after = apply_edits(text, format_edits(Build(_parsed(text))))
        if after == text:
            break
        text = after
    else:
        raise FormatError("formatting does not converge; this is a bug in dlint, please report it")
    if text == before.source.text:
        return text
    try:
        require_same_build(before, parse(Source(text)))
    except FixRejected as reason:
        raise FormatError(f"{reason}; this is a bug in dlint, please report it") from None
    return text


def _parsed(text: str) -> Dockerfile:
    dockerfile = parse(Source(text))
    if dockerfile.errors:
        first = dockerfile.errors[0]
        raise FormatError(f"line {first.line}: {first.message}")
    return dockerfile


def format_edits(build: Build) -> list[Edit]:
    """The edits of one formatting pass, in order: of instructions, blank lines and the end of the file."""
    dockerfile = build.dockerfile
    text = dockerfile.source.text
    edits: list[Edit] = []
    for instruction in dockerfile.instructions:
        if swallowed_instructions(dockerfile, instruction):
            continue  # the layout would make a mistake look intended
        if any(char in text[instruction.start : instruction.end + 1] for char in _RARE_BLANKS):
            continue  # blank for BuildKit, which trims lines, and text for a shell
        edit = format_instruction(build, instruction)
        if edit is not None:
            edits.append(edit)
    return sorted([*edits, *_between(dockerfile), *_at_end(dockerfile)], key=lambda edit: edit.start)


def _between(dockerfile: Dockerfile) -> Iterator[Edit]:
    """The edits of blank lines: at most one in a row, and one before each further stage and its comments."""
    text = dockerfile.source.text
    ending = line_ending(text)
    at, stages = 0, 0
    for instruction in dockerfile.instructions:
        stages += instruction.name == "FROM"
        wanted = _stage_start(dockerfile, instruction) if instruction.name == "FROM" and stages > 1 else -1
        places = sorted({*(comment.start for comment in instruction.comments), instruction.start})
        for place in places:
            line = text.rfind("\n", 0, place) + 1
            yield from _gap(text, at, line, ending, wanted=line == wanted)
            end = text.find("\n", place if place != instruction.start else instruction.end)
            at = len(text) if end < 0 else end + 1


def _stage_start(dockerfile: Dockerfile, instruction: Instruction) -> int:
    """The offset of the first line of a stage; the comments directly above FROM belong to it."""
    text = dockerfile.source.text
    line = text.rfind("\n", 0, instruction.start) + 1
    for comment in reversed(instruction.comments):
        above = text.rfind("\n", 0, comment.start) + 1
        if text.count("\n", comment.end, line) != 1:
            break
        line = above
    return line


def _gap(text: str, start: int, end: int, ending: str, *, wanted: bool) -> Iterator[Edit]:
    """The edit of the blank lines `text[start:end]`; at the start of the file they make a directive a comment."""
    blank = text.count("\n", start, end)
    if start == 0 or text[start:end].strip(" \t\r\n"):
        return
    lines = min(blank, 1) or int(wanted)
    if text[start:end] != ending * lines and not (blank == 1 and text[start:end] == "\n"):
        yield Edit(start, end, ending * lines)


def _at_end(dockerfile: Dockerfile) -> Iterator[Edit]:
    """The edit that ends the file with a single line feed."""
    text = dockerfile.source.text
    last = max([dockerfile.instructions[-1].end, *(comment.end for comment in dockerfile.comments[-1:])])
    rest = text[last:]
    ending = line_ending(text)
    if not rest.strip(" \t\r\n") and rest not in (ending, "\n"):
        yield Edit(last, len(text), ending)
