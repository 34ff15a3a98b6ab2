"""SEC018."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from ..options import is_project_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


@rule(
    "SEC018",
    level=INFO,
    since="0.1",
    default=False,
    aliases=("semgrep:dockerfile-source-not-pinned",),
    onbuild=False,
    formerly=("base-digest",),
)
def base_without_digest(stage: Stage, build: Build) -> Iterator[Finding]:
    """The base image is not pinned to a digest.

    ## Why
    A tag can be moved to another image; a digest cannot. With a digest, the same Dockerfile always starts from the same
    image. Off by default: without a bot that updates the digest, the image no longer gets fixes.

    ## What to do
    Use `name:tag@sha256:…` and let a bot such as Renovate or Dependabot update it.

    ## Exceptions
    - An image that the project builds from another Dockerfile.
    """
    base = stage.from_.base
    ref = stage.base_ref if stage.parent is None else None
    if ref is not None and ref.digest is None and base is not None and not is_project_image(build, stage.image):
        yield Finding(f"`{base.text}` is not pinned to a digest; append `@sha256:<digest>`", base)


EXAMPLES = (
    Bad("FROM «debian:12-slim»"),
    Good("FROM debian:12-slim@sha256:" + "a" * 64),
    Good("FROM scratch"),
    Good("FROM app-base:1", options={"project-images": frozenset({"app-base"})}, why="built by the project"),
    Good("ARG BASE\nFROM $BASE", why="set by the build"),
)
