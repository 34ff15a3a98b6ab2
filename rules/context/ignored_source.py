"""BK019."""

from __future__ import annotations

from ...model.layers import is_remote
from ...syntax.tree import Add, Transfer
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.context import Context


@rule("BK019", level=WARNING, since="0.1", also=("buildkit:CopyIgnoredFile",), onbuild=False)
def ignored_source(build: Build) -> Iterator[Finding]:
    """COPY or ADD names a file that the `.dockerignore` keeps out of the build context.

    ## Why
    The file is never sent to the builder, so the step fails although the file is there.

    ## What to do
    Take the pattern out of the `.dockerignore`, or put an exception behind it: `!name`.
    """
    context = build.context
    if context is None or context.ignore is None:
        return
    for stage in build.stages:
        for instruction in stage.instructions:
            if not isinstance(instruction, Transfer) or instruction.flag("from"):
                continue
            for source in instruction.sources:
                value = build.value(instruction, source)
                if value is None or value.startswith("<<") or (isinstance(instruction, Add) and is_remote(value)):
                    continue
                line = _ignored_by(context, value)
                if line is not None:
                    yield Finding(
                        f"`{source.text}` is kept out of the build context by the .dockerignore, line {line}", source
                    )


def _ignored_by(context: Context, value: str) -> int | None:
    """The line of the ignore file that keeps all of the source out; None when something of it is sent."""
    ignore = context.ignore
    if ignore is None or any(char in value for char in "*?["):
        return None
    path = value.strip("/").removeprefix("./")
    if path in ("", "."):
        whole = [rule.line for rule in ignore.rules if rule.pattern in ("*", "**", "**/*") and not rule.negated]
        return whole[-1] if whole and not ignore.has_exceptions else None
    deciding = ignore.deciding(path)
    if deciding is None or deciding.negated:
        return None
    if ignore.has_exceptions and (context.sent(path) or not context.exists(path)):
        return None
    return deciding.line


EXAMPLES = (
    Bad("COPY «app.env» /etc/", files={".dockerignore": "# local\n*.env\n", "app.env": ""}, message="line 2"),
    Bad("COPY a.py «docs/» /x/", files={".dockerignore": "docs\n", "a.py": "", "docs/i.md": ""}),
    Bad("COPY «.» /x/", files={".dockerignore": "**\n", "a.py": ""}),
    Good("COPY a.py /x/", files={".dockerignore": "docs\n", "a.py": ""}),
    Good(
        "COPY docs /x/",
        files={".dockerignore": "docs\n!docs/api\n", "docs/api/i.md": ""},
        why="an exception lets a part of it through",
    ),
    Good("FROM alpine:3.20 AS b\nFROM alpine:3.20\nCOPY --from=b docs /x/", files={".dockerignore": "docs\n", "a": ""}),
)
