"""The line breaks of an instruction, now and when formatted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from ...syntax.blanks import shell_line_spans

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...syntax.tree import Comment, Dockerfile, Instruction

_BLANK = " \t"
_LEADING = ("&&", "||", "|")
"""Shell operators that start a line."""


class LineBreak:
    """A line break in the joined line of an instruction.

    `start_index`, `end_index`: the insignificant white space around it; the next line starts at `end_index`.
    `mandatory`: it is inside a word or between words without white space, and is kept as it is.
    `comments`: the comment lines at the break.
    `line`: where the present line starts, None for a new line break.
    """

    __slots__ = ("comments", "end_index", "line", "mandatory", "start_index")

    def __init__(
        self, at: int, to: int, comments: Sequence[Comment] = (), mandatory: bool = False, line: int | None = None
    ) -> None:
        self.start_index = at
        self.end_index = to
        self.line = line
        self.comments = comments
        self.mandatory = mandatory


def unwrap_onbuild(instruction: Instruction) -> Instruction:
    """The instruction, or the trigger of an ONBUILD."""
    while instruction.trigger is not None:
        instruction = instruction.trigger
    return instruction


def fixed_spans(instruction: Instruction) -> list[tuple[int, int]]:
    """The spans of keywords, flags and arguments in the joined line, in which white space is kept."""
    spans: list[tuple[int, int]] = []
    node: Instruction | None = instruction
    while node is not None:
        spans.append((node.start_index, node.start_index + len(node.keyword)))
        spans += [(flag.start_index, flag.end_index) for flag in node.flags]
        if node.trigger is None:
            spans += _argument_spans(node)
        node = node.trigger
    return sorted(span for span in spans if span[1] > span[0])


def _argument_spans(node: Instruction) -> Iterator[tuple[int, int]]:
    if node.json:
        yield from ((each.start_index - 1, each.end_index + 1) for each in node.arguments)
        return
    text = node.logical.text
    for number, argument in enumerate(node.arguments):
        if is_shell_form(node) and number == len(node.arguments) - 1:
            for start, end in shell_line_spans(text[argument.start_index : argument.end_index]):
                yield argument.start_index + start, argument.start_index + end
        else:
            yield argument.start_index, argument.end_index


def is_shell_form(node: Instruction) -> bool:
    """Whether the last argument is a command in shell form."""
    if node.json or not node.arguments:
        return False
    return node.name in ("RUN", "CMD", "ENTRYPOINT") or (node.name == "HEALTHCHECK" and len(node.arguments) == 2)


def find_line_breaks(
    dockerfile: Dockerfile, instruction: Instruction, words: Sequence[tuple[int, int]]
) -> list[LineBreak]:
    """The present line breaks of the instruction; `words` are its fixed spans."""
    logical = instruction.logical
    text = logical.text
    ends = [end for _, end in words]
    starts = logical.starts
    found: list[LineBreak] = []
    for piece in range(1, len(starts)):
        at = starts[piece]
        comments = _comments_between(dockerfile, logical.offsets[piece - 1], logical.offsets[piece])
        inside = bisect_right(ends, at)
        first, last = _blanks_around(text, at)
        if (inside < len(words) and words[inside][0] < at) or first == last:
            found.append(LineBreak(at, at, comments, mandatory=True))
        elif found and not found[-1].mandatory and found[-1].end_index == last:
            found[-1].comments = [*found[-1].comments, *comments]
        else:
            found.append(LineBreak(first, last, comments, line=last))
    return found


def _comments_between(dockerfile: Dockerfile, start: int, end: int) -> list[Comment]:
    comments = dockerfile.comments
    first = bisect_left(comments, start, key=lambda comment: comment.start)
    last = bisect_left(comments, end, key=lambda comment: comment.start)
    return list(comments[first:last])


def _blanks_around(text: str, at: int) -> tuple[int, int]:
    first = last = at
    while first and text[first - 1] in _BLANK:
        first -= 1
    while last < len(text) and text[last] in _BLANK:
        last += 1
    return first, last


def move_operators_first(text: str, cuts: Sequence[LineBreak]) -> tuple[list[LineBreak], list[tuple[int, int]]]:
    """The line breaks moved before `&&`, `||` and `|`, and the spans to replace by one space."""
    moved: dict[int, LineBreak] = {}
    joined: list[tuple[int, int]] = []
    for cut in cuts:
        operator = (
            ""
            if cut.mandatory
            else next((each for each in _LEADING if text.endswith(f" {each}", 0, cut.start_index)), "")
        )
        if operator and cut.end_index < len(text):
            joined.append((cut.start_index, cut.end_index))
            start = cut.start_index - len(operator)
            cut = LineBreak(len(text[:start].rstrip(_BLANK)), start, cut.comments, line=cut.line)
        if cut.end_index in moved and not cut.mandatory:
            cut = LineBreak(
                cut.start_index, cut.end_index, [*moved[cut.end_index].comments, *cut.comments], line=cut.line
            )
        moved[cut.end_index] = cut
    return [moved[key] for key in sorted(moved)], joined
