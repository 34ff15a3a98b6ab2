"""DL3029."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule

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
)
def fixed_platform(instruction: From, build: Build) -> Iterator[Finding]:
    """FROM has a `--platform` that is always the same.

    ## Why
    The image is built for this platform whatever the build asks for: `docker build --platform linux/arm64` gives an
    image that runs in an emulator on the machine it is meant for.

    ## What to do
    Leave the flag away, and say `--platform` where you build. A stage that runs on the builder takes
    `--platform=$BUILDPLATFORM`.

    ## What is left alone
    A stage whose name says that it is for this system or architecture, such as `build-amd64`. Platforms with a variable
    in them (hadolint reports all but $BUILDPLATFORM and $TARGETPLATFORM).
    """
    flag = instruction.flag("platform")
    if flag is None or not flag.value or "$" in flag.value:
        return
    first, slash, rest = build.global_state.text(flag.value).lower().partition("/")
    second = rest.partition("/")[0]
    system = _SYSTEMS.get(first, first) if slash or first in ("windows", "darwin", "freebsd", "macos") else "linux"
    architecture = _ARCHITECTURES.get(second or first, second or first)
    name = instruction.alias.text.lower() if instruction.alias else ""
    if system not in name and architecture not in name:
        yield Finding(f"`{flag.value}` is fixed: leave it to `docker build --platform`", flag)


EXAMPLES = (
    Bad("FROM «--platform=linux/amd64» debian:12", message="`linux/amd64` is fixed"),
    Bad("FROM «--platform=amd64» debian:12 AS build"),
    Good("FROM debian:12"),
    Good("FROM --platform=$BUILDPLATFORM debian:12"),
    Good("ARG ARCH=amd64\nFROM --platform=linux/${ARCH} debian:12", why="the build may give another one"),
    Good("FROM --platform=linux/amd64 debian:12 AS build-amd64", why="the stage is for that platform"),
    Good("FROM --platform=linux/x86_64 debian:12 AS amd64"),
)
