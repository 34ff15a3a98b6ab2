"""SYN003."""

from __future__ import annotations

from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("SYN003", level=ERROR, since="0.1", aliases=("hadolint:DL1000",))
def syntax_error(build: Build) -> Iterator[Finding]:
    """The Dockerfile has a syntax error.

    ## Why
    BuildKit rejects the file before the first step. dlint continues after the error and checks the rest of the file.
    This rule cannot be disabled.
    """
    for error in build.dockerfile.errors:
        yield Finding(error.message, error)


EXAMPLES = (
    Bad("FROM alpine:3.20\n«COPI» a b", message="did you mean COPY?"),
    Good("from alpine:3.20\nrun make"),
    Bad("FROM alpine:3.20\n«COPY /app»", message="at least two arguments"),
    Bad("FROM alpine:3.20\nRUN «--mont=type=cache,target=/x» make", message="did you mean --mount?"),
    Bad("FROM alpine:3.20\n«ENV A=1 B»", message="missing = in `B`"),
    Bad("FROM alpine:3.20\n«ENV A=1 # note»", message="`# note` is not a comment, but part of ENV"),
    Bad("FROM alpine:3.20\n«LABEL a=b \\\nCOPY a /a»", message="`COPY` is part of the LABEL above"),
    Bad("«FROM alpine:3.20 AS b # base»", message="`# base` is not a comment, but part of FROM"),
    Bad("FROM alpine:3.20\n«HEALTHCHECK NONE # off»", message="`# off` is not a comment"),
    Bad('FROM alpine:3.20\n«SHELL ["/bin/sh"] # e»', message="`# e` is not a comment"),
    Bad("FROM alpine:3.20\n«ENV A=1 COPY B=2»", message="missing = in `COPY`"),
)
