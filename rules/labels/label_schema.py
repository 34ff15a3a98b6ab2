"""The labels of the final image, and their types according to `label-schema`."""

from __future__ import annotations

from ...syntax.tree import Label
from ..base import Finding
from ..options import label_schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...model.build import Build
    from ...syntax.tree import KeyValuePair


def image_labels(build: Build) -> Iterator[tuple[str, str | None, KeyValuePair]]:
    """Key and value of every label of the final image; the value is None if it is unknown before the build."""
    final = build.final_stage
    for stage in [*reversed(final.ancestors), final] if final else ():
        for instruction in stage.instructions:
            if isinstance(instruction, Label):
                for pair in instruction.pairs:
                    key = build.value(instruction, pair.key)
                    value = build.value(instruction, pair.value) if pair.value else ""
                    if key is not None:
                        yield key, value, pair


def mistyped_labels(build: Build, kind: str, is_valid: Callable[[str], bool], description: str) -> Iterator[Finding]:
    """A finding for each label whose value is not of its type `kind`; empty values are left to DL3051.

    `is_valid` checks a value; `description` names the type in the message.
    """
    wanted = {key for key, each in label_schema(build).items() if each == kind}
    if not wanted:
        return
    for key, value, pair in image_labels(build):
        if key in wanted and value and not is_valid(value.strip()):
            yield Finding(f"label `{key}`: `{value}` is not a valid {description}", pair.value or pair.key)
