"""COR007."""

from __future__ import annotations

from ...syntax.tree import Add, Cmd, CommandLine, Copy, Entrypoint, Run
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


@rule("COR007", level=ERROR, since="0.1", onbuild=False, prefilter=("scratch",))
def no_shell(stage: Stage, build: Build) -> Iterator[Finding]:
    """The shell form is used in an image without a shell.

    ## Why
    `scratch` is empty. The shell form needs `/bin/sh`, so a RUN fails during the build, and a CMD or ENTRYPOINT fails
    when the container starts.

    ## What to do
    Use the exec form with an absolute path: `ENTRYPOINT ["/app"]`.

    ## Exceptions
    - Stages into which directories or archives are copied, because they may contain a shell.
    """
    if stage.root.image != "scratch":
        return
    shell = ""
    for each in (*reversed(stage.ancestors), stage):
        for instruction in each.instructions:
            if isinstance(instruction, (Copy, Add)):
                if not _plain_file(build, instruction):
                    return
            elif isinstance(instruction, (Run, Cmd, Entrypoint)) and each is stage:
                shell = build.state(instruction).shell[0]
                if not instruction.json and instruction.words and shell == "/bin/sh":
                    yield _finding(instruction)


def _plain_file(build: Build, instruction: Copy | Add) -> bool:
    """Whether the instruction copies individual files by name, none of them a shell or an archive."""
    target = instruction.destination
    if target is None or isinstance(instruction, Add):
        return False
    state = build.state(instruction)
    for source in instruction.sources:
        value = state.value(source.text)
        name = (value or "").rstrip("/").rsplit("/", 1)[-1]
        if value is None or name in (
            "",
            ".",
            "sh",
            "bash",
            "busybox",
            "bin",
            "rootfs",
            "root",
            "usr",
            "build",
            "output",
        ):
            return False
        if any(char in value for char in "*?[") or value.endswith("/"):
            return False
    return not target.text.rstrip("/").endswith(("/bin", "/sbin")) and (
        target.text != "/" or len(instruction.sources) == 1
    )


def _finding(instruction: CommandLine) -> Finding:
    return Finding(
        f"shell-form {instruction.name} needs `/bin/sh`, which `scratch` does not have; use the exec form",
        instruction.words[0],
    )


EXAMPLES = (
    Bad("FROM golang:1.23 AS b\nFROM scratch\nCOPY --from=b /src/app /app\nENTRYPOINT «/app --serve»"),
    Good('FROM scratch\nCOPY app /app\nENTRYPOINT ["/app"]'),
    Bad("FROM scratch\nCOPY app /app\nRUN «/app --init»"),
    Good("FROM scratch\nADD rootfs.tar.gz /\nCMD bash", why="the archive may contain a shell"),
    Good("FROM scratch\nCOPY --from=b / /\nCMD bash"),
    Good("FROM alpine:3.20\nCMD app"),
)
