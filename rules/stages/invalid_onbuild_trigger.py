"""DL3043."""

from __future__ import annotations

from ...syntax.source import Span
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Onbuild

_REFUSED = ("ONBUILD", "FROM", "MAINTAINER")


@rule("DL3043", level=ERROR, since="0.1", default=False, onbuild=False, formerly=("onbuild-trigger",))
def invalid_onbuild_trigger(onbuild: Onbuild, build: Build) -> Iterator[Finding]:
    """ONBUILD is followed by an instruction that cannot be a trigger.

    ## Why
    BuildKit rejects ONBUILD, FROM and MAINTAINER as triggers. Off by default because `syntax-error` reports it too.
    """
    trigger = onbuild.arguments_text.split(" ")[0].split("\t")[0]
    if trigger.upper() in _REFUSED:
        where = onbuild.logical.span(onbuild.arguments_index, onbuild.arguments_index + len(trigger))
        yield Finding(
            f"{trigger.upper()} is not allowed as an ONBUILD trigger; remove it", Span(where.start, where.end)
        )


EXAMPLES = (
    Bad("ONBUILD «ONBUILD» RUN a"),
    Good("ONBUILD RUN a"),
    Bad("ONBUILD «FROM» debian:12\nRUN a"),
    Bad("ONBUILD «MAINTAINER» a"),
)
