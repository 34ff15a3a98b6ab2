"""COR003."""

from __future__ import annotations

import os

from ...model.files import copied_paths
from ...syntax.tree import Add, Copy, Entrypoint, Run
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Cmd


@rule("COR003", level=ERROR, since="0.1", onbuild=False)
def entrypoint_script(instruction: Entrypoint | Cmd, build: Build) -> Iterator[Finding]:
    """The script that the container starts is not executable or has Windows line endings.

    ## Why
    The kernel can only start a script with the execute bit. With Windows line endings, the kernel looks for an
    interpreter with a carriage return in its name and reports "no such file or directory".

    ## What to do
    Run `git update-index --chmod=+x script` or use `COPY --chmod=755`. Save the script with Unix line endings.
    """
    stage, context = build.stage_of(instruction), build.context
    if stage is None or context is None or not instruction.json or not instruction.words:
        return
    if isinstance(instruction, Entrypoint) is False and any(isinstance(i, Entrypoint) for i in stage.instructions):
        return
    word = instruction.words[0]
    path = build.state(instruction).path(word.text)
    if path is None or "/" not in word.text or path.endswith((".py", ".js")):
        return
    name = _source(build, stage, path)
    if name is None or _made_executable(build, stage, path):
        return
    file = os.path.join(context.root, name)
    try:
        mode = os.stat(file).st_mode
        with open(file, "rb") as script:
            first = script.readline(200)
    except OSError:
        return
    if first.startswith(b"#!") and first.endswith(b"\r\n"):
        yield Finding(f"`{name}` has Windows line endings, so its interpreter is not found; convert them to LF", word)
    elif not mode & 0o111 and os.name == "posix" and first:
        yield Finding(f"`{name}` is not executable, so the container cannot start it; use `COPY --chmod=755`", word)


def _source(build: Build, stage: Stage, path: str) -> str | None:
    """The file of the build context that COPY or ADD copies to `path` without `--chmod`; None if unknown."""
    for instruction in stage.instructions:
        if isinstance(instruction, (Copy, Add)) and not instruction.flag("from") and not instruction.flag("chmod"):
            for place in copied_paths(build, instruction):
                if place.path == path:
                    return place.source.lstrip("/")
    return None


def _made_executable(build: Build, stage: Stage, path: str) -> bool:
    """Whether a RUN may change the mode or the line endings of the script."""
    name = path.rsplit("/", 1)[-1]
    for run in (i for i in stage.instructions if isinstance(i, Run)):
        for command in build.commands(run):
            if command.name in ("chmod", "dos2unix", "sed", "install", "find", "tr") and (
                name in command.text or "*" in command.text or command.has("-R") or command.name == "find"
            ):
                return True
    return False


EXAMPLES = (
    Bad('COPY run.sh /run.sh\nENTRYPOINT ["«/run.sh»"]', files={"run.sh": "#!/bin/sh\n"}, message="not executable"),
    Good('COPY --chmod=755 run.sh /run.sh\nENTRYPOINT ["/run.sh"]', files={"run.sh": "#!/bin/sh\n"}),
    Bad(
        'COPY --chown=1 run.sh /\nCMD ["«/run.sh»"]', files={"run.sh": "#!/bin/sh\r\n"}, message="Windows line endings"
    ),
    Good('COPY run.sh /run.sh\nRUN chmod +x /run.sh\nENTRYPOINT ["/run.sh"]', files={"run.sh": "#!/bin/sh\n"}),
    Good('COPY run.sh /run.sh\nENTRYPOINT ["sh", "/run.sh"]', files={"run.sh": "#!/bin/sh\n"}),
)
