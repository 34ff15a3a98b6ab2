"""DL3051."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..options import label_schema
from .label_schema import image_labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3051", level=WARNING, since="0.1", onbuild=False, prefilter=("label",))
def empty_label(build: Build) -> Iterator[Finding]:
    """A label listed in `label-schema` is empty.

    ## Why
    Tools rely on the label, but it has no value.

    ## Options
    - `label-schema`: maps label names to types; without it, nothing is reported.
    """
    wanted = label_schema(build)
    for key, value, pair in image_labels(build) if wanted else ():
        if key in wanted and value is not None and not value.strip():
            yield Finding(f"label `{key}` is empty; give it a value", pair.key)


_OPTIONS = {"label-schema": {"maintainer": "text"}}

EXAMPLES = (
    Bad('LABEL «maintainer»=""', options=_OPTIONS),
    Good("LABEL maintainer=a b=", options=_OPTIONS),
    Bad("LABEL a=1 «maintainer»=", options=_OPTIONS),
    Good("ARG M\nLABEL maintainer=$M", options=_OPTIONS, why="the value is set at build time"),
)
