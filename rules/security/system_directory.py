"""SEC016."""

from __future__ import annotations

from ...syntax.tree import Workdir
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Volume

_KERNEL = ("/proc", "/sys", "/dev", "/boot")


@rule(
    "SEC016",
    level=WARNING,
    since="0.1",
    aliases=("trivy:DS-0030", "dockle:DKL-LI-0002"),
    formerly=("system-folder",),
    scope=SHIPPED,
)
def system_directory(instruction: Workdir | Volume, build: Build) -> Iterator[Finding]:
    """A kernel directory is used as the working directory or a volume, or the Docker socket as a volume.

    ## Why
    `/proc`, `/sys` and `/dev` are interfaces to the kernel, not places for files. A container with access to the Docker
    socket controls the host.
    """
    stage = build.stage_of(instruction)
    if stage is not None and stage.is_windows:
        return
    for word in instruction.arguments:
        path = build.state(instruction).path(word.text)
        if path is None or path.startswith(("/dev/shm", "/sys/fs/cgroup")):
            continue
        if any(path == directory or path.startswith(directory + "/") for directory in _KERNEL):
            what = "the working directory" if isinstance(instruction, Workdir) else "a volume"
            yield Finding(f"`{word.text}` is a kernel directory; do not use it as {what}", word)
        elif path in ("/var/run/docker.sock", "/run/docker.sock"):
            yield Finding(f"`{word.text}` exposes the Docker socket to the container; remove it", word)


EXAMPLES = (
    Bad("WORKDIR «/proc/self»"),
    Good("WORKDIR /app"),
    Bad("VOLUME «/dev»"),
    Bad("VOLUME /data «/var/run/docker.sock»"),
    Good("VOLUME /devices"),
    Good("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nWORKDIR /dev", why="an ordinary directory on Windows"),
    Good("VOLUME /dev/shm"),
    Good("VOLUME /sys/fs/cgroup", why="needed by systemd"),
)
