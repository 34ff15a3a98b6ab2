"""BK020."""

from __future__ import annotations

from ...syntax.tree import Arg, From
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Comment

_PRAGMAS = ("syntax", "escape", "check", "hadolint", "dlint:", "dlint ")


@rule(
    "BK020",
    level=WARNING,
    since="0.1",
    aliases=("buildkit:InvalidDefinitionDescription",),
    default=False,
    onbuild=False,
)
def description_comment(instruction: Arg | From, build: Build) -> Iterator[Finding]:
    """The comment before an ARG or a named stage does not start with its name.

    ## Why
    `docker build --call=outline` shows such a comment as the description of the argument or stage, but only if it
    starts with the name: `# VERSION the Python version`. Off by default because BuildKit's own check is experimental.

    ## What to do
    Start the comment with the name. If the comment is not a description, put a line with only `#` between it and the
    instruction.

    ## Exceptions
    - Parser directives and comments for linters.
    """
    comment = _description(instruction)
    if comment is None or comment.text.startswith(_PRAGMAS):
        return
    if isinstance(instruction, From):
        words = [instruction.alias] if instruction.alias else []
        names = [word.text.lower() for word in words]
    else:
        words = [pair.key for pair in instruction.pairs]
        names = [word.text for word in words]
    indented = build.dockerfile.source.position(comment.start)[1] > 1
    if words and (indented or comment.text.split(" ")[0] not in names):
        shown = " or ".join(f"`# {name} …`" for name in names)
        yield Finding(
            f"comment is not used as the description of `{names[0]}`; start it with {shown}",
            words[0],
            related=[(comment, "the comment")],
        )


def _description(instruction: Arg | From) -> Comment | None:
    """The comment that BuildKit reads as the description: the last one before the instruction, unless it is empty."""
    last = instruction.comments[-1] if instruction.comments else None
    return last if last is not None and last.text else None


EXAMPLES = (
    Bad("# the version\nARG «VERSION»=1", message="start it with `# VERSION …`"),
    Good("# VERSION what to build\nARG VERSION=1"),
    Bad("# base this is it\n# and more\nFROM debian:12 AS «base»"),
    Bad("FROM debian:12\n# a\nARG «b»=1 c=2", message="`# b …` or `# c …`"),
    Good("# a word on all\n#\nARG VERSION=1", why="separated by a line with only #"),
    Good("# stage\nFROM debian:12", why="the stage has no name"),
    Good("# check=skip=StageNameCasing\nFROM debian:12 AS base"),
)
