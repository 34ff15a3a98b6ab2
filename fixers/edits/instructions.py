"""Edits of whole instructions."""

from __future__ import annotations

from bisect import bisect_right

from .edit import Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...syntax.tree import Dockerfile, Instruction

PRAGMAS = ("hadolint", "dlint:", "check=", "shellcheck", "syntax=", "escape=")


def remove_instruction(dockerfile: Dockerfile, instruction: Instruction) -> tuple[list[Edit], list[Edit]] | None:
    """The edits that remove an instruction, and their declaration.

    None where comments inside it would be lost, for an ONBUILD trigger, and where a comment for tools above it would
    then apply to the next instruction.
    """
    text = dockerfile.source.text
    if has_comments_inside(dockerfile, instruction) or instruction.parent is not None:
        return None
    if any(comment.text.startswith(PRAGMAS) for comment in instruction.comments):
        return None
    start = text.rfind("\n", 0, instruction.start) + 1
    end = text.find("\n", instruction.end) + 1
    if end == 0:
        # The last line has no line feed; remove that of the line before.
        end = len(text)
        start = max(0, start - (2 if text[max(0, start - 2) : start] == "\r\n" else 1))
    elif _blank_before(text, start) and _blank_at(text, end):
        end = text.find("\n", end) + 1 or len(text)
    return [Edit(start, end, "")], [Edit(instruction.start, instruction.end, "")]


def has_comments_inside(dockerfile: Dockerfile, instruction: Instruction) -> bool:
    """Whether there are comment lines between the lines of the instruction."""
    comments = dockerfile.comments
    first = bisect_right(comments, instruction.start, key=lambda comment: comment.start)
    return first < len(comments) and comments[first].start < instruction.end


def _blank_before(text: str, start: int) -> bool:
    return start == 0 or not text[text.rfind("\n", 0, start - 1) + 1 : start].strip()


def _blank_at(text: str, at: int) -> bool:
    end = text.find("\n", at)
    return end >= 0 and not text[at:end].strip()


def insert_instruction_before(
    dockerfile: Dockerfile, instruction: Instruction, line: str
) -> tuple[list[Edit], list[Edit]]:
    """The edits that insert a one-line instruction before another and its comments, and their declaration."""
    text = dockerfile.source.text
    first = min([instruction.start, *(comment.start for comment in instruction.comments)])
    at = text.rfind("\n", 0, first) + 1
    return [Edit(at, at, line + line_ending(text))], [Edit(instruction.start, instruction.start, line + "\n")]


def line_ending(text: str) -> str:
    """The line ending of the first line of a text; a line feed when there is only one line."""
    return "\r\n" if text[max(0, (end := text.find("\n")) - 1) : end + 1] == "\r\n" else "\n"
