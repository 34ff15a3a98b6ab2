"""COR018."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Edit, Fix
from ...model.state import PLATFORM_ARGS
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Arg


@rule(
    "COR018",
    level=WARNING,
    since="0.1",
    onbuild=False,
    fix=UNSAFE,
    prefilter=("arg",),
)
def platform_argument_default(instruction: Arg, build: Build) -> Iterator[Finding]:
    """A default hides the value that BuildKit sets for an argument of the target platform.

    ## Why
    BuildKit sets TARGETARCH, TARGETOS and TARGETPLATFORM for each platform of a build, but a default in the file
    takes precedence: with `ARG TARGETARCH=amd64`, the image for arm64 contains programs for amd64.

    ## What to do
    Omit the default: `ARG TARGETARCH`.

    ## Exceptions
    - `TARGETOS=linux` in a file without stages for Windows, where BuildKit sets the same.
    - Arguments of the build platform, such as BUILDPLATFORM: a fixed one only makes builds slower.

    ## Fix safety
    Unsafe: a build for another platform, or one without BuildKit, uses a different value.
    """
    is_linux = not any(stage.is_windows for stage in build.stages)
    for pair in instruction.pairs:
        name = pair.key.text
        if name == "TARGETOS" and is_linux and pair.value is not None and pair.value.text == "linux":
            continue
        if name in PLATFORM_ARGS and name.startswith("TARGET") and name != "TARGETSTAGE" and pair.value is not None:
            edit = Edit(pair.key.end, pair.value.end, "")
            yield Finding(
                f"the default of `{name}` hides the value that BuildKit sets for the platform; use `ARG {name}`",
                pair.value,
                fix=Fix("Omit the default", UNSAFE, [edit], declare_edits=True),
            )


EXAMPLES = (
    Bad("ARG TARGETARCH=«amd64»\nRUN make $TARGETARCH", fixed="ARG TARGETARCH\nRUN make $TARGETARCH"),
    Good("ARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build"),
    Bad("ARG TARGETPLATFORM=«linux/amd64»\nFROM --platform=$TARGETPLATFORM debian:12"),
    Good("ARG BUILDPLATFORM=linux/amd64\nFROM --platform=$BUILDPLATFORM debian:12", why="the result is the same"),
    Bad("ARG TARGETOS=linux TARGETARCH=«amd64»", why="the system is always Linux here"),
    Bad("ARG TARGETOS=«windows»"),
    Bad("ARG TARGETOS=«linux»\nFROM mcr.microsoft.com/windows/servercore:ltsc2022", why="an image for Windows"),
    Good("ARG TARGETOS=linux\nRUN GOOS=$TARGETOS go build"),
    Good("ARG TARGET=amd64\nARG BUILD_ARCH=amd64"),
    Good("ENV TARGETARCH=amd64"),
)
