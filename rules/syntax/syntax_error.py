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
    Good("from alpine:3.20\nrun make"),
)
