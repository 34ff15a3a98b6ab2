"""BK019."""

from __future__ import annotations

import posixpath

from ...model.ignore_file import clean_path, python_regex
from ...model.layers import is_remote_source
from ...syntax.tree import Add, CopyOrAdd
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.context import Context
    from ...model.ignore_file import IgnoreFile


@rule("BK019", level=WARNING, since="0.1", aliases=("buildkit:CopyIgnoredFile",), onbuild=False)
def ignored_source(build: Build) -> Iterator[Finding]:
    """COPY or ADD references a file that `.dockerignore` excludes from the build context.

    ## Why
    Excluded files are not sent to the builder, so the step fails even though the file exists.

    ## What to do
    Remove the pattern from `.dockerignore`, or add an exception after it: `!name`.
    """
    context = build.context
    if context is None or context.ignore_file is None:
        return
    for stage in build.stages:
        for instruction in stage.instructions:
            if not isinstance(instruction, CopyOrAdd) or instruction.flag("from"):
                continue
            for source in instruction.sources:
                value = build.value(instruction, source)
                if (
                    value is None
                    or value.startswith("<<")
                    or (isinstance(instruction, Add) and is_remote_source(value))
                ):
                    continue
                path = posixpath.normpath("/" + value).lstrip("/")
                line = _ignored_by(context, context.ignore_file, path)
                if line:
                    name = posixpath.basename(context.ignore_file.path or "") or ".dockerignore"
                    yield Finding(
                        f"`{source.text}` is excluded by line {line} of {name}; remove the pattern or add an exception",
                        source,
                        aliases=None if _seen_by_buildkit(context.ignore_file, value) else (),
                    )


def _seen_by_buildkit(ignore: IgnoreFile, value: str) -> bool:
    """Whether BuildKit reports it too: it compares the path as written, and ignores files with exception patterns.

    Source: BuildKit frontend/dockerfile/dockerfile2llb/validations.go (validateCopySourcePath).
    """
    path = clean_path(value)
    if ignore.has_exceptions or path in (".", "/"):
        return not ignore.has_exceptions
    if not path.startswith("/"):
        return ignore.excluded(path)
    import re

    return any(re.match(python_regex(rule.pattern), path) for rule in ignore.rules)


def _ignored_by(context: Context, ignore: IgnoreFile, path: str) -> int:
    """The line of the ignore file that excludes the whole source; 0 if any part of it is sent."""
    if not path:
        whole = [rule.line for rule in ignore.rules if rule.pattern in ("*", "**", "**/*")]
        return whole[-1] if whole and not ignore.has_exceptions else 0
    # BuildKit checks the argument as written, with wildcards; the existing files are more precise.
    there = context.match(path) or [path]
    if any(context.includes(each) for each in there):
        return 0
    lines: list[int] = []
    for each in there:
        rule = ignore.deciding_rule(each)
        if rule is None or rule.negated or (ignore.has_exceptions and not context.exists(each)):
            return 0
        lines.append(rule.line)
    return lines[0]


EXAMPLES = (
    Bad(
        "COPY «app.env» /etc/", files={".dockerignore": "# local\n*.env\n", "app.env": ""}, message="line 2 of .docker"
    ),
    Good("COPY a.py /x/", files={".dockerignore": "docs\n", "a.py": ""}),
    Bad("COPY a.py «docs/» /x/", files={".dockerignore": "docs\n", "a.py": "", "docs/i.md": ""}),
    Bad("COPY «.» /x/", files={".dockerignore": "**\n", "a.py": ""}),
    Bad("COPY a.py «*.env» /x/", files={".dockerignore": "*.env\n", "a.py": "", "a.env": ""}),
    Bad("COPY «./docs/../b.md» /x/", files={".dockerignore": "b.md\n", "b.md": ""}),
    Bad("COPY «a» /x/", files={"Dockerfile.dockerignore": "a\n", "a": ""}, message="line 1 of Dockerfile.dockerignore"),
    Good("COPY *.md /x/", files={".dockerignore": "a.md\n", "a.md": "", "b.md": ""}, why="b.md is not excluded"),
    Good(
        "COPY docs /x/",
        files={".dockerignore": "docs\n!docs/api\n", "docs/api/i.md": ""},
        why="an exception includes part of it",
    ),
    Good("FROM alpine:3.20 AS b\nFROM alpine:3.20\nCOPY --from=b docs /x/", files={".dockerignore": "docs\n", "a": ""}),
)
