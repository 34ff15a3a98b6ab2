"""BK003."""

from __future__ import annotations

from ...syntax.source import SPACE, Span
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Instruction


@rule("BK003", level=WARNING, since="0.1", also=("buildkit:NoEmptyContinuation",), onbuild=False)
def empty_continuation(build: Build) -> Iterator[Finding]:
    """An empty line stands inside an instruction that goes on behind it.

    ## Why
    It reads as the end of the instruction and is none. BuildKit accepts it for now and says that a later release will
    refuse it.

    ## What to do
    Take the line out, or make a comment of it: comments may stand between continued lines.
    """
    for instruction in build.dockerfile.instructions:
        if instruction.empty_continuation:
            place = _empty_line(build, instruction)
            yield Finding(f"an empty line inside of {instruction.name}: BuildKit will refuse it one day", place)


def _empty_line(build: Build, instruction: Instruction) -> Span:
    """The first empty line of the instruction, with its line ending."""
    starts, text = build.dockerfile.source.line_starts, build.dockerfile.source.text
    for line in range(instruction.start_line, instruction.empty_continuation):
        start, end = starts[line], starts[line + 1] if line + 1 < len(starts) else len(text)
        if not text[start:end].strip(SPACE):
            return Span(start, end)
    return Span(instruction.start, instruction.keyword_end)


EXAMPLES = (
    Bad("RUN echo a && \\\n«\n»    echo b", message="inside of RUN"),
    Bad("FROM debian:12\nCOPY a \\\n«  \n»\n  /b", why="two empty lines are one mistake"),
    Good("RUN echo a && \\\n  # and\n    echo b", why="a comment is fine"),
    Good("RUN <<EOF\necho a\n\necho b\nEOF", why="a heredoc's empty line is the shell's"),
)
