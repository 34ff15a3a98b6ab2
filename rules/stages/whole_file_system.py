"""DL3067."""

from __future__ import annotations

import posixpath

from ..base import WARNING, Bad, Finding, Good, rule
from ..options import pedantic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Copy


@rule("DL3067", level=WARNING, since="0.1", onbuild=False)
def whole_file_system(copy: Copy, build: Build) -> Iterator[Finding]:
    """The whole file system of a build stage is copied over that of another stage.

    ## Why
    Compilers, caches and sources of the build stage are copied too, and files of two systems are mixed. This defeats
    the purpose of a second stage.

    ## What to do
    Copy only the build output: `COPY --from=build /out/app /usr/local/bin/`.

    ## Exceptions
    Unless the option `pedantic` is set:

    - Stages FROM scratch, which flatten the layers on purpose.
    - Images, and stages without instructions, which are made to be copied (`FROM tonistiigi/xx AS xx`).
    """
    flag, stage = copy.flag("from"), build.stage_of(copy)
    if flag is None or not flag.value or stage is None or copy.destination is None or copy.flag("exclude"):
        return
    source = build.source_stage(flag.value, before=stage)
    if not pedantic(build) and (source is None or not source.instructions or _starts_empty(stage, source)):
        return
    if _is_root(build.value(copy, copy.destination)):
        for word in copy.sources:
            if _is_root(build.value(copy, word)):
                what = f"stage {source.display_name}" if source is not None else f"`{flag.value}`"
                yield Finding(f"the whole file system of {what} is copied; copy only the files that are needed", word)


def _starts_empty(*stages: Stage) -> bool:
    return any(stage.root.image == "scratch" for stage in stages)


def _is_root(path: str | None) -> bool:
    return path is not None and path.startswith("/") and posixpath.normpath(path).strip("/") == ""


EXAMPLES = (
    Bad("FROM debian:12 AS build\nRUN make\nFROM debian:12-slim\nCOPY --from=build «/» /", message="stage `build`"),
    Good("FROM debian:12 AS build\nRUN make\nFROM debian:12-slim\nCOPY --from=build /out/ /"),
    Bad("FROM debian:12\nRUN make\nFROM debian:12-slim\nCOPY --from=0 «/.» /"),
    Bad("FROM debian:12\nCOPY --from=example.com/a:1 «/» /", options={"pedantic": True}),
    Good("FROM debian:12 AS build\nRUN make\nFROM debian:12-slim\nCOPY --from=build / /mnt/"),
    Good("FROM debian:12 AS build\nRUN make\nFROM scratch\nCOPY --from=build / /", why="flattens the layers"),
    Good("FROM tonistiigi/xx:1.6 AS xx\nFROM alpine:3.20\nCOPY --from=xx / /", why="made to be copied"),
    Good("FROM scratch AS x\nCOPY a /a\nFROM alpine:3.20\nCOPY --from=x / /", why="contains only the copied files"),
)
