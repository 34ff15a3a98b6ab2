"""BK004."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.instruction_checks import KEYWORDS
from ...syntax.source import Span
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("BK004", level=WARNING, since="0.1", aliases=("buildkit:ConsistentInstructionCasing",), onbuild=False, fix=SAFE)
def keyword_casing(build: Build) -> Iterator[Finding]:
    """An instruction is not written in the case of the others.

    ## Why
    Keywords in one case are told from their arguments at a glance. Lower case counts as the file's style only when most
    instructions are written in it.

    ## What is left alone
    ARG before the first FROM, which BuildKit does not count.

    ## Fix safety
    Safe: the case of a keyword means nothing to a build.
    """
    found = [stage.from_ for stage in build.stages]
    found += [i for stage in build.stages for i in stage.instructions if i.name in KEYWORDS]
    lower = sum(i.keyword == i.keyword.lower() for i in found)
    upper = sum(i.keyword == i.name for i in found)
    word = "lower" if lower > upper else "upper"
    for instruction in found:
        wanted = instruction.keyword.lower() if lower > upper else instruction.name
        if instruction.keyword != wanted:
            start = instruction.keyword_end - len(instruction.keyword)
            where = Span(start, instruction.keyword_end)
            yield Finding(
                f"`{instruction.keyword}` should be `{wanted}`: most instructions here are in {word} case",
                where,
                fix=Fix(f"Write `{wanted}`", SAFE, [Edit(where.start, where.end, wanted)]),
            )


EXAMPLES = (
    Bad("FROM debian:12\n«run» a\nCOPY b c", message="should be `RUN`", fixed="FROM debian:12\nRUN a\nCOPY b c"),
    Bad("«From» debian:12\n«Run» a", message="should be `FROM`"),
    Bad("from debian:12\nrun a\n«CMD» b", message="in lower case"),
    Good("from debian:12\nrun a"),
    Good("arg v=1\nFROM debian:$v\nRUN a", why="BuildKit does not count what stands before the first FROM"),
)
