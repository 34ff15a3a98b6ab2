"""DL3011."""

from __future__ import annotations

from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Expose


@rule("DL3011", level=ERROR, since="0.1", aliases=("trivy:DS-0008",), default=False, formerly=("port-range",))
def invalid_port(expose: Expose, build: Build) -> Iterator[Finding]:
    """EXPOSE contains a port above 65535.

    ## Why
    The port is invalid, so BuildKit rejects the file. Off by default because `build-error` reports it too.
    """
    for word in expose.arguments:
        for part in (build.value(expose, word) or "").split():
            ports = part.partition("/")[0].rpartition(":")[2].split("-")
            if any(port.isascii() and port.isdigit() and (len(port) > 9 or int(port) > 65535) for port in ports):
                yield Finding(f"`{part}` is not a valid port; use a port from 1 to 65535", word)


EXAMPLES = (
    Bad("EXPOSE «80000»"),
    Good("EXPOSE 65535 80/sctp"),
    Bad("EXPOSE 80 «65536/tcp»"),
    Bad("EXPOSE «8000-70000»"),
    Good("ARG PORT\nEXPOSE $PORT", why="set by the build"),
)
