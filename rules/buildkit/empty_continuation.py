"""BK003."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.source import WHITESPACE, Span
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Instruction


@rule("BK003", level=WARNING, since="0.1", aliases=("buildkit:NoEmptyContinuation",), onbuild=False, fix=SAFE)
def empty_continuation(build: Build) -> Iterator[Finding]:
    """An empty line stands inside an instruction that goes on behind it.

    ## Why
    It reads as the end of the instruction and is none. BuildKit accepts it for now and says that a later release will
    refuse it.

    ## What to do
    Take the line out, or make a comment of it: comments may stand between continued lines.

    ## Fix safety
    Safe: BuildKit skips the line.
    """
    for instruction in build.dockerfile.instructions:
        if instruction.empty_continuation:
            places = _empty_lines(build, instruction)
            fix = Fix("Take the empty lines out", SAFE, [Edit(place.start, place.end, "") for place in places])
            where = places[0] if places else Span(instruction.start, instruction.keyword_end)
            message = f"an empty line inside of {instruction.name}: BuildKit will refuse it one day"
            yield Finding(message, where, fix=fix if places else None)


def _empty_lines(build: Build, instruction: Instruction) -> list[Span]:
    """The empty lines of the instruction that it goes on behind, with their line endings."""
    starts, text = build.dockerfile.source.line_starts, build.dockerfile.source.text
    found: list[Span] = []
    for line in range(instruction.start_line, instruction.end_line):
        start, end = starts[line], starts[line + 1] if line + 1 < len(starts) else len(text)
        if not text[start:end].strip(WHITESPACE) and not any(h.start <= start < h.end for h in instruction.heredocs):
            found.append(Span(start, end))
    return found


EXAMPLES = (
    Bad("RUN echo a && \\\n«\n»    echo b", message="inside of RUN", fixed="RUN echo a && \\\n    echo b"),
    Bad(
        "FROM debian:12\nCOPY a \\\n«  \n»\n  /b",
        why="two empty lines are one mistake",
        fixed="FROM debian:12\nCOPY a \\\n  /b",
    ),
    Good("RUN echo a && \\\n  # and\n    echo b", why="a comment is fine"),
    Good("RUN <<EOF\necho a\n\necho b\nEOF", why="a heredoc's empty line is the shell's"),
)
