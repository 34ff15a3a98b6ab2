"""COR031."""

from __future__ import annotations

from bisect import bisect_left

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run

_WRITING = frozenset(("echo", "printf"))


@rule("COR031", level=WARNING, since="0.1", prefilter=("echo", "printf"))
def comment_in_text(run: Run, build: Build) -> Iterator[Finding]:
    """A line of text that `echo` or `printf` writes starts with `#`, so the build removes it as a comment.

    ## Why
    A line of a Dockerfile that starts with `#` is a comment, also between the lines of an instruction and inside
    quotes. It never reaches the shell, and is missing in the file that is written.

    ## What to do
    Write the text with a heredoc, in which `#` has no meaning:

        COPY <<EOF /etc/inputrc
        # arrow up
        EOF

    ## Exceptions
    - Other commands: in `bash -c "…"`, the line is a comment for the shell as well.
    """
    comments = build.dockerfile.comments
    if run.heredocs or not comments:
        return
    for command in build.commands(run):
        if command.name not in _WRITING:
            continue
        for word in command.args:
            if word.text[:1] not in ("'", '"'):
                continue
            at = bisect_left(comments, word.start, key=lambda comment: comment.start)
            while at < len(comments) and comments[at].start < word.end:
                line = build.dockerfile.source.text[comments[at].start : comments[at].end].strip()
                message = f"`{line}` is a comment of the Dockerfile, so it is not part of the text; use a heredoc"
                yield Finding(message, comments[at])
                at += 1


EXAMPLES = (
    Bad(
        "RUN printf '%s' 'set bell off \\\n«# arrow up»\nset x' > /etc/inputrc",
        message="`# arrow up` is a comment of the Dockerfile",
    ),
    Good("RUN echo 'a # b'"),
    Good("RUN echo a \\\n# why\n  && echo b", why="between commands"),
    Good("RUN bash -c 'a; \\\n# why\nb'", why="a script"),
    Good("COPY <<EOF /a\n# arrow up\nEOF"),
)
