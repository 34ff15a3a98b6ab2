"""DL3000."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ...model.layers import has_step, is_workdir
from ...syntax.tree import Workdir
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.tree import Argument

_OTHERS = ("trivy:DS-0009", "checkov:CKV_DOCKER_10")


@rule("DL3000", level=WARNING, since="0.1", aliases=("buildkit:WorkdirRelativePath", *_OTHERS), onbuild=False, fix=SAFE)
def relative_workdir(stage: Stage, build: Build) -> Iterator[Finding]:
    """WORKDIR is a relative path.

    ## Why
    It is resolved against the previous WORKDIR, or against the working directory of the base image, which may change
    with the next version of that image.

    ## Fix safety
    Safe: the absolute path is the one that the build uses now.

    ## Exceptions
    - Paths that contain a variable set by a build argument or an unknown base image.
    - Windows paths such as `C:\\app`.
    - No fix if the directory that the path is relative to is unknown, and for `~`, which only a shell expands: the home
      directory of the user was meant.
    """
    first = stage.parent is None or not has_step(stage.parent, "WORKDIR", is_workdir)
    for instruction in stage.instructions:
        if not isinstance(instruction, Workdir) or instruction.value is None:
            continue
        value = build.value(instruction, instruction.value)
        if (
            value is not None
            and not value.startswith("/")
            and not _is_windows_path(stage, instruction.value.text, value)
        ):
            if value[:1] == "~" and instruction.value.text[:1] not in ("'", '"', "\\"):
                message = f"WORKDIR does not expand `~`, so `{instruction.value.text}` is a directory named `~`"
                others = None if first else _OTHERS
                yield Finding(f"{message}; use an absolute path", instruction.value, aliases=others)
                first = False
                continue
            shown = f"`{instruction.value.text}`" if value else f"`{instruction.value.text}` is empty, so it"
            where = "to the base image's working directory" if first else "to the previous WORKDIR"
            # BuildKit reports only the first WORKDIR: if that is absolute, all later ones are known.
            yield Finding(
                f"{shown} is relative {where}; use an absolute path",
                instruction.value,
                aliases=None if first else _OTHERS,
                fix=_fix(build, instruction, instruction.value, value),
            )
        first = False


def _fix(build: Build, instruction: Workdir, word: Argument, value: str) -> Fix | None:
    """Prepend the directory that the path is relative to."""
    path, before = build.state(instruction).path(word.text), build.state(instruction).workdir
    if not value or value[0] == "~" or path is None or before is None or before[:1] != "/":
        return None
    if word.text == value and ".." not in value:
        edit = Edit(word.start, word.end, path)
    elif word.text.startswith("$"):
        edit = Edit(word.start, word.start, before.rstrip("/") + "/")
    else:
        return None
    return Fix(f"Use `{path}`", SAFE, [edit])


def _is_windows_path(stage: Stage, text: str, value: str) -> bool:
    """Whether the path is absolute on Windows; a drive letter is enough for any image, even before an escape."""
    path = text.strip("\"'")
    return path[1:3] in (":\\", ":/") or (stage.is_windows and (value[1:2] == ":" or value[:1] == "\\"))


EXAMPLES = (
    Bad("WORKDIR «app/»", message="to the base image's", fixed="WORKDIR /app"),
    Good("WORKDIR /app"),
    Bad("WORKDIR /app\nWORKDIR «src»", message="to the previous WORKDIR", fixed="WORKDIR /app\nWORKDIR /app/src"),
    Bad("ENV D=app\nWORKDIR «$D/x»", why="the value is known", fixed="ENV D=app\nWORKDIR /$D/x"),
    Bad("WORKDIR «a»", why="a one-letter name"),
    Bad("WORKDIR «~/app»", message="does not expand `~`", fixed="WORKDIR ~/app"),
    Bad("WORKDIR /a\nWORKDIR «~»", message="a directory named `~`", fixed="WORKDIR /a\nWORKDIR ~"),
    Bad("FROM scratch AS a\nWORKDIR /a\nFROM a\nWORKDIR «b»"),
    Good("WORKDIR '/app'"),
    Good("ARG D\nWORKDIR $D/x", why="the value is set at build time"),
    Good("ENV D=/app\nWORKDIR $D/x"),
    Good("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nENV D=C:/go\nWORKDIR $D"),
    Good("FROM example.org/builder\nWORKDIR C:\\\\app"),
)
