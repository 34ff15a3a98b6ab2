"""BK004."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.instruction_checks import KEYWORDS
from ...syntax.source import Span
from ..base import HANDWRITTEN, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule(
    "BK004",
    level=WARNING,
    since="0.1",
    aliases=("buildkit:ConsistentInstructionCasing",),
    onbuild=False,
    fix=SAFE,
    scope=HANDWRITTEN,
)
def keyword_casing(build: Build) -> Iterator[Finding]:
    """An instruction keyword is not in the same case as most others in the file.

    ## Why
    Keywords in a consistent case are easy to distinguish from arguments. The file's style is lowercase if most keywords
    are lowercase, and uppercase otherwise.

    ## Fix safety
    Safe: keywords are case-insensitive.

    ## Exceptions
    - ARG before the first FROM, which BuildKit does not check.
    """
    found = [stage.from_ for stage in build.stages]
    found += [i for stage in build.stages for i in stage.instructions if i.name in KEYWORDS]
    lower = sum(i.keyword == i.keyword.lower() for i in found)
    upper = sum(i.keyword == i.name for i in found)
    case = "lowercase" if lower > upper else "uppercase"
    for instruction in found:
        wanted = instruction.keyword.lower() if lower > upper else instruction.name
        if instruction.keyword != wanted:
            start = instruction.keyword_end - len(instruction.keyword)
            where = Span(start, instruction.keyword_end)
            yield Finding(
                f"`{instruction.keyword}` does not match the case of most instructions ({case}); use `{wanted}`",
                where,
                fix=Fix(f"Change to `{wanted}`", SAFE, [Edit(where.start, where.end, wanted)]),
            )


EXAMPLES = (
    Bad("FROM debian:12\n«run» a\nCOPY b c", message="use `RUN`", fixed="FROM debian:12\nRUN a\nCOPY b c"),
    Good("from debian:12\nrun a"),
    Bad("«From» debian:12\n«Run» a", message="use `FROM`"),
    Bad("from debian:12\nrun a\n«CMD» b", message="(lowercase)"),
    Good("arg v=1\nFROM debian:$v\nRUN a", why="not checked before the first FROM"),
)
