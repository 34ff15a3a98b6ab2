"""DL3022."""

from __future__ import annotations

from ...model.images.catalog import is_official
from ...model.images.reference import InvalidReferenceError, parse_reference
from ..base import LOW, WARNING, Bad, Finding, Good, rule
from ..options import is_project_image
from .development import is_unshipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.images.reference import ImageRef
    from ...syntax.tree import Copy


@rule("DL3022", level=WARNING, since="0.1", onbuild=False)
def unknown_source_stage(copy: Copy, build: Build) -> Iterator[Finding]:
    """`COPY --from` references neither an earlier stage nor an image with a version.

    ## Why
    A name that is not a stage is pulled as an image. Without a tag, that is `latest`, which changes over time.

    ## What to do
    Use a stage name, or an image with its version: `COPY --from=nginx:1.27 …`. Stage names are case-insensitive.

    ## Exceptions
    - A plain name that is not an official image, because it may be a named build context (`docker build
      --build-context`).
    - An image that the project builds from another Dockerfile.
    - A number or a later stage, which `build-error` reports.
    """
    flag = copy.flag("from")
    name = flag.value if flag is not None else None
    if flag is None or not name or name.isdecimal() or "$" in name:
        return
    reference = _reference(name)
    if (
        name.lower() in build.named_contexts
        or build.source_stage(name) is not None
        or reference is None
        or reference.tag
        or reference.digest
        or is_project_image(build, name)
    ):
        return
    near = build.similar_stage(name.lower())
    if near and "/" not in name:
        yield Finding(f"stage `{name}` not found; did you mean `{near}`?", flag)
    elif "/" in name or is_official(reference.name):
        message = f"`{name}` is not a stage and is pulled as an image without a tag; add a tag"
        confidence = LOW if is_unshipped(build, build.stage_of(copy)) else ""
        yield Finding(message, flag, confidence=confidence)


def _reference(name: str) -> ImageRef | None:
    try:
        return parse_reference(name)
    except InvalidReferenceError:
        return None


EXAMPLES = (
    Bad("FROM debian:12 AS build\nFROM debian:12\nCOPY «--from=biuld» /a /a", message="did you mean `build`?"),
    Good("FROM debian:12 AS build\nFROM debian:12\nCOPY --from=build /a /a"),
    Bad("COPY «--from=nginx» /a /a", message="an image without a tag"),
    Bad("COPY «--from=ghcr.io/example/tool» /a /a"),
    Good("FROM debian:12 AS build\nFROM debian:12\nCOPY --from=BUILD /a /a", why="case-insensitive"),
    Good("FROM debian:12\nFROM debian:12\nCOPY --from=0 /a /a"),
    Good("COPY --from=nginx:1.27 /a /a"),
    Good("COPY --from=team/tool /a /a", options={"project-images": frozenset({"team/tool"})}, why="of the project"),
    Good("COPY --from=assets /a /a", why="it may be a named build context"),
)
