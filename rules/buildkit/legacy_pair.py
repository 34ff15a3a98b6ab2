"""BK013."""

from __future__ import annotations

from ...syntax.source import Span
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Env, Label


@rule("BK013", level=WARNING, since="0.1", also=("buildkit:LegacyKeyValueFormat",))
def legacy_pair(instruction: Env | Label, build: Build) -> Iterator[Finding]:
    """ENV or LABEL is written `key value`, without `=`.

    ## Why
    The old form takes the rest of the line as the value, so `ENV A=1 B=2` and `ENV A 1 B=2` mean quite different
    things. Docker's reference discourages it, and `docker build` warns.

    ## What to do
    Write `key=value`, with double quotes around a value with spaces.
    """
    for pair in instruction.pairs:
        if pair.legacy and pair.value is not None:
            yield Finding(
                f"`{instruction.name} {pair.key.text}=…` instead of the old form without `=`",
                Span(pair.key.start, pair.value.end),
            )


EXAMPLES = (
    Bad("ENV «LANG C.UTF-8»", message="`ENV LANG=…`"),
    Bad("LABEL «maintainer Jane Doe»"),
    Bad("ENV «A 1 B=2»", why="one variable, whose value is `1 B=2`"),
    Bad("ONBUILD ENV «A b»"),
    Good("ENV LANG=C.UTF-8 A=b"),
    Good('LABEL maintainer="Jane Doe"'),
)
