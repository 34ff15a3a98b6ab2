"""COR026."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Env, KeyValuePair, Label


@rule("COR026", level=WARNING, since="0.1")
def repeated_key(instruction: Env | Label, build: Build) -> Iterator[Finding]:
    """An ENV or LABEL sets the same key twice.

    ## Why
    Only the last value counts. In an ENV, the values of one instruction do not see each other, so
    `ENV P=/a:$P P=/b:$P` loses `/a`.

    ## What to do
    Delete one of them, or write a second instruction if the value builds on the first.
    """
    seen: dict[str, KeyValuePair] = {}
    for pair in instruction.pairs:
        key = build.state(instruction).value(pair.key.text)
        if key is None:
            continue
        first = seen.setdefault(key, pair)
        if first is not pair:
            line = build.dockerfile.source.line(first.key.start)
            message = f"`{key}` is set twice in one {instruction.name} (first on line {line}); only the last counts"
            yield Finding(message, pair.key, related=[(first.key, "set here first")])


EXAMPLES = (
    Bad("ENV A=1 \\\n    B=2 \\\n    «A»=3", message="`A` is set twice in one ENV (first on line 2)"),
    Good("ENV A=1 B=2"),
    Bad("LABEL a=1 b=2 «a»=3"),
    Bad('ENV P=/a:$P «P»="/b:$P"'),
    Good("ENV A=1\nENV A=2"),
    Good("LABEL a=1 A=2"),
)
