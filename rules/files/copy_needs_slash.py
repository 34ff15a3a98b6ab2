"""DL3021."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, UNSAFE, Edit, Fix
from ...syntax.tree import Add
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Argument, Copy


@rule("DL3021", level=ERROR, since="0.1", aliases=("trivy:DS-0011",), fix=SAFE)
def copy_needs_slash(copy: Copy | Add, build: Build) -> Iterator[Finding]:
    """Several files are copied to a destination that does not end with a slash.

    ## Why
    BuildKit takes the destination for a file where no folder of that name is there, and each source overwrites the
    one before; other builders refuse it.

    ## What to do
    End the destination with `/`.

    ## What is left alone
    `.`, which BuildKit takes for a folder, and a destination that only the build knows.

    ## Fix safety
    Safe where the destination is the working directory, which is there. Unsafe otherwise: what was one file becomes a
    folder with all of them.
    """
    word = copy.destination
    value = build.value(copy, word) if word is not None else None
    if word is None or not value or value == "." or value.endswith(("/", "/.")) or copy.flag("parents"):
        return
    if value.endswith("\\"):
        return  # a folder of Windows
    if len(copy.sources) > 1:
        yield Finding(
            f"{len(copy.sources)} sources need a folder: end `{word.text}` with `/`", word, fix=_fix(copy, word, build)
        )
    elif not isinstance(copy, Add) or not copy.flags:
        count = _matches(copy, build)
        if count > 1:
            message = f"`{copy.sources[0].text}` matches {count} files: end `{word.text}` with `/`"
            yield Finding(message, word, fix=_fix(copy, word, build))


def _fix(copy: Copy | Add, word: Argument, build: Build) -> Fix | None:
    if word.text[-1] in "\"'\\`":
        return None
    state = build.state(copy)
    there = state.workdir is not None and state.path(word.text) == state.workdir
    mapped = copy.mapped(word)
    at = mapped.end_offset(len(mapped.text))
    return Fix("End it with `/`", SAFE if there else UNSAFE, [Edit(at, at, "/")], declare_edits=True)


def _matches(copy: Copy | Add, build: Build) -> int:
    """How many files of the context a single pattern names; 0 when it is none or nothing is known of the context."""
    if copy.flag("from") or not copy.sources or build.context is None:
        return 0
    value = build.value(copy, copy.sources[0]) or ""
    if not any(char in value for char in "*?["):
        return 0
    return sum(1 for path in build.context.match(value) if build.context.includes(path))


EXAMPLES = (
    Bad("COPY a b «/c»", fixed="COPY a b /c/"),
    Bad("WORKDIR /c\nCOPY a b «/c»", fixed="WORKDIR /c\nCOPY a b /c/"),
    Bad("ARG D=/app\nCOPY a b «$D»", why="the default of the argument"),
    Bad('COPY ["a", "b", "«c»"]', fixed='COPY ["a", "b", "c/"]'),
    Bad("ADD a b «/c»"),
    Bad("COPY *.txt «/c»", files={"a.txt": "a", "b.txt": "b"}, message="matches 2 files"),
    Good("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY a b C:\\\\c\\\\"),
    Good("COPY a b /c/"),
    Good("COPY a b ./"),
    Good("COPY a b .", why="BuildKit takes it for a folder"),
    Good("ARG D\nCOPY a b $D", why="the build gives the value"),
    Good("COPY *.txt /c", files={"a.txt": "a"}),
    Good("COPY a /c", shown=True),
)
