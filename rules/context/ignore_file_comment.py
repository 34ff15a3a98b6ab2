"""COR058."""

from __future__ import annotations

import posixpath

from ..base import INFO, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("COR058", level=INFO, since="0.1", onbuild=False)
def ignore_file_comment(build: Build) -> Iterator[Finding]:
    """A line of `.dockerignore` is meant as a comment or as several patterns, but is one pattern that matches nothing.

    ## Why
    Only lines that begin with `#` are comments, and each line is one pattern: `// caches` is a pattern, `a b` matches
    a file with a blank in its name only, and what follows a pattern is part of it (`dist # output`).

    ## What to do
    Begin comments with `#`, on lines of their own, and write one pattern per line.

    ## Exceptions
    - Patterns with a blank that match a file. One finding for each file.
    """
    context = build.context
    ignore = context.ignore_file if context is not None else None
    if context is None or ignore is None or not build.stages:
        return
    for rule_ in ignore.rules:
        text = rule_.text.strip()
        if not text.startswith("//") and (" " not in text or context.match(rule_.pattern) or "*" in text):
            continue
        if not text.startswith("//") and " #" not in text and not _are_names(text):
            continue
        name = posixpath.basename(ignore.path or "") or ".dockerignore"
        what = "is not a comment; begin it with `#`" if text.startswith("//") else "is one pattern; use a line for each"
        if " #" in text:
            what = "is one pattern; put the comment on a line of its own"
        yield Finding(f"line {rule_.line} of {name} (`{text}`) {what}", build.stages[0].from_)
        return


def _are_names(text: str) -> bool:
    """Whether each part looks like a file of its own: `.git .env`, `node_modules/ dist/`."""
    parts = text.split()
    return all(part.startswith((".", "/", "!")) or part.endswith("/") for part in parts)


EXAMPLES = (
    Bad(
        "«FROM debian:12-slim»\nCOPY . /app",
        files={".dockerignore": ".git\n// caches\n", "a": ""},
        message="line 2 of .dockerignore (`// caches`) is not a comment; begin it with `#`",
    ),
    Good("FROM debian:12-slim\nCOPY . /app", files={".dockerignore": ".git\n# caches\n", "a": ""}),
    Bad(
        "«FROM debian:12-slim»\nCOPY . /app",
        files={".dockerignore": ".git .env\n", "a": ""},
        message="is one pattern; use a line for each",
    ),
    Bad(
        "«FROM debian:12-slim»\nCOPY . /app",
        files={".dockerignore": "dist # output\n", "a": ""},
        message="put the comment on a line of its own",
    ),
    Good("FROM debian:12-slim\nCOPY . /app", files={".dockerignore": "my file\n", "a": ""}, why="may be a name"),
    Good("FROM debian:12-slim\nCOPY . /app", files={".dockerignore": ".a .b\n", ".a .b": ""}, why="the name of a file"),
    Good("FROM debian:12-slim\nCOPY . /app", files={"a": ""}, why="no ignore file"),
)
