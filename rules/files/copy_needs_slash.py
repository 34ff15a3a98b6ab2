"""DL3021."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE, Edit, Fix
from ...syntax.swallowed import has_foreign_words
from ...syntax.tree import Add
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Argument, Copy


@rule("DL3021", level=ERROR, since="0.1", aliases=("trivy:DS-0011",), fix=SAFE)
def copy_needs_slash(copy: Copy | Add, build: Build) -> Iterator[Finding]:
    """Several files are copied to a destination without a trailing slash.

    ## Why
    If no directory with that name exists, BuildKit treats the destination as a file, and each source overwrites the
    previous one. Other builders reject it.

    ## Fix safety
    Safe if the destination is the working directory, which exists. Unsafe otherwise: a directory with all files
    replaces the single file.

    ## Exceptions
    - `.`, which BuildKit treats as a directory.
    - A destination whose value is only known at build time.
    """
    word = copy.destination
    value = build.value(copy, word) if word is not None else None
    if word is None or not value or value == "." or value.endswith(("/", "/.")) or copy.flag("parents"):
        return
    if value.endswith("\\") or has_foreign_words(build.dockerfile, copy):
        return  # a Windows directory, or words that are no paths
    if len(copy.sources) > 1:
        yield Finding(
            f"{len(copy.sources)} sources need a directory as destination; end `{word.text}` with `/`",
            word,
            fix=_fix(copy, word, build),
        )
    elif not isinstance(copy, Add) or not copy.flags:
        count = _matches(copy, build)
        if count > 1:
            message = (
                f"`{copy.sources[0].text}` matches {count} files, which need a directory; end `{word.text}` with `/`"
            )
            yield Finding(message, word, fix=_fix(copy, word, build))


def _fix(copy: Copy | Add, word: Argument, build: Build) -> Fix | None:
    if word.text[-1] in "\"'\\`":
        return None
    state = build.state(copy)
    there = state.workdir is not None and state.path(word.text) == state.workdir
    mapped = copy.mapped(word)
    at = mapped.end_offset(len(mapped.text))
    return Fix("Add a trailing `/`", SAFE if there else UNSAFE, [Edit(at, at, "/")], declare_edits=True)


def _matches(copy: Copy | Add, build: Build) -> int:
    """The number of files of the build context that match the source; 0 without wildcards or a build context."""
    if copy.flag("from") or not copy.sources or build.context is None:
        return 0
    value = build.value(copy, copy.sources[0]) or ""
    if not any(char in value for char in "*?["):
        return 0
    return sum(1 for path in build.context.match(value) if build.context.includes(path))


EXAMPLES = (
    Bad("COPY a b «/c»", fixed="COPY a b /c/"),
    Good("COPY a b /c/"),
    Bad("WORKDIR /c\nCOPY a b «/c»", fixed="WORKDIR /c\nCOPY a b /c/"),
    Bad("ARG D=/app\nCOPY a b «$D»", why="the default of the ARG"),
    Bad('COPY ["a", "b", "«c»"]', fixed='COPY ["a", "b", "c/"]'),
    Bad("ADD a b «/c»"),
    Bad("COPY *.txt «/c»", files={"a.txt": "a", "b.txt": "b"}, message="matches 2 files"),
    Good("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY a b C:\\\\c\\\\"),
    Good("COPY a b ./"),
    Good("COPY a c:\\\nRUN dir c:", why="reported by swallowed-instruction"),
    Good("COPY a /b # the file", why="reported by trailing-comment"),
    Good("COPY a b .", why="BuildKit treats it as a directory"),
    Good("ARG D\nCOPY a b $D", why="set by the build"),
    Good("COPY *.txt /c", files={"a.txt": "a"}),
    Good("COPY a /c", shown=True),
)
