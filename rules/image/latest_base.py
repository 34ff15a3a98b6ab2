"""DL3007."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("DL3007", level=WARNING, since="0.1", aliases=("trivy:DS-0001",))
def latest_base(instruction: From, build: Build) -> Iterator[Finding]:
    """The base image has the tag `latest`.

    ## Why
    What is latest changes without a word, and the same Dockerfile builds another image tomorrow.

    ## What to do
    Name the version that the program was made for.
    """
    for stage in build.stages:
        if stage.from_ is instruction and stage.parent is None and instruction.base is not None:
            ref, written = stage.base_ref, instruction.base.text.strip("\"'")
            # A variable in the name hides the reference, but not the tag.
            latest = written.endswith(":latest") if ref is None else ref.tag == "latest" and ref.digest is None
            if latest:
                yield Finding(f"the base image `{instruction.base.text}` is `latest`; name a version", instruction.base)


EXAMPLES = (
    Bad("FROM «debian:latest»", message="name a version"),
    Bad("ARG TAG=latest\nFROM «debian:${TAG}»", why="the default of the argument"),
    Bad("ARG P\nFROM «example.org/$P/base:latest»", why="the tag stands there, whatever the name is"),
    Good("FROM debian:12-slim"),
    Good("FROM debian:latest@sha256:" + "a" * 64, why="the digest decides"),
    Good("ARG TAG\nFROM debian:$TAG", why="the build gives the value"),
)
