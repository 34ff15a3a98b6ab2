"""OPT005."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...fixers.edits.instructions import has_comments_inside, remove_instruction
from ...syntax.source import Span
from ...syntax.tree import Add, Copy
from ..base import HANDWRITTEN, INFO, Bad, Finding, Good, rule
from ..text import format_line_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage


@rule(
    "OPT005",
    level=INFO,
    since="0.1",
    default=False,
    onbuild=False,
    fix=SAFE,
    prefilter=("copy", "add"),
    aliases=("kics:multiple-run-add-copy-instructions-listed",),
    formerly=("copies-in-a-row",),
    scope=HANDWRITTEN,
)
def consecutive_copies(stage: Stage, build: Build) -> Iterator[Finding]:
    """Consecutive COPY instructions copy to the same directory with the same options.

    ## Why
    Each COPY creates a layer; one COPY with all sources creates one. Off by default because the gain is small.

    ## What to do
    List all sources in one COPY. The content of directories is copied, as before.

    ## Exceptions
    - Directories of another stage or image: each has its own layer, so a change of one does not replace others.

    ## Fix safety
    Safe: the files and their order are the same. There is no fix for COPYs with comments or heredocs.
    """
    row: list[Copy | Add] = []
    for instruction in (*stage.instructions, None):
        joins = isinstance(instruction, Copy | Add) and _can_join(row, instruction)
        if not joins and len(row) > 1:
            yield _finding(row, build)
        if isinstance(instruction, Copy | Add) and _folder(instruction) and not _may_be_layer(instruction):
            if not joins:
                row = []
            row.append(instruction)
        else:
            row = []


def _folder(copy: Copy | Add) -> str:
    """The destination directory as written; empty if the destination may be a file name."""
    target = copy.destination.text if copy.destination is not None else ""
    if copy.json or copy.heredocs or any(source.text.rstrip("/") in (".", "") for source in copy.sources):
        return ""
    return "./" if target == "." else target if target.endswith("/") else ""


def _can_join(row: Sequence[Copy | Add], copy: Copy | Add) -> bool:
    return (
        bool(row)
        and type(row[0]) is type(copy)
        and _folder(row[0]) == _folder(copy)
        and _flags(row[0]) == _flags(copy)
        and not _may_be_layer(copy)
    )


def _may_be_layer(copy: Copy | Add) -> bool:
    """Whether it copies what may be a directory of another stage: a path that ends with `/` or has no extension."""
    names = [source.text.rpartition("/")[2] for source in copy.sources]
    return copy.flag("from") is not None and any("." not in name for name in names)


def _flags(copy: Copy | Add) -> list[str]:
    return sorted(flag.text for flag in copy.flags)


def _finding(row: Sequence[Copy | Add], build: Build) -> Finding:
    first, *others = row
    name = first.name
    lines = format_line_numbers([copy.start_line for copy in row])
    message = f"{len(row)} consecutive {name} instructions ({lines}) copy to `{_folder(first)}`; combine them"
    return Finding(message, Span(first.start, first.keyword_end), fix=_fix(first, others, build))


def _fix(first: Copy | Add, others: Sequence[Copy | Add], build: Build) -> Fix | None:
    target = first.destination
    if target is None or any(copy.comments for copy in others) or has_comments_inside(build.dockerfile, first):
        return None
    sources = "".join(f"{source.text} " for copy in others for source in copy.sources)
    edits = [Edit(target.start, target.end, sources + _folder(first))]
    declares = [*edits]
    for copy in others:
        dropped = remove_instruction(build.dockerfile, copy)
        if dropped is None:
            return None
        if dropped[0][0].start < edits[-1].end:
            return None  # the last line of a file without a final line feed
        edits += dropped[0]
        declares += dropped[1]
    return Fix(f"Combine the {first.name} instructions", SAFE, edits, declares)


EXAMPLES = (
    Bad("FROM a\n«COPY» a.txt /app/\nCOPY b c /app/\nRUN d", fixed="FROM a\nCOPY a.txt b c /app/\nRUN d"),
    Good("FROM a\nCOPY a /b\nCOPY c /b", why="the destination may be a file"),
    Bad(
        "FROM a\nCOPY a /\n\n«COPY» package.json .\nCOPY package-lock.json ./\nCOPY yarn.lock ./\nCOPY x y",
        message="lines 4, 5 and 6",
        fixed="FROM a\nCOPY a /\n\nCOPY package.json package-lock.json yarn.lock ./\nCOPY x y",
    ),
    Bad("FROM a AS b\n«COPY» --chown=1 a ./\nCOPY --chown=1 $b ./", fixed="FROM a AS b\nCOPY --chown=1 a $b ./"),
    Bad("FROM a\n«COPY» a /b/\n# why\nCOPY c /b/", fixed=None),
    Good("FROM a\nCOPY a /b/\nRUN c\nCOPY d /b/", why="not consecutive"),
    Good("FROM a\nCOPY --from=x a /b/\nCOPY c /b/"),
    Bad(
        "FROM a\n«COPY» --from=x /b.js /\nCOPY --from=x /c.js /",
        fixed="FROM a\nCOPY --from=x /b.js /c.js /",
    ),
    Good("FROM a\nCOPY --from=x /parts/libraries/ ./\nCOPY --from=x /parts/app/ ./", why="layers of their own"),
    Good("FROM a\nCOPY a /b/\nADD c /b/"),
)
