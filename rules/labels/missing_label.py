"""DL3049."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from ..options import label_schema
from .label_schema import image_labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3049", level=INFO, since="0.1", onbuild=False)
def missing_label(build: Build) -> Iterator[Finding]:
    """The final image lacks a label listed in `label-schema`.

    ## Why
    Tools rely on the label to identify and manage images.

    ## Options
    - `label-schema`: maps label names to types; without it, nothing is reported.
    """
    wanted = label_schema(build)
    final = build.final_stage
    if not wanted or final is None or final.from_.base is None:
        return
    present = {key for key, _, _ in image_labels(build)}
    for key in wanted:
        if key not in present:
            yield Finding(f"the image has no label `{key}`; add it with LABEL", final.from_.base)


_OPTIONS = {"label-schema": {"maintainer": "text"}}

EXAMPLES = (
    Bad("FROM «debian:12»\nLABEL a=1", options=_OPTIONS, message="no label `maintainer`"),
    Good("LABEL maintainer=a", options=_OPTIONS),
    Bad("FROM debian:12 AS b\nLABEL maintainer=a\nFROM «debian:12»", options=_OPTIONS, why="different stages"),
    Good("FROM debian:12 AS base\nLABEL maintainer=a\nFROM base", options=_OPTIONS, why="inherited"),
    Good("RUN a", why="the option is not set"),
)
