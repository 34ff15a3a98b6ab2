"""BK022."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ..base import WARNING, Bad, Finding, Good, rule
from .expose import exposed_ports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Expose


@rule("BK022", level=WARNING, since="0.1", aliases=("buildkit:ExposeInvalidFormat",), fix=SAFE)
def exposed_mapping(instruction: Expose, build: Build) -> Iterator[Finding]:
    """EXPOSE contains an IP address or a host port.

    ## Why
    EXPOSE only declares the container port; `docker run --publish` maps it to a host port. Docker ignores the rest, and
    BuildKit warns that a future release will reject it.

    ## What to do
    Keep only the container port: `EXPOSE 80` instead of `EXPOSE 8080:80`.

    ## Fix safety
    Safe: BuildKit ignores the removed part.
    """
    for port in exposed_ports(instruction, build):
        if port.host.strip(":"):
            kept = port.text.rpartition(":")[2]
            edit = Edit(port.word.start, port.word.end, kept)
            fix = Fix(f"Change to `{kept}`", SAFE, [edit], declare_edits=True) if port.word.text == port.text else None
            yield Finding(f"`{port.host}:` has no effect in EXPOSE; use `{kept}`", port.word, fix=fix)


EXAMPLES = (
    Bad("EXPOSE «8080:80»", message="use `80`", fixed="EXPOSE 80"),
    Good("EXPOSE 80 443/tcp 7000-7010"),
    Bad("EXPOSE «127.0.0.1:80:80» «[::1]:1:1/udp»", fixed="EXPOSE 80 1/udp"),
    Bad("ENV P=8080:80\nEXPOSE «$P»"),
    Good("ARG P\nEXPOSE $P"),
)
