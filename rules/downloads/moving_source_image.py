"""SEC030."""

from __future__ import annotations

from ...model.images.catalog import is_official
from ...model.images.reference import InvalidReferenceError, parse_reference
from ...syntax.instruction_checks import parse_mount_fields
from ...syntax.tree import Copy
from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Flag, Run

_MOVING = frozenset(("latest", "main", "master", "trunk", "edge", "nightly", "canary", "rolling", "unstable", "devel"))


@rule("SEC030", level=WARNING, since="0.1", prefilter=("from=",), scope=SHIPPED, subject=VERSION_WORDS)
def moving_source_image(instruction: Copy | Run, build: Build) -> Iterator[Finding]:
    """`COPY --from` or `RUN --mount=from` uses an image whose tag moves, such as `latest`.

    ## Why
    The files come from whatever the tag means on the day of the build. A new release, or an attacker who can push to
    the tag, changes the image without a change of the Dockerfile, and a cached layer keeps old files.

    ## What to do
    Name the version, or a digest: `COPY --from=ghcr.io/astral-sh/uv:0.9.10 /uv /bin/`. Renovate and Dependabot update
    both.

    ## Exceptions
    - Build stages and named contexts.
    - `COPY --from` of an image without a tag, which DL3022 reports.
    """
    for flag, name in _sources(instruction):
        if "$" in name or name.isdecimal() or name.lower() in build.named_contexts:
            continue
        if build.source_stage(name, numbers=False) is not None:
            continue
        try:
            reference = parse_reference(name)
        except InvalidReferenceError:
            continue
        if reference.digest is not None or (reference.tag is not None and reference.tag.lower() not in _MOVING):
            continue
        if reference.tag is not None:
            yield Finding(f"image `{name}` has the moving tag `{reference.tag}`; pin a version or a digest", flag)
        elif not isinstance(instruction, Copy) and ("/" in name or is_official(reference.name)):
            yield Finding(f"image `{name}` has no tag and is pulled as `latest`; pin a version or a digest", flag)


def _sources(instruction: Copy | Run) -> Iterator[tuple[Flag, str]]:
    """The flags that name a stage or an image to read from, with the name."""
    for flag in instruction.flags:
        if flag.name == "from" and flag.value and isinstance(instruction, Copy):
            yield flag, flag.value
        elif flag.name == "mount" and flag.value:
            for key, value in parse_mount_fields(flag.value) or ():
                if key == "from" and value:
                    yield flag, value


EXAMPLES = (
    Bad("COPY «--from=ghcr.io/astral-sh/uv:latest» /uv /bin/", message="the moving tag `latest`"),
    Good("COPY --from=ghcr.io/astral-sh/uv:0.9.10 /uv /bin/"),
    Good("COPY --from=composer:2 /usr/bin/composer /usr/bin/"),
    Bad("COPY «--from=example.com/tool:Nightly» /a /a"),
    Bad("RUN «--mount=from=ghcr.io/astral-sh/uv,source=/uv,target=/bin/uv» uv sync", message="has no tag"),
    Bad("RUN «--mount=type=bind,from=busybox,target=/b» /b/a"),
    Bad("RUN «--mount=from=composer:latest,target=/c» /c/composer install"),
    Good("RUN --mount=from=ghcr.io/astral-sh/uv:0.9.10,source=/uv,target=/bin/uv uv sync"),
    Good("COPY --from=example.com/a:latest@sha256:" + "a" * 64 + " /a /a", why="pinned by digest"),
    Good("FROM debian:12 AS latest\nFROM debian:12\nCOPY --from=latest /a /a", why="a stage"),
    Good("FROM debian:12 AS a\nFROM debian:12\nRUN --mount=from=a,target=/a /a/b", why="a stage"),
    Good("RUN --mount=from=assets,target=/a /a/b", why="it may be a named build context"),
    Good("RUN --mount=type=cache,target=/a a"),
    Good("COPY --from=nginx /a /a", why="DL3022 reports it"),
)
