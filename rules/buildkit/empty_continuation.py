"""BK003."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.source import WHITESPACE, Span
from ...syntax.swallowed import swallowed_instructions
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Instruction


@rule("BK003", level=WARNING, since="0.1", aliases=("buildkit:NoEmptyContinuation",), onbuild=False, fix=SAFE)
def empty_continuation(build: Build) -> Iterator[Finding]:
    """A multi-line instruction contains an empty line.

    ## Why
    The empty line looks like the end of the instruction. BuildKit still accepts it, but warns that a future release
    will not.

    ## What to do
    Remove the line, or turn it into a comment: comments are allowed between continued lines.

    ## Fix safety
    Safe: BuildKit ignores the line. No fix if the next line is an instruction: then the backslash is a mistake.
    """
    for instruction in build.dockerfile.instructions:
        if instruction.empty_continuation:
            places = _empty_lines(build, instruction)
            title = f"Remove the empty line{'s' if len(places) > 1 else ''}"
            # Without the empty line, an instruction that became a part of this one by mistake would look intended.
            swallowed = swallowed_instructions(build.dockerfile, instruction)
            fix = Fix(title, SAFE, [Edit(place.start, place.end, "") for place in places])
            where = places[0] if places else Span(instruction.start, instruction.keyword_end)
            message = f"empty line inside {instruction.name} will become a build error; remove it"
            yield Finding(message, where, fix=fix if places and not swallowed else None)


def _empty_lines(build: Build, instruction: Instruction) -> list[Span]:
    """The empty lines within the instruction, with their line endings."""
    starts, text = build.dockerfile.source.line_starts, build.dockerfile.source.text
    found: list[Span] = []
    for line in range(instruction.start_line, instruction.end_line):
        start, end = starts[line], starts[line + 1] if line + 1 < len(starts) else len(text)
        if not text[start:end].strip(WHITESPACE) and not any(h.start <= start < h.end for h in instruction.heredocs):
            found.append(Span(start, end))
    return found


EXAMPLES = (
    Bad("RUN echo a && \\\n«\n»    echo b", message="inside RUN", fixed="RUN echo a && \\\n    echo b"),
    Good("RUN echo a && \\\n  # and\n    echo b", why="a comment is allowed"),
    Bad(
        "FROM debian:12\nCOPY a \\\n«  \n»\n  /b",
        why="reported once per instruction",
        fixed="FROM debian:12\nCOPY a \\\n  /b",
    ),
    Bad("RUN a && \\\n«\n»COPY a /b", fixed="RUN a && \\\n\nCOPY a /b", why="no fix: `swallowed-instruction`"),
    Good("RUN <<EOF\necho a\n\necho b\nEOF", why="part of a heredoc"),
)
