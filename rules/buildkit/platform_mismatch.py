"""BK014."""

from __future__ import annotations

from ...model.images.reference import InvalidReferenceError, parse_reference
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage

# The namespaces on Docker Hub with images for a single platform, and that platform.
# Source: github.com/docker-library/official-images#architectures-other-than-amd64
_NAMESPACES = {
    "amd64": ("linux", "amd64"),
    "arm32v5": ("linux", "arm"),
    "arm32v6": ("linux", "arm"),
    "arm32v7": ("linux", "arm"),
    "arm64v8": ("linux", "arm64"),
    "i386": ("linux", "386"),
    "mips64le": ("linux", "mips64le"),
    "ppc64le": ("linux", "ppc64le"),
    "riscv64": ("linux", "riscv64"),
    "s390x": ("linux", "s390x"),
    "winamd64": ("windows", "amd64"),
}
_ALIASES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "armel": "arm", "i386": "386"}


@rule(
    "BK014",
    level=WARNING,
    since="0.1",
    aliases=("buildkit:InvalidBaseImagePlatform",),
    onbuild=False,
    prefilter=("platform",),
)
def platform_mismatch(stage: Stage, build: Build) -> Iterator[Finding]:
    """`--platform` does not match the platform of the base image.

    ## Why
    The image exists for one platform only. The build either fails, or uses that platform anyway, with programs that do
    not run or run under emulation.

    ## Exceptions
    - Images whose name does not include their platform: dlint does not ask registries.
    """
    flag = stage.from_.flag("platform")
    base = stage.from_.base
    asked = build.global_state.value(flag.value) if flag is not None and flag.value else None
    if flag is None or asked is None or base is None or not stage.image or "/" not in stage.image:
        return
    try:
        ref = parse_reference(stage.image)
    except InvalidReferenceError:
        return
    namespace = ref.repository.partition("/")[0] if ref.registry == "docker.io" else ""
    image = _NAMESPACES.get(namespace)
    system, _, architecture = asked.partition("/")
    architecture = architecture.partition("/")[0]
    if image and architecture and image != (system, _ALIASES.get(architecture, architecture)):
        yield Finding(
            f"`{base.text}` is an image for {'/'.join(image)}, not `{asked}`; change the image or the platform", flag
        )


EXAMPLES = (
    Bad("FROM «--platform=linux/amd64» arm64v8/debian:12", message="is an image for linux/arm64"),
    Good("FROM --platform=linux/arm64 arm64v8/debian:12"),
    Bad("ARG P=linux/arm/v7\nFROM «--platform=$P» amd64/alpine:3.20"),
    Good("FROM --platform=linux/arm/v7 arm32v7/debian:12"),
    Good("FROM arm64v8/debian:12", why="no platform requested"),
    Good("FROM --platform=linux/amd64 debian:12"),
)
