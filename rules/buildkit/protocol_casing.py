"""BK021."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ..base import HANDWRITTEN, WARNING, Bad, Finding, Good, rule
from .expose import exposed_ports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Expose


@rule("BK021", level=WARNING, since="0.1", aliases=("buildkit:ExposeProtoCasing",), fix=SAFE, scope=HANDWRITTEN)
def protocol_casing(instruction: Expose, build: Build) -> Iterator[Finding]:
    """EXPOSE has an uppercase protocol.

    ## Why
    Tools write port protocols in lowercase, and some compare them as text. BuildKit converts the protocol and warns.

    ## Fix safety
    Safe: the port is lowercase in the image either way.
    """
    for port in exposed_ports(instruction, build):
        if port.protocol != port.protocol.lower():
            written, lower = port.word, port.text.lower()
            edit = Edit(written.start, written.end, lower)
            fix = Fix(f"Change to `{lower}`", SAFE, [edit], declare_edits=True) if written.text == port.text else None
            yield Finding(f"protocol in `{port.text}` is not lowercase; use `{lower}`", port.word, fix=fix)


EXAMPLES = (
    Bad("EXPOSE «80/TCP»", message="use `80/tcp`", fixed="EXPOSE 80/tcp"),
    Good("EXPOSE 80/tcp 53/udp 8080"),
    Bad("EXPOSE 80 «53/Udp» 53/tcp"),
    Good("ARG P\nEXPOSE $P"),
)
