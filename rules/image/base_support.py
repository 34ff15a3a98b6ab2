"""Findings about the support of base images."""

from __future__ import annotations

import re

from ...model.images.end_of_life import EndOfLife
from ...model.images.tags import DEBIAN_RELEASES, UBUNTU_RELEASES
from ..base import Finding
from ..options import has_newer_version, project_path
from ..stages.development import is_development_file, is_for_development
from .pinning import stages_of_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage
    from ...model.images.end_of_life import Release
    from ...model.images.reference import ImageRef

_MANY_VERSIONS = 3
"""So many versions of one image in a file are there on purpose, such as one stage for each."""


def support_finding(build: Build, stage: Stage, *, shipped: bool) -> Finding | None:
    """The finding about the base image of `stage`.

    With `shipped`, what has ended in the final image; without it, what has ended elsewhere and what ends within a year,
    once for each image. Of stages and images that are not shipped, only what has ended or ends soon.
    """
    ref, base = stage.base_ref, stage.from_.base
    if stage.parent is not None or ref is None or base is None:
        return None
    in_image = _in_image(build, stage)
    if shipped and not in_image:
        return None
    table = build.cached("end of life", EndOfLife)
    message = _ended_message(table, ref)
    if shipped:
        minor = _is_frozen(build, table, ref) or _is_made_for_suite(build, table.releases(ref))
        return Finding(message, base, confidence="low" if minor else "") if message else None
    same = stages_of_base(build, stage)
    root = build.final_stage.root if build.final_stage is not None else None
    first = root if root is not None and stages_of_base(build, root) is same else same[0]
    if (message and in_image) or stage is not first:
        return None
    if not message:
        is_urgent = not in_image or is_development_file(build) or is_for_development(stage)
        message = _ending_message(table, ref, soon=is_urgent)
    if not message or _is_deliberate(build, stage, table.releases(ref)):
        return None
    others = [(each.from_.base, "again here") for each in same if each is not stage and each.from_.base is not None]
    return Finding(message, base, related=others, confidence="low" if _is_of_one_version(build) else "")


def _in_image(build: Build, stage: Stage) -> bool:
    return any(build.is_shipped(each) for each in (stage, *stage.descendants))


def _ending_message(table: EndOfLife, ref: ImageRef, *, soon: bool) -> str:
    """What ends within a year, with `soon` within three months; empty if nothing does."""
    ending = [each for each in table.releases(ref) if (each.ending_soon if soon else each.ending)]
    if not ending:
        return ""
    supported = table.supported(ref, ending)
    remedy = f"plan the upgrade to {supported}" if supported else "plan the upgrade to a supported release"
    return f"the end of support for {_subject(ref, ending)} is {_dates(ending)}; {remedy}"


def _is_frozen(build: Build, table: EndOfLife, ref: ImageRef) -> bool:
    """Whether the file belongs to an old version, so that another base image would not do.

    Its directory is that of a version, with a newer one next to it, or it installs a package for the release of the
    distribution: `~buster`, `+deb10`, `debian10`.
    """
    if has_newer_version(build):
        return True
    text = build.dockerfile.source.text
    return any(re.search(_package_version(each), text) for each in table.releases(ref) if each.ended)


def _package_version(release: Release) -> str:
    """A regular expression for the end of the version of a package that is made for a release of a distribution."""
    product, number = release.product[0], re.escape(release.name)
    names = _CODENAMES.get(product, {})
    words = [rf"[~+]{re.escape(names[release.name])}\b"] if release.name in names else []
    return "|".join([*words, rf"\d[-+~.]?{product}{number}\b", rf"[~+]{product[:3]}{number}(?:u\d+)?\b"])


def _is_deliberate(build: Build, stage: Stage, releases: Sequence[Release]) -> bool:
    """Whether the image is made of this release: the path or the stage names it, or stages have one version each."""
    places = f"{project_path(build)}/{stage.name}"
    if any(_names_release(places, each) for each in releases if each.ended or each.ending):
        return True
    ref = stage.base_ref
    versions = build.cached("versions of bases", lambda: _versions_by_repository(build))
    return ref is not None and len(versions[ref.repository]) >= _MANY_VERSIONS


def _versions_by_repository(build: Build) -> dict[str, set[str | None]]:
    """The tags of each image that stages are based on."""
    found: dict[str, set[str | None]] = {}
    for each in build.stages:
        if each.parent is None and each.base_ref is not None:
            found.setdefault(each.base_ref.repository, set()).add(each.base_ref.tag)
    return found


def _names_release(places: str, release: Release) -> bool:
    """Whether a path names a release: `8.0/Dockerfile` and `net8/Dockerfile` name .NET 8, `bullseye/` Debian 11."""
    number = _number(release)
    return re.search(rf"(?<![\d.]){number}(?:\.0)?(?!\d|\.\d)", places) is not None or _names_suite(places, release)


def _number(release: Release) -> str:
    """A regular expression for the number of a release: `12.04`, `12-04`, `12_04`."""
    return re.escape(release.name.partition("-")[0]).replace(r"\.", "[._-]")


def _names_suite(places: str, release: Release) -> bool:
    """Whether a path has the codename of a release, or its product and number: `ubuntu-12-04`, `alpine3.14`."""
    product = release.product[0].removesuffix("-linux")
    codename = _CODENAMES.get(product, {}).get(release.name, "")
    words = [rf"\b{codename}(?![a-z])"] if codename else []
    words.append(rf"{re.escape(product)}[-_:]?{_number(release)}(?!\d)")
    return re.search("|".join(words), places.lower().replace("_", "-")) is not None


_CODENAMES = {"debian": DEBIAN_RELEASES, "ubuntu": UBUNTU_RELEASES}


def _is_made_for_suite(build: Build, releases: Sequence[Release]) -> bool:
    """Whether the path names a release that has ended by its codename or by product and number, as its purpose."""
    return any(_names_suite(project_path(build), each) for each in releases if each.ended)


def _is_of_one_version(build: Build) -> bool:
    """Whether a directory of the file is that of one published version, `3.5.8` or `v4.2.0-rc1`, which is frozen."""
    return re.search(r"(?:\A|/)v?\d+\.\d+\.\d+(?:[-+][^/]*)?/", project_path(build)) is not None


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
