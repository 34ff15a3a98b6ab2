"""What the rules about tags of base images say."""

from __future__ import annotations

from ...model.images.catalog import is_official
from ...model.images.end_of_life import EndOfLife
from ..options import pedantic
from ..stages.development import is_development_file, is_for_development

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage
    from ...model.images.reference import ImageRef
    from ...syntax.tree import Argument

_WITHOUT_VERSIONS = ("gcr.io/distroless/", "cgr.dev/chainguard/")
"""Images that publish no tags of versions, or only to customers.

Source: github.com/GoogleContainerTools/distroless, edu.chainguard.dev/chainguard/chainguard-images
"""


def shown_base(written: str, ref: ImageRef | None) -> str:
    """A base image for a message: as written, and what it is if that contains a variable."""
    return f"`{ref.text}` (`{written}`)" if ref is not None and "$" in written else f"`{written}`"


def pin_advice(ref: ImageRef | None) -> str:
    """The remedy for a base image without a version."""
    return "pin a digest" if ref is not None and ref.text.startswith(_WITHOUT_VERSIONS) else "pin a version"


def is_worth_pinning(build: Build, stage: Stage) -> bool:
    """Whether the base image can be pulled, and the file is not for development or tests; always with `pedantic`."""
    if pedantic(build):
        return True
    if is_development_file(build) or is_for_development(stage):
        return False
    ref = stage.base_ref
    if ref is None or not ref.name or is_official(ref.name):
        return True
    return bool(build.cached("end of life", EndOfLife).successor(ref))


def same_bases(build: Build, stage: Stage) -> Sequence[Argument] | None:
    """The base images of later stages that are the same image; None if an earlier stage has it, which is reported.

    hadolint counts each stage, and so does the option `pedantic`.
    """
    if pedantic(build):
        return ()
    same = stages_of_base(build, stage)
    if not same or same[0] is not stage:
        return None
    return [base for each in same[1:] if (base := each.from_.base) is not None]


def stages_of_base(build: Build, stage: Stage) -> Sequence[Stage]:
    """The stages that are based on the same image, in order."""
    return build.cached("stages by base image", lambda: _stages_by_base(build)).get(_base(stage), ())


def _stages_by_base(build: Build) -> dict[str, list[Stage]]:
    found: dict[str, list[Stage]] = {}
    for stage in build.stages:
        if stage.parent is None and stage.from_.base is not None:
            found.setdefault(_base(stage), []).append(stage)
    return found


def _base(stage: Stage) -> str:
    written = stage.from_.base.text if stage.from_.base is not None else ""
    return stage.base_ref.text if stage.base_ref is not None else written
