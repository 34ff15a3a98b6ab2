"""COR003."""

from __future__ import annotations

import os

from ...model.image_paths import copied_paths
from ...model.layers import first_step
from ...syntax.tree import Add, Copy, Entrypoint, Run
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.context import Context
    from ...syntax.tree import Cmd


_CHANGING = frozenset(("chmod", "dos2unix", "sed", "install", "find", "tr"))


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
    path = _script_path(build, stage, instruction) if stage is not None and context is not None else None
    if stage is None or context is None or path is None:
        return
    name = _source(build, stage, path)
    if name is None or _made_executable(build, stage, path):
        return
    problem = _problem(context, name)
    if problem:
        yield Finding(f"`{name}` {problem}", instruction.words[0])


def _script_path(build: Build, stage: Stage, instruction: Entrypoint | Cmd) -> str | None:
    """The path in the image of the script that the container starts; None if it starts something else."""
    if not instruction.json or not instruction.words:
        return None
    if not isinstance(instruction, Entrypoint) and _has_entrypoint(stage):
        return None  # CMD holds arguments
    word = instruction.words[0]
    path = build.state(instruction).path(word.text)
    return None if path is None or "/" not in word.text or path.endswith((".py", ".js")) else path


def _has_entrypoint(stage: Stage) -> bool:
    return first_step(stage, "ENTRYPOINT", lambda step: isinstance(step, Entrypoint)) < len(stage.instructions)


def _problem(context: Context, path: str) -> str:
    """Why the container cannot start the file, and the remedy; empty if it can or the file cannot be read."""
    mode, data = context.mode(path), context.read(path, 200)
    if mode is None or data is None:
        return ""
    first = data.partition(b"\n")[0] + b"\n" if b"\n" in data else data
    if first.startswith(b"#!") and first.endswith(b"\r\n"):
        return "has Windows line endings, so its interpreter is not found; convert them to LF"
    if not mode & 0o111 and os.name == "posix" and first:
        return "is not executable, so the container cannot start it; use `COPY --chmod=755`"
    return ""


def _source(build: Build, stage: Stage, path: str) -> str | None:
    """The file of the build context that COPY or ADD copies to `path` without `--chmod`; None if unknown."""

    def read() -> dict[str, str]:
        found: dict[str, str] = {}
        for step in stage.instructions:
            if isinstance(step, (Copy, Add)) and not step.flag("from") and not step.flag("chmod"):
                for place in copied_paths(build, step):
                    found.setdefault(place.path, place.source.lstrip("/"))
        return found

    return build.cached(("copied files", stage.index), read).get(path)


def _made_executable(build: Build, stage: Stage, path: str) -> bool:
    """Whether a RUN may change the mode or the line endings of the script."""

    def read() -> tuple[bool, str]:
        """Whether a command changes many files, and the texts of those that change some."""
        runs = (step for step in stage.instructions if isinstance(step, Run))
        commands = [command for run in runs for command in build.commands(run) if command.name in _CHANGING]
        many = any("*" in each.text or each.has("-R") or each.name == "find" for each in commands)
        return many, "\0".join(each.text for each in commands)

    many, texts = build.cached(("files changed", stage.index), read)
    return many or path.rsplit("/", 1)[-1] in texts


EXAMPLES = (
    Bad('COPY run.sh /run.sh\nENTRYPOINT ["«/run.sh»"]', files={"run.sh": "#!/bin/sh\n"}, message="not executable"),
    Good('COPY --chmod=755 run.sh /run.sh\nENTRYPOINT ["/run.sh"]', files={"run.sh": "#!/bin/sh\n"}),
    Bad(
        'COPY --chown=1 run.sh /\nCMD ["«/run.sh»"]', files={"run.sh": "#!/bin/sh\r\n"}, message="Windows line endings"
    ),
    Good('COPY run.sh /run.sh\nRUN chmod +x /run.sh\nENTRYPOINT ["/run.sh"]', files={"run.sh": "#!/bin/sh\n"}),
    Good('COPY run.sh /run.sh\nENTRYPOINT ["sh", "/run.sh"]', files={"run.sh": "#!/bin/sh\n"}),
)
