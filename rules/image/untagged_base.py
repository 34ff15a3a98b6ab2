"""DL3006."""

from __future__ import annotations

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from .pinning import base_finding, pin_advice, shown_base, stage_to_pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("DL3006", level=WARNING, since="0.1", aliases=("checkov:CKV_DOCKER_7",), scope=SHIPPED, subject=VERSION_WORDS)
def untagged_base(instruction: From, build: Build) -> Iterator[Finding]:
    """The base image has neither a tag nor a digest, so `latest` is used.

    ## Why
    `latest` moves to new versions, so the same Dockerfile may build a different image tomorrow.

    ## What to do
    Use the version that the program was tested with, and its suite if there is one: `python:3.12-slim-bookworm`.

    ## Exceptions
    - A build argument that a file of the project passes: its default is not what is built.
    - An image that the project builds from another Dockerfile, as a compose file, a CI workflow or a makefile shows.
    - A name without a namespace that is not an official image of Docker Hub: it is built locally.

    - Confidence is low if a comment says that the image is built locally, and for an image of the same namespace as the
      final one from which only files are copied.

    ## Options
    - `pedantic`: like hadolint, report all of these but images that the project builds.
    """
    stage = stage_to_pin(build, instruction)
    ref = stage.base_ref if stage is not None else None
    if stage is None or ref is None or instruction.base is None or ref.tag is not None or ref.digest is not None:
        return
    shown = shown_base(instruction.base.text, ref)
    advice = pin_advice(ref.text)
    finding = base_finding(build, stage, f"base image {shown} has no tag, so it is `latest`; {advice}")
    if finding is not None:
        yield finding


EXAMPLES = (
    Bad("FROM «debian»"),
    Good("FROM debian:12-slim"),
    Bad("ARG BASE=debian\nFROM «$BASE»", message="base image `debian` (`$BASE`) has no tag"),
    Bad("FROM «gcr.io/distroless/static-debian12»", message="pin a digest", why="it has no tags of versions"),
    Good("FROM scratch"),
    Good("FROM app-base", options={"project-images": frozenset({"app-base"})}, why="built by the project"),
    Bad("FROM «debian»", options={"project-images": frozenset({"debian"})}, why="an official image can be meant"),
    Bad("FROM «acme/app»", options={"project-images": frozenset({"app-base"})}, why="another image"),
    Bad("FROM «centos»", why="a discontinued official image"),
    Good("FROM app", why="not an official image, so it is built locally"),
    Bad("FROM «app»", options={"pedantic": True}),
    Bad("FROM «debian» AS a\nFROM debian\nCOPY --from=a /a /a", why="reported once per image"),
    Bad("FROM «debian» AS a\nFROM «debian»\nCOPY --from=a /a /a", options={"pedantic": True}),
    Good("FROM debian:12-slim AS base\nFROM base", why="a stage"),
    Good("ARG BASE\nFROM $BASE", why="set by the build"),
    Good("FROM debian@sha256:" + "a" * 64),
    Good(
        "ARG BASE=debian\nFROM $BASE",
        options={"passed-arguments": frozenset({"BASE"})},
        why="the project passes another image",
    ),
)
