"""DL4000."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...fixers.edits.instructions import has_comments_inside
from ...syntax.tree import Label
from ..base import HANDWRITTEN, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Maintainer


_LABEL = "org.opencontainers.image.authors"
"""Source: github.com/opencontainers/image-spec, annotations.md."""


@rule(
    "DL4000",
    level=WARNING,
    since="0.1",
    aliases=("buildkit:MaintainerDeprecated", "trivy:DS-0022", "checkov:CKV_DOCKER_6"),
    onbuild=False,
    fix=SAFE,
    scope=HANDWRITTEN,
)
def maintainer(instruction: Maintainer, build: Build) -> Iterator[Finding]:
    """MAINTAINER is deprecated.

    ## Why
    It sets an image field that few tools show, while `docker inspect`, registries and scanners read labels. Docker
    deprecated the instruction in 2017.

    ## Fix safety
    Safe: the name moves to a label, and nothing in a build reads the old field.

    ## Exceptions
    - No fix if the stage already has the label, or if the name ends with a comment, which would become part of it.

    ## References
    - <https://docs.docker.com/engine/deprecated/#maintainer-in-dockerfile>
    - <https://github.com/opencontainers/image-spec/blob/main/annotations.md>
    """
    message = f'`{instruction.keyword}` is deprecated; use `LABEL {_LABEL}="…"`'
    yield Finding(message, instruction, fix=_fix(instruction, build))


def _fix(instruction: Maintainer, build: Build) -> Fix | None:
    stage, name = build.stage_of(instruction), instruction.arguments_text
    if (
        stage is None
        or not name
        or " #" in name
        or not name.isprintable()
        or has_comments_inside(build.dockerfile, instruction)
    ):
        return None
    labels = (pair.key.text for label in stage.instructions if isinstance(label, Label) for pair in label.pairs)
    if _LABEL in labels:
        return None
    if name[0] == name[-1] and name[0] in "\"'" and len(name) > 1 and name[0] not in name[1:-1]:
        name = name[1:-1]
    escape = build.dockerfile.escape
    for char in (escape, '"', "$"):
        name = name.replace(char, escape + char)
    keyword = "label" if instruction.keyword.islower() else "LABEL"
    edit = Edit(instruction.start, instruction.end, f'{keyword} {_LABEL}="{name}"')
    return Fix(f"Replace with `LABEL {_LABEL}=…`", SAFE, [edit], declare_edits=True)


EXAMPLES = (
    Bad(
        "«MAINTAINER Jane Doe <jane@example.org>»",
        fixed='LABEL org.opencontainers.image.authors="Jane Doe <jane@example.org>"',
    ),
    Good('LABEL org.opencontainers.image.authors="Jane Doe"'),
    Bad(
        '«MAINTAINER "Jane \\ Doe" $5»',
        fixed='LABEL org.opencontainers.image.authors="\\"Jane \\\\ Doe\\" \\$5"',
        why="special characters are escaped",
    ),
    Bad("«MAINTAINER 'Jane'»", fixed='LABEL org.opencontainers.image.authors="Jane"'),
    Bad("«MAINTAINER me # since 2015»", fixed="MAINTAINER me # since 2015"),
    Bad("«maintainer me»", fixed='label org.opencontainers.image.authors="me"'),
)
