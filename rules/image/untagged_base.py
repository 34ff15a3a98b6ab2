"""DL3006."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("DL3006", level=WARNING, since="0.1", aliases=("checkov:CKV_DOCKER_7",))
def untagged_base(instruction: From, build: Build) -> Iterator[Finding]:
    """The base image has neither tag nor digest, so it is `latest`.

    ## Why
    What is latest changes without a word, and the same Dockerfile builds another image tomorrow.

    ## What to do
    Name the version that the program was made for, with its suite where there is one: `python:3.12-slim-bookworm`.
    """
    for stage in build.stages:
        if stage.from_ is instruction and stage.parent is None and instruction.base is not None:
            ref = stage.base_ref
            if ref is not None and ref.tag is None and ref.digest is None:
                yield Finding(f"the base image `{instruction.base.text}` has no tag; name a version", instruction.base)


EXAMPLES = (
    Bad("FROM «debian»"),
    Bad("ARG BASE=debian\nFROM «$BASE»"),
    Good("FROM debian:12-slim"),
    Good("FROM scratch"),
    Good("FROM debian:12-slim AS base\nFROM base", why="a stage"),
    Good("ARG BASE\nFROM $BASE", why="the build gives the value"),
    Good("FROM debian@sha256:" + "a" * 64),
)
