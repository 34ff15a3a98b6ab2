"""BK021."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .expose import ports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Expose


@rule("BK021", level=WARNING, since="0.1", also=("buildkit:ExposeProtoCasing",))
def protocol_casing(instruction: Expose, build: Build) -> Iterator[Finding]:
    """EXPOSE names a protocol in capital letters.

    ## Why
    Every tool writes the protocol of a port in lower case, and some compare it as text; BuildKit lowers it and warns.
    """
    for port in ports(instruction, build):
        if port.protocol != port.protocol.lower():
            yield Finding(f"`{port.text}`: write the protocol as `{port.protocol.lower()}`", port.word)


EXAMPLES = (
    Bad("EXPOSE «80/TCP»", message="write the protocol as `tcp`"),
    Bad("EXPOSE 80 «53/Udp» 53/tcp"),
    Good("EXPOSE 80/tcp 53/udp 8080"),
    Good("ARG P\nEXPOSE $P"),
)
