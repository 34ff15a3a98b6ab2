"""DL3045."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...model.layers import has_earlier_step, is_workdir
from ...syntax.swallowed import has_foreign_words
from ...syntax.tree import Add
from ..base import WARNING, Bad, Finding, Good, rule
from ..options import if_minor, pedantic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Argument, Copy


@rule("DL3045", level=WARNING, since="0.1", onbuild=False, fix=SAFE)
def relative_destination(copy: Copy | Add, build: Build) -> Iterator[Finding]:
    """The destination of COPY or ADD is relative, but no WORKDIR is set.

    ## Why
    The files end up in the working directory of the base image, usually `/`. A different base image changes the
    location.

    ## What to do
    Set WORKDIR first, or use an absolute path.

    ## Fix safety
    Safe: the base image is known to use `/`, so the absolute path is the same.

    ## Exceptions
    - Base images that set a WORKDIR, and `scratch`, whose working directory is always `/`.
    - Unknown base images, unless the option `pedantic` is set.
    - Confidence is low in stages that are not part of the final image.
    """
    word, stage = copy.destination, build.stage_of(copy)
    value = build.value(copy, word) if word is not None else None
    if word is None or stage is None or not value or value[0] in "/\\" or value[1:2] == ":" or "$" in value:
        return
    if isinstance(copy, Add) and pedantic(build):
        return  # hadolint only checks COPY
    if stage.root.image == "scratch" and not pedantic(build):
        return
    base = stage.state(0).workdir
    if base != "/" and not (base is None and pedantic(build)):
        return
    if not has_earlier_step(build, copy, "WORKDIR", is_workdir) and not has_foreign_words(build.dockerfile, copy):
        # `~` is not expanded, so `/~/x` is not what is meant either; COR012 reports it.
        fix = _fix(copy, word, value) if base == "/" and value[0] != "~" else None
        yield Finding(
            f"`{word.text}` is relative, but no WORKDIR is set; set WORKDIR or use an absolute path",
            word,
            fix=fix,
            confidence="" if build.is_shipped(stage) else if_minor(build),
        )


def _fix(copy: Copy | Add, word: Argument, value: str) -> Fix | None:
    """Replace the destination with the same absolute path."""
    mapped = copy.mapped(word)
    start, end = mapped.offset(0), mapped.end_offset(len(mapped.text))
    if mapped.text != value or end - start != len(value) or ".." in value:
        return None
    rest = "" if value == "." else value.removeprefix("./")
    return Fix(f"Change to `/{rest}`", SAFE, [Edit(start, end, "/" + rest)], declare_edits=True)


EXAMPLES = (
    Bad("FROM debian:12\nCOPY a «b»", fixed="FROM debian:12\nCOPY a /b"),
    Good("FROM debian:12\nCOPY a /b"),
    Bad("FROM debian:12\nCOPY . «.»", fixed="FROM debian:12\nCOPY . /"),
    Good("FROM scratch\nCOPY a b", why="always `/b`"),
    Bad("FROM scratch\nCOPY a «b»", options={"pedantic": True}),
    Bad('FROM debian:12\nADD ["a", "«b»"]', fixed='FROM debian:12\nADD ["a", "/b"]'),
    Bad("FROM example.com/a:1\nCOPY a «b»", options={"pedantic": True}),
    Good("FROM example.com/a:1\nCOPY a b", why="its working directory is unknown"),
    Good("FROM debian:12\nWORKDIR /b\nCOPY a ."),
    Good("FROM debian:12 AS Base\nWORKDIR /b\nFROM base\nCOPY a .", why="inherited from the parent stage"),
    Good("FROM debian:12\nCOPY a /b # the file", why="reported by trailing-comment"),
    Good("FROM debian:12\nCOPY a /b \\\nCMD x", why="reported by swallowed-instruction"),
    Good("FROM golang:1.23\nCOPY a b", why="golang sets WORKDIR /go"),
    Good("FROM debian:12\nARG D\nCOPY a $D", why="set by the build"),
    Good("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY a c:/b"),
    Bad(
        "FROM debian:12 AS build\nCOPY a «b»\nFROM scratch\nCOPY --from=build /b /b",
        why="with low confidence: the stage only builds",
    ),
    Good("FROM debian:12\nONBUILD COPY a b", why="runs in another image"),
)
