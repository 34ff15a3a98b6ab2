"""DL3019."""

from __future__ import annotations

from ..base import INFO, Bad, Finding, Good, rule
from .common import Head, leaving_lists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.packages import Call
    from ...syntax.tree import Run


@rule("DL3019", level=INFO, since="0.1", also=("trivy:DS-0025",))
def apk_cache(run: Run, build: Build) -> Iterator[Finding]:
    """`apk` leaves its package index in the layer.

    ## Why
    The index is fetched again by every `apk add --no-cache`; kept in the image it only takes room and goes stale.

    ## What to do
    `apk add --no-cache` fetches the index for this call and keeps nothing; `apk update` is not needed with it.
    """
    for call in leaving_lists(build, run, "apk"):
        head = Head(call)
        yield Finding(f"`{head.text}` leaves the package index in this layer; {_advice(build, run, call)}", head)


def _advice(build: Build, run: Run, call: Call) -> str:
    if call.verb != "update-index":
        return f"write `apk {call.path} --no-cache`"
    later = [c.path for c in build.calls(run) if c.manager is call.manager and c.command.start > call.command.start]
    return f"leave it out: `apk {later[0] if later else 'add'} --no-cache` fetches the index itself"


EXAMPLES = (
    Bad("FROM alpine:3.20\nRUN «apk update» && apk add curl", message="leave it out: `apk add --no-cache`"),
    Bad("FROM alpine:3.20\nRUN «apk update» && apk upgrade", message="`apk upgrade --no-cache`"),
    Bad("FROM alpine:3.20\nRUN «apk add» -U curl", message="write `apk add --no-cache`"),
    Good("FROM alpine:3.20\nRUN apk add --no-cache curl"),
    Good("FROM alpine:3.20\nRUN apk update && apk add curl && rm -rf /var/cache/apk/*"),
    Good("FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add -U curl"),
    Good(
        "FROM alpine:3.20\nRUN --mount=type=cache,target=/etc/apk/cache apk add curl", why="the cache, once it is there"
    ),
)
