"""The base images for a Go program, and the Debian release of tags of golang that are no longer built."""

from __future__ import annotations

import re

from ..base.stage_facts import base_text, require_plain_base, with_release
from ..split.language_stack import Bases
from .go_project import require_no_c, require_no_c_compiler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ..base.rewrite import Preconditions

_RELEASES = ("bullseye", "bookworm", "trixie")

_TAG = re.compile(r"1\.(\d+)(?:\.(\d+))?")
_MOVED = {
    16: (7, "", "bullseye"),
    17: (0, "", "bullseye"),
    18: (0, "", "bullseye"),
    19: (11, "bullseye", "bookworm"),
    20: (6, "bullseye", "bookworm"),
    21: (0, "", "bookworm"),
    22: (0, "", "bookworm"),
    23: (0, "", "bookworm"),
    24: (7, "bookworm", "trixie"),
    25: (0, "", "trixie"),
}
"""By minor version: the first patch version that was certainly built on the later release, the earlier, the later one.

Only releases that were published with and without their name in the tag. Source: the history of
docker-library/official-images, library/golang: bullseye since August 2021, bookworm since June 2023, trixie since
August 2025.
"""
_UNCERTAIN = {(19, 10), (20, 5), (24, 6)}
"""Versions whose tags moved from one release to the next while they were the newest."""


def debian_release_of(tag: str) -> str:
    """The Debian release that `golang:<tag>` was last built on; "" when unknown."""
    match = _TAG.fullmatch(tag)
    if match is None or int(match[1]) not in _MOVED:
        return ""
    minor = int(match[1])
    first, before, after = _MOVED[minor]
    if match[2] is None or int(match[2]) >= first:
        return after
    return "" if (minor, int(match[2])) in _UNCERTAIN else before


def go_bases(build: Build, stage: Stage, context: Context, checks: Preconditions) -> Bases:
    """The base images. Raises RewriteRejected unless both stages can be on one release, or need no C library."""
    ref, facts, base = stage.base_ref, stage.base_facts, base_text(stage)
    alpine = bool(ref and facts and facts.family == "alpine" and ref.tag)
    suite = (facts.suite or debian_release_of(ref.tag or "")) if ref and facts else ""
    checks.require(
        "the base image is an official Go image on Alpine or a known Debian release",
        alpine or (facts and facts.family == "debian" and suite in _RELEASES),
        f"`{base}` is not an official Go image on Alpine or a known Debian release",
        stage.from_,
    )
    assert ref is not None and suite is not None
    require_plain_base(stage, checks)
    tag = ref.tag or "latest"
    if not alpine:
        why = "the release that the program is compiled on, with the same libc"
        return Bases(with_release(base, tag, suite), f"debian:{suite}-slim", suite, why)
    release = suite.removeprefix("alpine")
    require_no_c_compiler(build, stage, release)
    require_no_c(stage, context, checks)
    # A tag that moves from release to release gets a runtime that does, too.
    runtime = f"alpine:{release if release and tag.endswith(release) else '3'}"
    return Bases("", runtime, None, "a program without cgo runs on any release")
