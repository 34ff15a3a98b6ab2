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
    """An instruction other than ARG appears before the first FROM.

    ## Why
    Other instructions need a stage, so BuildKit rejects the file. Off by default because `syntax-error` reports it too.
    """
    for instruction in build.global_instructions:
        if instruction.name != "ARG":
            where = Span(instruction.start, instruction.keyword_end)
            yield Finding(
                f"{instruction.name} appears before the first FROM, where only ARG is allowed; move it after FROM",
                where,
            )
            return


EXAMPLES = (
    Bad("«RUN» a\nFROM debian:12"),
    Good("ARG A=1\n# a\nFROM debian:12"),
    Bad("# a\nARG A=1\n«ENV» B=2\nFROM debian:12"),
)
