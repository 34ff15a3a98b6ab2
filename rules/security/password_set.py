"""SEC004."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("SEC004", level=WARNING, since="0.1", also=("checkov:CKV2_DOCKER_17", "dockle:CIS-DI-0010"))
def password_set(run: Run, build: Build) -> Iterator[Finding]:
    """A password is set, or taken away, while the image is built.

    ## Why
    Everyone who has the image has the password, or its hash. An account without a password lets everyone in.

    ## What to do
    Leave accounts locked and start the program as the user it needs: `USER`. Servers that ask for passwords get them
    when the container starts.
    """
    for command in build.commands(run):
        name = command.name
        if name == "chpasswd":
            yield Finding("`chpasswd` writes a password into the image", command)
        elif name == "passwd" and command.has("-d", "--delete"):
            yield Finding(f"`{command.text}` leaves an account without a password", command)
        elif name in ("useradd", "usermod") and command.has("-p", "--password"):
            yield Finding(f"`{name} --password` writes a password into the image", command)


EXAMPLES = (
    Bad("RUN echo 'root:secret' | «chpasswd»"),
    Bad("RUN «passwd -d root»"),
    Bad("RUN «useradd -m -p abc bob»"),
    Good("RUN useradd -m bob"),
    Good("RUN passwd -l root"),
)
