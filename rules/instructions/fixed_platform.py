"""DL3029."""

from __future__ import annotations

from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from ..options import if_minor, pedantic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From

_ARCHITECTURES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
    "i386": "386",
    "i686": "386",
}
_SYSTEMS = {"macos": "darwin"}


@rule(
    "DL3029",
    level=WARNING,
    since="0.1",
    aliases=("buildkit:FromPlatformFlagConstDisallowed",),
    prefilter=("--platform",),
    scope=SHIPPED,
    subject=("platforms?", "amd64", "x86", "x86.64", "arm64", "architectures?", "arch"),
)
def fixed_platform(instruction: From, build: Build) -> Iterator[Finding]:
    """FROM pins the platform with `--platform`.

    ## Why
    The flag overrides the platform of the build: `docker build --platform linux/arm64` still produces an image for the
    pinned platform, which then runs under emulation.

    ## What to do
    Drop the flag and use `docker build --platform`. For a stage that should run on the builder's platform, use
    `--platform=$BUILDPLATFORM`.

    ## Exceptions
    - A stage whose name contains the system or architecture, such as `build-amd64`.
    - `windows/amd64` for an image that exists for Windows only.
    - Confidence is low if the file uses TARGETARCH or TARGETPLATFORM, a comment before the stage names the
      architecture, or only stages that are not part of the final image have a fixed platform: they cross-compile.
    - Platforms that contain a variable. hadolint accepts only `$BUILDPLATFORM` and `$TARGETPLATFORM`.
    """
    flag = instruction.flag("platform")
    if flag is None or not flag.value or "$" in flag.value:
        return
    first, slash, rest = build.global_state.text(flag.value).lower().partition("/")
    second = rest.partition("/")[0]
    system = _SYSTEMS.get(first, first) if slash or first in ("windows", "darwin", "freebsd", "macos") else "linux"
    architecture = _ARCHITECTURES.get(second or first, second or first)
    name = instruction.alias.text.lower() if instruction.alias else ""
    stage = build.stage_from(instruction)
    if system == "windows" and stage is not None and stage.is_windows and not pedantic(build):
        return
    if system not in name and architecture not in name:
        builds_only = stage is not None and not any(build.is_shipped(each) for each in (stage, *stage.descendants))
        minor = _is_intended(instruction, build, architecture) or (builds_only and _is_shipped_unpinned(build))
        remedy = "set it with `docker build --platform` instead"
        if builds_only:
            remedy = "use `--platform=$BUILDPLATFORM` for a stage that only builds"
        yield Finding(f"`{flag.value}` pins the platform; {remedy}", flag, confidence=if_minor(build) if minor else "")


def _is_shipped_unpinned(build: Build) -> bool:
    """Whether the final image is built for any platform, so that a stage with a fixed one cross-compiles."""
    final = build.final_stage
    flag = final.root.from_.flag("platform") if final is not None else None
    return final is not None and (flag is None or "$" in (flag.value or ""))


def _is_intended(instruction: From, build: Build, architecture: str) -> bool:
    """Whether the file handles platforms itself, or a comment before the stage names the architecture."""
    text = build.dockerfile.source.text
    if "TARGETARCH" in text or "TARGETPLATFORM" in text:
        return True
    names = [architecture, *(name for name, same in _ARCHITECTURES.items() if same == architecture)]
    index = next(stage.index for stage in build.stages if stage.from_ is instruction)
    since = build.stages[index - 1].from_.end if index else 0
    comments = [
        comment.text.lower() for comment in build.dockerfile.comments if since <= comment.start < instruction.start
    ]
    return any(name in comment for name in names for comment in comments)


EXAMPLES = (
    Bad("FROM «--platform=linux/amd64» debian:12", message="`linux/amd64` pins the platform"),
    Good("FROM debian:12"),
    Bad("# Chrome exists for amd64 only\nFROM «--platform=linux/amd64» debian:12", why="with low confidence: intended"),
    Bad("FROM «--platform=amd64» debian:12 AS build"),
    Bad(
        "FROM «--platform=linux/amd64» debian:12 AS build\nFROM debian:12\nCOPY --from=build /a /a",
        message="use `--platform=$BUILDPLATFORM` for a stage that only builds",
        why="with low confidence: it may cross-compile",
    ),
    Bad("FROM «--platform=linux/amd64» a:1 AS build\nFROM «--platform=linux/amd64» debian:12\nCOPY --from=build /a /a"),
    Good("FROM --platform=$BUILDPLATFORM debian:12"),
    Good("ARG ARCH=amd64\nFROM --platform=linux/${ARCH} debian:12", why="a build argument can change it"),
    Good("FROM --platform=linux/amd64 debian:12 AS build-amd64", why="the stage name contains the platform"),
    Good("FROM --platform=windows/amd64 mcr.microsoft.com/windows/nanoserver:ltsc2022", why="the only platform"),
    Good("FROM --platform=linux/x86_64 debian:12 AS amd64"),
)
