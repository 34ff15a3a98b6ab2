"""The Debian release of tags of golang that are no longer built."""

from __future__ import annotations

import re

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
