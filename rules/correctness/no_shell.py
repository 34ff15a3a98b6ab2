"""COR007."""

from __future__ import annotations

from ...model.layers import has_step
from ...syntax.tree import Add, Cmd, CommandLine, Copy, Entrypoint, Healthcheck, Run
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Instruction


@rule("COR007", level=ERROR, since="0.1", onbuild=False, prefilter=("scratch", "distroless", "chainguard", "chiseled"))
def no_shell(stage: Stage, build: Build) -> Iterator[Finding]:
    """The shell form is used in an image without a shell.

    ## Why
    `scratch` is empty, and distroless images contain no shell. The shell form needs `/bin/sh`, so a RUN fails during
    the build, a CMD or ENTRYPOINT when the container starts, and a HEALTHCHECK always.

    ## What to do
    Use the exec form with an absolute path: `ENTRYPOINT ["/app"]`.

    ## Exceptions
    - Stages into which directories or archives are copied, because they may contain a shell.
    - The variants of distroless images with a shell, such as `:debug` and `:latest-dev`.
    """
    image = _image_without_shell(stage)
    if not image:
        return

    def may_copy_shell(step: Instruction) -> bool:
        return isinstance(step, (Copy, Add)) and not _plain_file(build, step)

    if stage.parent is not None and has_step(stage.parent, "shell copied", may_copy_shell):
        return
    for instruction in stage.instructions:
        if may_copy_shell(instruction):
            return
        if isinstance(instruction, (Run, Cmd, Entrypoint, Healthcheck)):
            shell = build.state(instruction).shell[0]
            if not instruction.json and instruction.words and shell == "/bin/sh":
                yield _finding(instruction, image)


def _image_without_shell(stage: Stage) -> str:
    """The base image if it certainly has no shell, otherwise ""."""
    ref, image = stage.base_ref, stage.root.image or ""
    if ref is None:
        return image if image == "scratch" else ""
    tag = ref.tag or ""
    if ref.registry == "gcr.io" and ref.repository.startswith("distroless/"):
        # With a digest alone, it may be the debug variant.
        return image if "debug" not in tag and (tag or ref.digest is None) else ""
    if ref.registry == "cgr.dev" and ref.repository == "chainguard/static":
        return image if "dev" not in tag and (tag or ref.digest is None) else ""
    if ref.registry == "mcr.microsoft.com" and ref.repository.startswith("dotnet/"):
        return image if "chiseled" in tag.split("-") else ""
    return ""


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


def _finding(instruction: CommandLine, image: str) -> Finding:
    remedy = "run it in another stage and copy the result" if isinstance(instruction, Run) else "use the exec form"
    return Finding(
        f"shell-form {instruction.name} needs `/bin/sh`, which `{image}` does not have; {remedy}",
        instruction.words[0],
    )


EXAMPLES = (
    Bad("FROM golang:1.23 AS b\nFROM scratch\nCOPY --from=b /src/app /app\nENTRYPOINT «/app --serve»"),
    Good('FROM scratch\nCOPY app /app\nENTRYPOINT ["/app"]'),
    Bad("FROM scratch\nCOPY app /app\nRUN «/app --init»"),
    Good("FROM scratch\nADD rootfs.tar.gz /\nCMD bash", why="the archive may contain a shell"),
    Good("FROM scratch\nCOPY --from=b / /\nCMD bash"),
    Good("FROM alpine:3.20\nCMD app"),
    Bad(
        "FROM gcr.io/distroless/base-debian12:nonroot\nCOPY app /app\nRUN «echo hi»\nCMD «/app»",
        message="another stage",
    ),
    Bad("FROM gcr.io/distroless/static\nCOPY app /app\nHEALTHCHECK CMD «curl localhost»"),
    Bad("FROM cgr.dev/chainguard/static:latest\nCOPY app /app\nENTRYPOINT «/app»"),
    Bad("FROM mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled\nCOPY app.dll /app.dll\nCMD «dotnet /app.dll»"),
    Good("FROM gcr.io/distroless/base:debug\nRUN echo hi"),
    Good('FROM gcr.io/distroless/java17\nCMD ["/app.jar"]'),
    Good("FROM cgr.dev/chainguard/node:latest-dev\nRUN npm ci"),
    Good("FROM gcr.io/distroless/base\nCOPY --from=busybox:1.37 /bin/sh /bin/sh\nRUN echo hi"),
)
