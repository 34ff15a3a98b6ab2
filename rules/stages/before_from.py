"""DL3061."""

from __future__ import annotations

from ...syntax.source import Span
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3061", level=ERROR, since="0.1", default=False, onbuild=False)
def before_from(build: Build) -> Iterator[Finding]:
    """Something but ARG stands before the first FROM.

    ## Why
    There is no stage that it could belong to; BuildKit refuses the file. Off by default because SYN003 says so too.
    """
    for instruction in build.global_instructions:
        if instruction.name != "ARG":
            where = Span(instruction.start, instruction.keyword_end)
            yield Finding(f"{instruction.name} stands before the first FROM, where only ARG may stand", where)
            return


EXAMPLES = (
    Bad("«RUN» a\nFROM debian:12"),
    Bad("# a\nARG A=1\n«ENV» B=2\nFROM debian:12"),
    Good("ARG A=1\n# a\nFROM debian:12"),
)
