"""DL3050."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from ..options import label_schema, strict_labels
from .label_schema import image_labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3050", level=INFO, since="0.1", onbuild=False, prefilter=("label",))
def extra_label(build: Build) -> Iterator[Finding]:
    """The final image has a label that is not listed in `label-schema`.

    ## Why
    The key may be misspelled, and tools then ignore the label.

    ## Options
    - `strict-labels`: enables this rule.
    - `label-schema`: the allowed labels.
    """
    if not strict_labels(build):
        return
    wanted = label_schema(build)
    for key, _, pair in image_labels(build):
        if key not in wanted:
            yield Finding(f"label `{key}` is not in `label-schema`; remove it or add it there", pair.key)


_OPTIONS = {"label-schema": {"maintainer": "text"}, "strict-labels": True}

EXAMPLES = (
    Bad("LABEL maintainer=a «maintaner»=b", options=_OPTIONS),
    Good("LABEL maintainer=a", options=_OPTIONS),
    Good(
        "FROM debian:12 AS b\nLABEL c=a\nFROM debian:12\nLABEL maintainer=a",
        options=_OPTIONS,
        why="not in the final image",
    ),
    Good("LABEL a=1", why="the option is not set"),
)
