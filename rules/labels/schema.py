"""The labels of the image that is shipped, and what the option `label-schema` asks of them."""

from __future__ import annotations

from ...model.options import label_schema
from ...syntax.tree import Label
from ..base import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...model.build import Build
    from ...syntax.tree import KeyValuePair


def image_labels(build: Build) -> Iterator[tuple[str, str | None, KeyValuePair]]:
    """Key and value of every label of the image that is shipped; the value is None when only the build knows it."""
    final = build.final_stage
    for stage in [*reversed(final.ancestors), final] if final else ():
        for instruction in stage.instructions:
            if isinstance(instruction, Label):
                for pair in instruction.pairs:
                    key = build.value(instruction, pair.key)
                    value = build.value(instruction, pair.value) if pair.value else ""
                    if key is not None:
                        yield key, value, pair


def mistyped_labels(build: Build, kind: str, is_right: Callable[[str], bool], example: str) -> Iterator[Finding]:
    """A finding for each label that should be of this type and is not; empty ones are DL3051's."""
    wanted = {key for key, each in label_schema(build).items() if each == kind}
    if not wanted:
        return
    for key, value, pair in image_labels(build):
        if key in wanted and value and not is_right(value.strip()):
            yield Finding(f"label `{key}`: `{value}` is no {example}", pair.value or pair.key)
