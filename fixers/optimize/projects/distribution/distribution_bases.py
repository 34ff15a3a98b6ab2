"""The base images of a stage on Debian, Ubuntu, or an image made of one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .....model.images.catalog import is_known_tag
from .....model.images.reference import parse_reference
from .....model.images.slimmer import find_slim_variant
from ...base.rewrite import RewriteRejected
from ...base.stage_facts import base_text, require_plain_base, with_release
from ...split.language_stack import Bases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .....model.build import Stage
    from ...base.rewrite import Preconditions

IMAGES = ("buildpack-deps", "debian", "gcc", "ubuntu")
"""Official images that this stack splits."""
_DEBIAN = ("bullseye", "bookworm", "trixie")
_WITHOUT_MANUALS = ("stretch", "buster", "bullseye")
_WITH_MANUALS = re.compile(r"default-j|openjdk-|postgresql")
"""Packages that fail to install on slim images of these releases, which have no directories of manual pages."""
_SAME = "the same release of the distribution"


@dataclass(frozen=True, slots=True)
class Distribution:
    """What a stage is based on.

    `name`: the image; `release`: the release of Debian or Ubuntu, "" if unknown; `ubuntu`: whether it is Ubuntu's
    """

    name: str
    release: str
    ubuntu: bool

    @property
    def is_full(self) -> bool:
        """Whether the image has compilers and headers."""
        return self.name in ("buildpack-deps", "gcc")


def distribution_of(stage: Stage, checks: Preconditions) -> Distribution:
    """What a stage is based on. Raises RewriteRejected unless it is Debian or Ubuntu."""
    ref, facts = stage.base_ref, stage.base_facts
    checks.require(
        "the base image is Debian, Ubuntu, or made of one of them",
        ref and facts and facts.family in ("debian", "ubuntu"),
        f"the distribution of `{base_text(stage)}` is unknown",
        stage.from_,
    )
    assert ref is not None and facts is not None
    require_plain_base(stage, checks)
    return Distribution(ref.name, facts.suite or "", facts.family == "ubuntu")


def distribution_bases(stage: Stage, found: Distribution, packages: Iterable[str]) -> Bases:
    """The base images of the stages, of which the file installs `packages`.

    Raises RewriteRejected when the release of a full image is unknown.
    """
    ref, base = stage.base_ref, base_text(stage)
    assert ref is not None
    tag, release = ref.tag or "latest", found.release
    if found.name == "ubuntu":
        return Bases(release=release)
    if found.name == "debian":
        floating = tag == "latest"
        slim = f"debian:{release}-slim" if floating else getattr(find_slim_variant(ref), "text", "")
        builder = with_release(base, tag, release) if floating else ""
        if release in _WITHOUT_MANUALS and any(map(_WITH_MANUALS.match, packages)):
            slim = builder
        return Bases(builder, slim, release, _SAME)
    pinned = with_release(base, tag, release) if release else ""
    if not pinned or (pinned != base and not is_known_tag(parse_reference(pinned))):
        raise RewriteRejected(
            f"the release that `{base}` is made of is unknown; name it in the tag, as in `{ref.name}:{_example(tag)}`",
            stage.from_,
        )
    if not found.ubuntu and release not in _DEBIAN:
        raise RewriteRejected(f"`{base}` is made of Debian {release}, whose libraries are unknown", stage.from_)
    runtime = f"ubuntu:{release}" if found.ubuntu else f"debian:{release}-slim"
    return Bases(pinned if pinned != base else "", runtime, release, "the release that the image is made of")


def _example(tag: str) -> str:
    """A tag with a release."""
    return "bookworm" if tag == "latest" else f"{tag}-bookworm"
