"""COR017."""

from __future__ import annotations

import re

from ...syntax.instruction_checks import not_a_comment
from ...syntax.source import Span
from ...syntax.tree import Arg, CommandLine, CopyOrAdd, Env, Volume
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Add, Cmd, Copy, Entrypoint, Healthcheck, User, Workdir

_COMMENT = re.compile(r"\s(#(\s.*)?)$")
_AFTER_ARRAY = re.compile(r"\]\s*(#.*)$")


@rule("COR017", level=WARNING, since="0.1", prefilter=(" #", "\t#"))
def trailing_comment(
    instruction: Workdir | User | Volume | Copy | Add | Env | Arg | Cmd | Entrypoint | Healthcheck, build: Build
) -> Iterator[Finding]:
    """A comment follows an instruction on the same line, so it becomes part of the instruction.

    ## Why
    In a Dockerfile, `#` only begins a comment at the start of a line. `WORKDIR /app # home` is the directory
    `/app # home`, `COPY a b # x` copies three files, and `CMD ["a"] # x` is not an exec form any more.

    ## What to do
    Put the comment on a line of its own, before the instruction.

    ## Exceptions
    - Commands in shell form, where `#` begins a comment of the shell.
    - A `#` that is quoted, or followed by anything other than a space.
    """
    text = instruction.logical.text
    if instruction.heredocs or (instruction.json and not isinstance(instruction, CommandLine)):
        return
    if isinstance(instruction, CommandLine):
        words = instruction.words
        if instruction.json or not words or not words[0].text.startswith("["):
            return
        found = _AFTER_ARRAY.search(text)
    else:
        if isinstance(instruction, CopyOrAdd | Volume | Arg) and not _has_word(instruction):
            return
        if isinstance(instruction, Env) and not (instruction.pairs and instruction.pairs[0].legacy):
            return
        at = text.rfind(" #") if " #" in text else text.rfind("\t#")
        found = _COMMENT.search(text, max(at, instruction.arguments_index)) if at >= 0 else None
    if found is None or _is_quoted(text[instruction.arguments_index : found.start(1)]):
        return
    place = Span(instruction.logical.offset(found.start(1)), instruction.logical.end_offset(found.end(1)))
    yield Finding(not_a_comment(found[1], instruction.name), place)


def _has_word(instruction: CopyOrAdd | Volume | Arg) -> bool:
    words = [pair.key for pair in instruction.pairs] if isinstance(instruction, Arg) else instruction.arguments
    return any(word.text == "#" for word in words[1:])


def _is_quoted(text: str) -> bool:
    return text.count('"') % 2 == 1 or text.count("'") % 2 == 1


EXAMPLES = (
    Bad("WORKDIR /app «# home»", message="`# home` is not a comment, but part of WORKDIR"),
    Good("# home\nWORKDIR /app"),
    Bad("USER app «# not root»"),
    Bad("VOLUME /data «# d»"),
    Bad("COPY a /b «# the file»"),
    Bad("ADD x y «# note»"),
    Bad("ENV B x «# two»"),
    Bad("ARG A=1 «# one»"),
    Bad('CMD ["true"] «# run»'),
    Bad('HEALTHCHECK CMD ["curl", "x"] «# check»'),
    Bad("ONBUILD USER app «# not root»", message="part of USER"),
    Good("EXPOSE 80 # web", why="a build error, which SYN004 reports"),
    Good("RUN make # fast"),
    Good("CMD app # run"),
    Good('ENV A="x # y"'),
    Good("ENV A x#y"),
    Good("COPY a#b /x/"),
    Good('CMD ["a", "#", "b"]'),
    Good("WORKDIR /app#1"),
)
