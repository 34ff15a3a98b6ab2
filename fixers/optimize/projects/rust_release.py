"""The base images for a Rust program, and the Debian releases of tags of rust."""

from __future__ import annotations

import re

from ..base.stage_facts import base_text, require_plain_base, with_release
from ..split.language_stack import Bases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Stage
    from ..base.rewrite import Preconditions

_SUITES = ((71, 88, "bookworm"), (56, 69, "bullseye"))
"""The Debian releases of tags without one: from Rust 1.x to 1.y. Source: the history of docker-library/rust."""
_RELEASES = ("bullseye", "bookworm", "trixie")


def rust_bases(stage: Stage, checks: Preconditions) -> Bases:
    """The base images. Raises RewriteRejected unless both stages can be on one Debian release."""
    ref, facts, base = stage.base_ref, stage.base_facts, base_text(stage)
    tag = (ref.tag if ref else "") or "latest"
    number = re.match(r"1\.(\d+)", tag)
    suite = (facts.suite if facts else "") or ""
    if not suite and number is not None:
        suite = next((name for low, high, name in _SUITES if low <= int(number[1]) <= high), "")
    checks.require(
        "the base image is an official Rust image on a known Debian release",
        facts and facts.family == "debian" and suite in _RELEASES,
        f"`{base}` is not an official Rust image on a known Debian release",
        stage.from_,
    )
    require_plain_base(stage, checks)
    why = "the release that the program is compiled on, with the same libc"
    risk = "a library that a crate loads dynamically is not detected"
    return Bases(with_release(base, tag, suite), f"debian:{suite}-slim", suite, why, risk)
