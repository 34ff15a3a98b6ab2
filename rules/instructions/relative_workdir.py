"""DL3000."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...syntax.tree import Workdir
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Argument

_OTHERS = ("trivy:DS-0009", "checkov:CKV_DOCKER_10")


@rule("DL3000", level=ERROR, since="0.1", aliases=("buildkit:WorkdirRelativePath", *_OTHERS), onbuild=False, fix=SAFE)
def relative_workdir(stage: Stage, build: Build) -> Iterator[Finding]:
    """WORKDIR is a relative path.

    ## Why
    It is joined to the working directory of the lines before, and in the first WORKDIR to that of the base image, which
    may be another one in its next version.

    ## What to do
    Write the whole path, with a `/` in front.

    ## What is left alone
    A path with a variable that the build or an unknown base image sets. Windows paths such as `C:\\app`.

    ## Fix safety
    Safe: the path is the one that the build uses now. Without a fix where dlint does not know what it is joined to.
    """
    first = not any(isinstance(i, Workdir) for parent in stage.ancestors for i in parent.instructions)
    for instruction in stage.instructions:
        if not isinstance(instruction, Workdir) or instruction.value is None:
            continue
        value = build.value(instruction, instruction.value)
        if value is not None and not value.startswith("/") and not _of_windows(stage, instruction.value.text, value):
            shown = f"`{instruction.value.text}`" if value else f"`{instruction.value.text}` is empty here and"
            where = "to the base image's working directory" if first else "to the WORKDIR before"
            # BuildKit names the first one only: when that is absolute, all that follow are known.
            yield Finding(
                f"{shown} is relative {where}; write the whole path",
                instruction.value,
                aliases=None if first else _OTHERS,
                fix=_fix(build, instruction, instruction.value, value),
            )
        first = False


def _fix(build: Build, instruction: Workdir, word: Argument, value: str) -> Fix | None:
    """Write the folder that the path is joined to in front of it."""
    path, before = build.state(instruction).path(word.text), build.state(instruction).workdir
    if not value or path is None or before is None or before[:1] != "/":
        return None
    if word.text == value and ".." not in value:
        edit = Edit(word.start, word.end, path)
    elif word.text.startswith("$"):
        edit = Edit(word.start, word.start, before.rstrip("/") + "/")
    else:
        return None
    return Fix(f"Write `{path}`", SAFE, [edit])


def _of_windows(stage: Stage, text: str, value: str) -> bool:
    """Whether the path is absolute on Windows. A drive letter tells so of any image, though an escape may follow it."""
    path = text.strip("\"'")
    return path[1:3] in (":\\", ":/") or (stage.is_windows and (value[1:2] == ":" or value[:1] == "\\"))


EXAMPLES = (
    Bad("WORKDIR «app/»", message="to the base image's", fixed="WORKDIR /app"),
    Bad("WORKDIR /app\nWORKDIR «src»", message="to the WORKDIR before", fixed="WORKDIR /app\nWORKDIR /app/src"),
    Bad("ENV D=app\nWORKDIR «$D/x»", why="the value is known", fixed="ENV D=app\nWORKDIR /$D/x"),
    Bad("WORKDIR «a»", why="hadolint gives up on names of one letter"),
    Bad("FROM scratch AS a\nWORKDIR /a\nFROM a\nWORKDIR «b»"),
    Good("WORKDIR /app"),
    Good("WORKDIR '/app'"),
    Good("ARG D\nWORKDIR $D/x", why="the build gives the value"),
    Good("ENV D=/app\nWORKDIR $D/x"),
    Good("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nENV D=C:/go\nWORKDIR $D"),
    Good("FROM example.org/builder\nWORKDIR C:\\\\app"),
)
