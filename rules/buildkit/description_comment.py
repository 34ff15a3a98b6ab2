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
    """The comment above an ARG or a named stage does not begin with its name.

    ## Why
    `docker build --call=outline` shows such comments as the descriptions of arguments and targets, when they begin with
    the name: `# VERSION the Python to build with`. BuildKit has this check as an experimental one.

    ## What to do
    Begin the comment with the name, or put a line of just `#` between a comment that is none and the instruction.

    ## What is left alone
    Comments that are for tools: parser directives and pragmas.
    """
    comment = _last(instruction)
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
            f"the comment above describes `{names[0]}` only when it begins {shown}",
            words[0],
            related=[(comment, "the comment")],
        )


def _last(instruction: Arg | From) -> Comment | None:
    """The comment that BuildKit takes for the instruction's; a line of just `#` ends what stands above it."""
    last = instruction.comments[-1] if instruction.comments else None
    return last if last is not None and last.text else None


EXAMPLES = (
    Bad("# the version\nARG «VERSION»=1", message="begins `# VERSION …`"),
    Bad("# base this is it\n# and more\nFROM debian:12 AS «base»"),
    Bad("FROM debian:12\n# a\nARG «b»=1 c=2", message="`# b …` or `# c …`"),
    Good("# VERSION what to build\nARG VERSION=1"),
    Good("# a word on all\n#\nARG VERSION=1", why="a bare # stands between"),
    Good("# stage\nFROM debian:12", why="the stage has no name"),
    Good("# check=skip=StageNameCasing\nFROM debian:12 AS base"),
)
