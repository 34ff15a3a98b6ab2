"""What the rules about tags of base images say."""

from __future__ import annotations

import re

from ...model.images.catalog import is_official
from ...model.images.end_of_life import EndOfLife
from ...syntax.expand import variable_references
from ..base import LOW, Finding
from ..options import given_arguments, is_project_image, passed_arguments, pedantic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage
    from ...model.images.reference import ImageRef
    from ...syntax.tree import From, Instruction

_WITHOUT_VERSIONS = ("gcr.io/distroless/", "cgr.dev/chainguard/")
"""Images that publish no tags of versions, or only to customers.

Source: github.com/GoogleContainerTools/distroless, edu.chainguard.dev/chainguard/chainguard-images
"""


def shown_base(written: str, ref: ImageRef | None) -> str:
    """A base image for a message: as written, and what it is if that contains a variable."""
    return f"`{ref.text}` (`{written}`)" if ref is not None and "$" in written else f"`{written}`"


def pin_advice(image: str) -> str:
    """The remedy for a base image without a version."""
    return "pin a digest" if image.startswith(_WITHOUT_VERSIONS) else "pin a version"


def is_worth_pinning(build: Build, stage: Stage) -> bool:
    """Whether the base image can be pulled; always with `pedantic`."""
    if pedantic(build):
        return True
    ref = stage.base_ref
    if ref is None or not ref.name or is_official(ref.name):
        return True
    return bool(build.cached("end of life", EndOfLife).successor(ref))


def stage_to_pin(build: Build, instruction: From, *, arguments_matter: bool = True) -> Stage | None:
    """The stage of a FROM, if its base is an image that is worth pinning and not built by the project.

    `arguments_matter`: whether the values of build arguments that the project passes decide what is wrong with it
    """
    stage = build.stage_from(instruction)
    if stage is None or stage.parent is not None or instruction.base is None:
        return None
    is_own = is_project_image(build, stage.image or instruction.base.text.strip("\"'"))
    is_passed = arguments_matter and is_passed_base(build, instruction.base.text)
    if is_own or is_passed or not is_worth_pinning(build, stage):
        return None
    return stage


def is_passed_base(build: Build, written: str) -> bool:
    """Whether the project passes a build argument that the base image contains, so its default is not what is built."""
    if "$" not in written or pedantic(build):
        return False
    names = {name for name, _, _ in variable_references(written, build.dockerfile.escape)} - build.build_args.keys()
    return not names.isdisjoint(passed_arguments(build)) or not names.isdisjoint(given_arguments(build))


def base_finding(build: Build, stage: Stage, message: str) -> Finding | None:
    """The finding about the base image of the stage, related to later stages with the same one; None after the first.

    hadolint counts each stage, and so does the option `pedantic`.
    """
    base, same = stage.from_.base, stages_of_base(build, stage)
    if base is None:
        return None
    if pedantic(build):
        return Finding(message, base)
    if not same or same[0] is not stage:
        return None
    related = [(other, "again here") for each in same[1:] if (other := each.from_.base) is not None]
    minor = _is_own_helper(build, stage) or _is_built_locally(build, stage)
    return Finding(message, base, related=related, confidence=LOW if minor else "")


def _is_own_helper(build: Build, stage: Stage) -> bool:
    """Whether files are only copied from an image of the same namespace as that which the final one is based on."""
    final = build.final_stage
    ref, own = stage.base_ref, final.root.base_ref if final is not None else None
    if ref is None or own is None or is_official(ref.name) or "/" not in ref.repository:
        return False
    shipped = any(build.is_shipped(each) for each in (stage, *stage.descendants))
    return not shipped and ref.repository.rpartition("/")[0] == own.repository.rpartition("/")[0]


def _is_built_locally(build: Build, stage: Stage) -> bool:
    """Whether a comment above the FROM, or above an ARG that it uses, says that the image is built locally."""
    written = stage.from_.base.text if stage.from_.base is not None else ""
    names = {name for name, _, _ in variable_references(written, build.dockerfile.escape)}
    users = [stage.from_, *(arg for arg in build.global_instructions if any(p.key.text in names for p in arg.pairs))]
    return any(_LOCALLY.search(_comment_above(build, each)) for each in users)


_LOCALLY = re.compile(
    r"\b(?:built|build|builds) locally\b|\blocally built\b|\bnot pulled\b|\blocal image\b", re.IGNORECASE
)


def _comment_above(build: Build, instruction: Instruction) -> str:
    """The text of the comment lines directly above an instruction."""
    source, found = build.dockerfile.source, list[str]()
    for line in range(instruction.start_line - 1, 0, -1):
        text = source.line_text(line).strip()
        if not text.startswith("#"):
            break
        found.append(text.lstrip("# "))
    return " ".join(reversed(found))


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
