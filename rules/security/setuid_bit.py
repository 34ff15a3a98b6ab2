"""SEC010."""

from __future__ import annotations

from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule(
    "SEC010",
    level=WARNING,
    since="0.1",
    aliases=("cis:4.8", "dockle:CIS-DI-0008"),
    prefilter=("chmod",),
    scope=SHIPPED,
    subject=("setuid", "suid", "setgid", "chmod"),
)
def setuid_bit(run: Run, build: Build) -> Iterator[Finding]:
    """The setuid bit is set on a program.

    ## Why
    The program runs with the permissions of its owner, no matter who starts it. If the owner is root, a vulnerability
    in the program lets any user in the container become root.

    ## What to do
    Grant only the capability that is needed (`setcap cap_net_bind_service=+ep program`), or start the container with
    `--cap-add`.

    ## Exceptions
    - Programs that work with this bit only, such as `sudo`, `su` and the sandbox of Chrome.
    """
    for command in build.commands(run):
        if command.name == "chmod":
            words = command.operands()

            needed = all(word.base_name() in _NEED_IT for word in words[1:])
            if words and _sets(words[0].value) and not needed and not command.has("-R", "--recursive"):
                yield Finding(f"`{command.text}` makes a program run as its owner; use `setcap` instead", words[0])


_NEED_IT = frozenset(
    "chrome-sandbox chrome_sandbox sudo su mount umount fusermount fusermount3 newuidmap newgidmap bwrap".split()
)
"""Programs that check their own mode or need to be root for more than one capability: their manual pages."""


def _sets(mode: str) -> bool:
    """Whether the mode sets the setuid bit: `4755`, `u+s`, `6755`."""
    if mode and all("0" <= char <= "7" for char in mode):
        return bool(int(mode, 8) & 0o4000)
    return any(part.startswith(("u+", "u=", "+", "ug+")) and "s" in part for part in mode.split(","))


EXAMPLES = (
    Bad("RUN chmod «u+s» /bin/ping"),
    Good("RUN chmod 0755 /bin/ping"),
    Bad("RUN chmod «4755» /bin/ping"),
    Good("RUN chmod u-s /bin/ping"),
    Good("RUN chown root /opt/chrome/chrome-sandbox && chmod 4755 /opt/chrome/chrome-sandbox", why="needs the bit"),
    Good("RUN chmod u+s /usr/bin/sudo /bin/su"),
    Bad("RUN chmod «u+s» /usr/bin/sudo /bin/ping"),
    Good("RUN chmod g+s /data", why="setgid on a directory"),
)
