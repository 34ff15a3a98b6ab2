"""DL3007."""

from __future__ import annotations

import re

from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from .pinning import base_finding, pin_advice, shown_base, stage_to_pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From

_LITERAL = re.compile(r":latest-\$\{?\w*(?:ARCH|PLATFORM)\w*\}?$")
"""The tag `latest` of the image for one platform."""


@rule("DL3007", level=WARNING, since="0.1", aliases=("trivy:DS-0001",), scope=SHIPPED, subject=VERSION_WORDS)
def latest_base(instruction: From, build: Build) -> Iterator[Finding]:
    """The base image uses the tag `latest`.

    ## Why
    `latest` moves to new versions, so the same Dockerfile may build a different image tomorrow.

    ## What to do
    Use the version that the program was tested with.

    ## Exceptions
    - A build argument in the tag that a file of the project passes: its default is not what is built.
    - An image that the project builds from another Dockerfile, as a compose file, a CI workflow or a makefile shows.
    - A name without a namespace that is not an official image of Docker Hub: it is built locally.

    - Confidence is low if a comment says that the image is built locally, and for an image of the same namespace as the
      final one from which only files are copied.

    ## Options
    - `pedantic`: like hadolint, report all of these but images that the project builds.
    """
    written = instruction.base.text.strip("\"'") if instruction.base is not None else ""
    # A variable in the name, or for the platform after the tag, makes the reference unknown, but not the tag.
    literal = "$" in written and (_LITERAL.search(written) is not None or written.endswith(":latest"))
    stage = stage_to_pin(build, instruction, arguments_matter=not literal)
    if stage is None or instruction.base is None:
        return
    ref = stage.base_ref
    latest = literal or (written.endswith(":latest") if ref is None else ref.tag == "latest" and ref.digest is None)
    shown = shown_base(instruction.base.text, ref)
    advice = pin_advice(written if ref is None else ref.text)
    finding = latest and base_finding(build, stage, f"base image {shown} uses the tag `latest`; {advice}")
    if finding:
        yield finding


EXAMPLES = (
    Bad("FROM «debian:latest»", message="pin a version"),
    Good("FROM debian:12-slim"),
    Good(
        "FROM registry.example.org:5000/team/app:latest",
        options={"project-images": frozenset({"registry.example.org:5000/team/app"})},
        why="built by the project",
    ),
    Bad("ARG TAG=latest\nFROM «debian:${TAG}»", why="the default of the ARG"),
    Bad("FROM «cgr.dev/chainguard/node:latest»", message="pin a digest"),
    Bad(
        "ARG TAG=latest\nFROM «debian:${TAG}»",
        message="base image `debian:latest` (`debian:${TAG}`)",
        why="the default of the ARG",
    ),
    Bad("ARG P\nFROM «example.org/$P/base:latest»", why="the tag is literal"),
    Bad(
        "ARG P\nFROM «example.org/$P/base:latest»",
        options={"passed-arguments": frozenset({"P"})},
        why="the tag is the same for each value",
    ),
    Bad("ARG ARCH\nFROM «gcr.io/distroless/static-debian13:latest-${ARCH}»", message="pin a digest"),
    Good("ARG V\nFROM example.org/base:latest-$V", why="may be a version"),
    Bad("FROM «debian:latest» AS a\nFROM debian:latest\nCOPY --from=a /a /a", why="reported once per image"),
    Bad(
        "# This image is built locally.\nARG BASE=example/app:latest\nFROM «$BASE»",
        why="with low confidence: built locally",
    ),
    Bad(
        "FROM «acme/certs:latest» AS certs\nFROM acme/base:1\nCOPY --from=certs /a /a",
        why="with low confidence: an image of the project",
    ),
    Good("FROM app:latest", why="not an official image, so it is built locally"),
    Good("FROM debian:latest@sha256:" + "a" * 64, why="pinned by digest"),
    Good("ARG TAG\nFROM debian:$TAG", why="set by the build"),
    Good(
        "ARG BASE=debian:latest\nFROM $BASE",
        options={"passed-arguments": frozenset({"BASE"})},
        why="the project passes another image",
    ),
)
