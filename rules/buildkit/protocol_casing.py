"""BK021."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ..base import WARNING, Bad, Finding, Good, rule
from .expose import exposed_ports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Expose


@rule("BK021", level=WARNING, since="0.1", aliases=("buildkit:ExposeProtoCasing",), fix=SAFE)
def protocol_casing(instruction: Expose, build: Build) -> Iterator[Finding]:
    """EXPOSE names a protocol in capital letters.

    ## Why
    Every tool writes the protocol of a port in lower case, and some compare it as text; BuildKit lowers it and warns.

    ## Fix safety
    Safe: the image lists the port in lower case either way.
    """
    for port in exposed_ports(instruction, build):
        if port.protocol != port.protocol.lower():
            written, lower = port.word, port.text.lower()
            edit = Edit(written.start, written.end, lower)
            fix = Fix(f"Write `{lower}`", SAFE, [edit], declare_edits=True) if written.text == port.text else None
            yield Finding(f"`{port.text}`: write the protocol as `{port.protocol.lower()}`", port.word, fix=fix)


EXAMPLES = (
    Bad("EXPOSE «80/TCP»", message="write the protocol as `tcp`", fixed="EXPOSE 80/tcp"),
    Bad("EXPOSE 80 «53/Udp» 53/tcp"),
    Good("EXPOSE 80/tcp 53/udp 8080"),
    Good("ARG P\nEXPOSE $P"),
)
