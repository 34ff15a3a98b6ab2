"""Instructions that are part of the one before them, because the line before ends in a continuation."""

from __future__ import annotations

import re

from .blanks import shell_line_spans
from .source import Span
from .tree import CommandLine, Healthcheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tree import CopyOrAdd, Dockerfile, Instruction

_LINE = (
    r"(?:FROM[ \t]+\S+(?:[ \t]+(?:AS|as)[ \t]+\S+)?[ \t\r]*$|(?:RUN|CMD|ENTRYPOINT|WORKDIR|MAINTAINER|ARG)[ \t]+\S"
    r"|(?:COPY|ADD)[ \t]+\S+[ \t]+\S|(?:ENV|LABEL)[ \t]+[\w.\"-]+[= \t]|EXPOSE[ \t]+[\d$]|USER[ \t]+\S+[ \t\r]*$"
    r"|VOLUME[ \t]+[/$\"\[]|SHELL[ \t]+\[|HEALTHCHECK[ \t]+(?:CMD|NONE|--)|STOPSIGNAL[ \t]+\S+[ \t\r]*$"
    r"|ONBUILD[ \t]+[A-Z]+[ \t])"
)
"""The start of a line that is an instruction: the keyword in capitals at the start, and arguments that fit it."""

_UNQUOTED = r"""(?:[^"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')*"""
"""Text without a quote that is not closed."""


def swallowed_instructions(dockerfile: Dockerfile, instruction: Instruction) -> list[Span]:
    """The keywords of instructions at the start of continuation lines of `instruction`, outside of quotes.

    Lines that are indented are arguments, and so is CMD in HEALTHCHECK.
    """
    text, logical = dockerfile.source.text, instruction.logical
    if len(logical.starts) < 2:
        return []
    found: list[Span] = []
    for index, start in zip(logical.starts[1:], logical.offsets[1:], strict=True):
        if not start or text[start - 1] != "\n" or not text[start : start + 1].isupper():
            continue
        match = re.compile(_LINE, re.MULTILINE).match(text, start)
        if match and not _is_argument(instruction, index, match.group()):
            found.append(Span(start, start + len(match.group().split()[0])))
    return found


def has_foreign_words(dockerfile: Dockerfile, copy: CopyOrAdd) -> bool:
    """Whether words of a COPY or ADD are no paths, but a comment after it or the instruction that follows it."""
    if not copy.json and any(word.text == "#" for word in copy.arguments[1:]):
        return True
    return bool(swallowed_instructions(dockerfile, copy.parent or copy))


def _is_argument(instruction: Instruction, index: int, line: str) -> bool:
    """Whether the line at `index` of the joined line may be meant as an argument of the instruction."""
    node = instruction
    while node.trigger is not None:
        node = node.trigger
        if node.start_index == index:
            return True
    if isinstance(node, Healthcheck) and line.startswith("CMD"):
        return " CMD " not in node.logical.text[:index]
    if isinstance(node, CommandLine) and not node.json:
        starts = node.arguments[-1].start_index if node.arguments else 0
        return all(starts + start != index for start, _ in shell_line_spans(node.logical.text[starts:]))
    return any(
        each.start_index < index < each.end_index
        and not re.fullmatch(_UNQUOTED, each.text[: index - each.start_index], re.DOTALL)
        for each in node.arguments
    )
