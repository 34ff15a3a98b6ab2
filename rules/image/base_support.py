"""Findings about the support of base images."""

from __future__ import annotations

from ...model.images.end_of_life import EndOfLife
from ..base import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage
    from ...model.images.end_of_life import Release
    from ...model.images.reference import ImageRef


def support_finding(build: Build, stage: Stage, *, shipped: bool) -> Finding | None:
    """The finding about the base image of `stage`.

    With `shipped`, what has ended in the final image; without it, what has ended elsewhere and what ends within a year.
    """
    ref, base = stage.base_ref, stage.from_.base
    if stage.parent is not None or ref is None or base is None:
        return None
    in_image = any(build.is_shipped(each) for each in (stage, *stage.descendants))
    if shipped and not in_image:
        return None
    table = build.cached("end of life", EndOfLife)
    message = _ended_message(table, ref)
    if message and in_image == shipped:
        return Finding(message, base)
    if message or shipped:
        return None
    ending = [each for each in table.releases(ref) if each.ending]
    if not ending:
        return None
    verb = "reaches" if len(ending) == 1 else "reach"
    supported = table.supported(ref, ending)
    remedy = f"plan the upgrade to {supported}" if supported else "plan the upgrade to a supported release"
    return Finding(f"{_subject(ref, ending)} {verb} end of life on {_dates(ending)}; {remedy}", base)


def is_ended(build: Build, ref: ImageRef) -> bool:
    """Whether the image gets no more updates, or a release that its tag names is no longer supported."""
    return bool(_ended_message(build.cached("end of life", EndOfLife), ref))


def _ended_message(table: EndOfLife, ref: ImageRef) -> str:
    successor = table.successor(ref)
    if successor:
        return f"the image `{ref.text}` is deprecated and gets no updates; use {successor}"
    releases = table.releases(ref)
    ended = [each for each in releases if each.ended]
    if not ended:
        return ""
    supported = table.supported(ref, releases)
    example = f", such as {supported}" if supported else ""
    return f"{_subject(ref, ended)} reached end of life on {_dates(ended)}; use a supported release{example}"


def _subject(ref: ImageRef, releases: Sequence[Release]) -> str:
    labels = " and ".join(each.label for each in releases)
    return f"{labels} in base image `{ref.text.partition('@')[0]}`"


def _dates(releases: Sequence[Release]) -> str:
    return " and ".join(dict.fromkeys(each.end for each in releases))
