"""DL4005."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Run

_SH = ("/bin/sh", "/usr/bin/sh")


@rule("DL4005", level=WARNING, since="0.1")
def relinked_shell(run: Run, build: Build) -> Iterator[Finding]:
    """`/bin/sh` is replaced to use another shell for RUN.

    ## Why
    Scripts in the image that use `/bin/sh` were written for the original shell, and a package update restores it.

    ## What to do
    Use `SHELL ["/bin/bash", "-c"]`, which only changes the shell that runs instructions.
    """
    stage = build.stage_of(run)
    if stage is None or stage.root.image == "scratch":
        return
    for command in build.commands(run):
        if command.name in ("ln", "cp") and _target(command) in _SH:
            yield Finding(f"`{command.text}` replaces the shell of the whole image; use SHELL instead", command)


def _target(command: Command) -> str:
    """The path that the command writes; empty if it only names a source."""
    operands = command.operands(("-S", "--suffix", "-t", "--target-directory"))
    directory = command.option("-t", "--target-directory")
    if directory is not None and operands:
        name = directory if isinstance(directory, str) else directory.value
        return f"{name.rstrip('/')}/{operands[0].value.rpartition('/')[2]}"
    return operands[-1].value if len(operands) > 1 else ""


EXAMPLES = (
    Bad("RUN «ln -sf /bin/bash /bin/sh»"),
    Good("FROM scratch\nCOPY sh /busybox/\nRUN ln -s /busybox/sh /bin/sh", why="no shell to replace"),
    Bad("RUN rm /bin/sh && «ln -s /bin/bash /bin/sh»"),
    Bad("RUN «ln -snf bash /usr/bin/sh»"),
    Good('SHELL ["/bin/bash", "-c"]\nRUN a'),
    Good("RUN ln -s /bin/sh /usr/local/bin/sh5", why="another name for the same shell"),
    Good("RUN ln -s /bin/sh", why="a link in the current directory"),
)
