"""DL4000."""

from __future__ import annotations

from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Maintainer


@rule(
    "DL4000",
    level=ERROR,
    since="0.1",
    also=("buildkit:MaintainerDeprecated", "trivy:DS-0022", "checkov:CKV_DOCKER_6"),
    onbuild=False,
)
def maintainer(instruction: Maintainer, build: Build) -> Iterator[Finding]:
    """MAINTAINER is deprecated.

    ## Why
    It sets a field of the image that hardly any tool shows. A label is found by `docker inspect`, registries and
    scanners. Docker deprecated the instruction in 2017.

    ## What to do
    Write a label: `LABEL org.opencontainers.image.authors="Jane Doe <jane@example.org>"`.
    """
    yield Finding(
        f'`{instruction.keyword}` is deprecated; write LABEL org.opencontainers.image.authors="…"', instruction
    )


EXAMPLES = (
    Bad("«MAINTAINER Jane Doe <jane@example.org>»"),
    Bad("«maintainer me»"),
    Good('LABEL org.opencontainers.image.authors="Jane Doe"'),
)
