"""DL3065."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.expand import ExpansionError
from ..base import HANDWRITTEN, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule(
    "DL3065",
    level=WARNING,
    since="0.1",
    aliases=("buildkit:RedundantTargetPlatform",),
    fix=SAFE,
    prefilter=("targetplatform",),
    scope=HANDWRITTEN,
)
def redundant_platform(instruction: From, build: Build) -> Iterator[Finding]:
    """FROM has `--platform=$TARGETPLATFORM`, which is the default.

    ## Why
    The flag has no effect, but suggests that the platform is set for a reason.

    ## Fix safety
    Safe: the target platform is the default of FROM.
    """
    flag = instruction.flag("platform")
    if flag is None or not flag.value or "TARGETPLATFORM" not in flag.value:
        return
    state = build.global_state
    try:
        expansion = state.expand(flag.value)
    except ExpansionError:
        return
    alone = expansion.matched == {"TARGETPLATFORM"} and not expansion.unmatched
    if alone and expansion.text == state.vars["TARGETPLATFORM"]:
        text = build.dockerfile.source.text
        end = flag.end
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        fix = Fix("Remove `--platform`", SAFE, [Edit(flag.start, end, "")], declare_edits=True)
        yield Finding(f"`{flag.text}` is the default; omit it", flag, fix=fix)


EXAMPLES = (
    Bad("FROM «--platform=$TARGETPLATFORM» debian:12", fixed="FROM debian:12"),
    Good("FROM debian:12"),
    Bad("FROM «--platform=${TARGETPLATFORM}» debian:12 AS a"),
    Bad("FROM «--platform=${TARGETPLATFORM:-linux/amd64}» debian:12", why="TARGETPLATFORM is always set"),
    Good("FROM --platform=$BUILDPLATFORM debian:12"),
    Good("FROM --platform=$TARGETOS/$TARGETARCH debian:12"),
)
