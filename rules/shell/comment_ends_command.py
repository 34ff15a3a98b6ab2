"""COR032."""

from __future__ import annotations

from ...model.state import is_windows_shell
from ...syntax.blanks import shell_line_spans
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Cmd, Entrypoint, Run


@rule("COR032", level=ERROR, since="0.1", prefilter=("#",))
def comment_ends_command(instruction: Run | Cmd | Entrypoint, build: Build) -> Iterator[Finding]:
    """A shell comment at the end of a continued line comments out all lines after it.

    ## Why
    The continued lines of an instruction are one line for the shell: what follows `#` is a comment up to the end of
    the instruction. The commands on the next lines never run, and the build does not fail.

    ## What to do
    Put the comment on a line of its own: a line that starts with `#` is removed before the shell sees it.

    ## Exceptions
    - Heredocs, in which each line is one for the shell too.
    """
    logical = instruction.logical
    if instruction.json or instruction.heredocs or not instruction.arguments or len(logical.starts) < 2:
        return
    if is_windows_shell(build.state(instruction).shell):
        return
    script = instruction.arguments[-1].start_index
    text = logical.text
    if "#" not in text[script : logical.starts[-1]]:
        return
    for start, end in shell_line_spans(text[script:]):
        if text[script + start] != "#":
            continue
        after = next((at for at in logical.starts if at > script + start), len(text))
        if after < script + end and text[after:].strip(" \t\r"):
            note = text[script + start : after].strip()
            yield Finding(
                f"`{note}` also comments out the lines after it, which the shell sees as one line; put it on a line of "
                "its own",
                logical.span(script + start, script + start + len(note)),
            )


EXAMPLES = (
    Bad("RUN mkdir /a «# the data» \\\n && chmod 700 /a", message="`# the data` also comments out the lines after it"),
    Good("RUN mkdir /a \\\n # the data\n && chmod 700 /a"),
    Bad("RUN set -e; \\\n  echo a; «# first» \\\n  echo b"),
    Good("RUN mkdir /a # the data", why="nothing follows"),
    Good("RUN echo '# a' \\\n && echo a#b \\\n && b", why="not comments"),
    Good("RUN echo ${a#b} $# \\\n && b", why="not comments"),
    Good("RUN <<EOF\na # b\nc\nEOF"),
)
