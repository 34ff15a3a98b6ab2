"""SEC015."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Expose


@rule("SEC015", level=WARNING, since="0.1", default=False, aliases=("trivy:DS-0004", "checkov:CKV_DOCKER_1"))
def ssh_port(instruction: Expose, build: Build) -> Iterator[Finding]:
    """The SSH port 22 is exposed.

    ## Why
    An SSH server in a container is an additional attack surface with keys and updates to manage. `docker exec` and
    `kubectl exec` open a shell without it. Off by default: some images, such as git and SFTP servers, need SSH.
    """
    for word in instruction.arguments:
        value = build.value(instruction, word)
        if value is not None and value.rsplit(":", 1)[-1].lower() in ("22", "22/tcp"):
            yield Finding(f"`{word.text}` exposes the SSH port; use `docker exec` instead of an SSH server", word)


EXAMPLES = (
    Bad("EXPOSE «22»"),
    Good("EXPOSE 2222"),
    Bad("EXPOSE 80 «22/tcp»"),
    Bad("ARG P=22\nEXPOSE «$P»"),
    Good("EXPOSE 22/udp"),
)
