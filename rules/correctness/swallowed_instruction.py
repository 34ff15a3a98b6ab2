"""COR030."""

from __future__ import annotations

import re

from ...syntax.swallowed import swallowed_instructions
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build

_WINDOWS_PATH = r"(?:^|[\s\"'=])[A-Za-z]:\S*\\\s*$"
"""A path of Windows that ends with a backslash, at the end of a line."""


@rule("COR030", level=ERROR, since="0.1", onbuild=False)
def swallowed_instruction(build: Build) -> Iterator[Finding]:
    """An instruction is part of the one before it, whose last line ends with a backslash.

    ## Why
    A backslash at the end of a line continues the instruction on the next line that is neither empty nor a comment.
    If that is the next instruction, it becomes text of the one before: `CMD` is then an argument of `rm`, and the
    image has no command.

    ## What to do
    Remove the backslash. If a path of Windows ends with it, write `/`, or choose another escape character with the
    directive `# escape=`.

    ## Exceptions
    - Lines that are indented, and lines in quotes.
    - `CMD` in HEALTHCHECK.
    """
    dockerfile = build.dockerfile
    for instruction in dockerfile.instructions:
        for place in swallowed_instructions(dockerfile, instruction):
            keyword = dockerfile.source.text[place.start : place.end]
            line, last = _continued_line(build, place.start)
            remedy = "remove it"
            if re.search(_WINDOWS_PATH, last):
                remedy = "write `/`, or set another character with `# escape=`"
            yield Finding(
                f"`{keyword}` is part of the {instruction.name} above, because line {line} ends with "
                f"`{dockerfile.escape}`; {remedy}",
                place,
            )


def _continued_line(build: Build, start: int) -> tuple[int, str]:
    """Number and text of the last line before `start` that is neither empty nor a comment."""
    source = build.dockerfile.source
    lines = source.text[:start].split("\n")[:-1]
    while lines and (not lines[-1].strip() or lines[-1].lstrip()[:1] == "#"):
        lines.pop()
    return len(lines), lines[-1] if lines else ""


EXAMPLES = (
    Bad(
        'RUN make \\\n«CMD» ["/app"]',
        message="`CMD` is part of the RUN above, because line 2 ends with `\\`",
    ),
    Good('RUN make\nCMD ["/app"]'),
    Bad("RUN mkdir /d && \\\n    touch /d/x && \\\n\n«COPY» a /a", message="line 3"),
    Bad("COPY a /a \\\n# the port\n«EXPOSE» 80\n"),
    Bad("WORKDIR /app \\\n«COPY» a b"),
    Bad("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY a c:\\\n«RUN» dir c:", message="write `/`, or set"),
    Bad('USER 1000 \\\n«CMD» ["/app"]', message="line 2 ends with `\\`; remove it"),
    Bad("RUN make \\\n\n\n«FROM» debian:12-slim AS next"),
    Good("RUN env \\\nENV=production make", why="an argument"),
    Good("RUN echo 'a \\\nCOPY b c'", why="in quotes"),
    Good("RUN apt-get install -y \\\n  ADD x", why="indented"),
    Good("HEALTHCHECK --interval=5m \\\nCMD true"),
    Good("LABEL a=b \\\nEXPOSE=1"),
    Good("ONBUILD \\\nRUN make"),
    Good('LABEL a="b \\\nRUN make"', why="in quotes"),
    Good("RUN <<EOF\nmake \\\nCMD x\nEOF", why="a heredoc"),
)
