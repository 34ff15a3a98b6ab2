"""COR040."""

from __future__ import annotations

from ...model.state import PLATFORM_ARGS, PROXY_ARGS
from ...syntax.tree import Arg
from ..base import MEDIUM, WARNING, Bad, Finding, Good, rule
from ..options import given_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build

_PREDEFINED = frozenset((*PLATFORM_ARGS, *PROXY_ARGS, "SOURCE_DATE_EPOCH"))
"""Source: docs.docker.com/reference/dockerfile/#predefined-args, as is the prefix `BUILDKIT_`."""
_FRONTENDS = ("docker/dockerfile", "docker.io/docker/dockerfile")


@rule("COR040", level=WARNING, since="0.1", confidence=MEDIUM, preview=True)
def unused_build_argument(build: Build) -> Iterator[Finding]:
    """A build argument that the project passes is not declared by any ARG.

    ## Why
    The value has no effect: the image is built with the default of an argument of another name, or without it. BuildKit
    only writes a warning to the log.

    ## What to do
    Correct the name, declare it with ARG, or remove it from the file that passes it.

    ## Exceptions
    - Arguments that BuildKit predefines, such as `HTTP_PROXY` and `BUILDKIT_INLINE_CACHE`.
    - Files with another frontend in `# syntax`, and those whose base image is built by the project or unknown and may
      declare arguments with ONBUILD: a name is only reported if it is similar to a declared one.
    """
    given = given_arguments(build)
    syntax = build.dockerfile.directive("syntax")
    if not given or not build.stages or (syntax is not None and not syntax.value.startswith(_FRONTENDS)):
        return
    steps = [step for stage in build.stages for step in stage.all_instructions()]
    pairs = [pair for step in (*build.global_instructions, *steps) if isinstance(step, Arg) for pair in step.pairs]
    declared = {pair.key.text: pair.key for pair in pairs}
    if any("$" in name for name in declared):
        return
    known = all(stage.parent is not None or stage.base_facts or stage.image == "scratch" for stage in build.stages)
    for name, file in sorted(given.items()):
        if name in declared or name in _PREDEFINED or name.startswith("BUILDKIT_") or not name.isidentifier():
            continue
        meant = build.similar_name(name, lambda: sorted(declared)) if len(name) > 3 else ""
        message = f"`{file}` passes the build argument `{name}`, which no ARG declares"
        if meant and meant not in given:
            yield Finding(f"{message}; did you mean `{meant}`?", declared[meant])
        elif known:
            yield Finding(f"{message}; add `ARG {name}` where it is used, or do not pass it", build.stages[0].from_)


_GIVEN = {"IMAGETAG": "compose.yaml"}

EXAMPLES = (
    Bad(
        "ARG «IMAGE_TAG»=3.22\nFROM alpine:$IMAGE_TAG",
        options={"given-arguments": _GIVEN},
        message="`compose.yaml` passes the build argument `IMAGETAG`, which no ARG declares; did you mean `IMAGE_TAG`?",
    ),
    Good("ARG IMAGE_TAG=3.22\nFROM alpine:$IMAGE_TAG", options={"given-arguments": {"IMAGE_TAG": "compose.yaml"}}),
    Bad("«FROM alpine:3.22»\nRUN a", options={"given-arguments": {"VERSION": "Makefile"}}, message="add `ARG VERSION`"),
    Good("ARG IMAGE_TAG=3.22\nFROM alpine:$IMAGE_TAG", why="nothing is passed"),
    Good("FROM alpine:3.22\nARG VERSION\nRUN a", options={"given-arguments": {"VERSION": "Makefile"}}),
    Good("FROM alpine:3.22\nONBUILD ARG VERSION", options={"given-arguments": {"VERSION": "Makefile"}}),
    Good("FROM example.com/base", options={"given-arguments": {"VERSION": "Makefile"}}, why="it may have ONBUILD ARG"),
    Good("FROM alpine:3.22", options={"given-arguments": {"HTTPS_PROXY": "a", "BUILDKIT_INLINE_CACHE": "a"}}),
    Good("FROM alpine:3.22", options={"given-arguments": {"SOURCE_DATE_EPOCH": "a", "TARGETARCH": "a"}}),
    Good("# syntax=example.com/a\nFROM alpine:3.22", options={"given-arguments": {"VERSION": "Makefile"}}),
)
