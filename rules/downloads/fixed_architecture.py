"""COR044."""

from __future__ import annotations

from ...syntax.tree import Add, Arg, Env, Run
from ..base import MEDIUM, WARNING, Bad, Finding, Good, rule
from ..options import target_platforms
from .fetches import fetches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...syntax.source import Span

_ARGUMENTS = frozenset(("TARGETARCH", "TARGETPLATFORM", "TARGETVARIANT"))
_X86, _ARM = ("amd64", "x86_64", "x86-64"), ("aarch64", "arm64", "armv7")
_NAMES = (*_X86, *_ARM, "ppc64le", "s390x")
_TELLING = (
    "uname",
    "TARGETARCH",
    "TARGETPLATFORM",
    "TARGETVARIANT",
    "print-architecture",
    "apk --print-arch",
    "case ",
    "if ",
)
"""What a RUN contains that distinguishes architectures."""
_LOADED = ("LD_PRELOAD", "LD_LIBRARY_PATH")


@rule(
    "COR044",
    level=WARNING,
    since="0.1",
    confidence=MEDIUM,
    preview=True,
    onbuild=False,
    prefilter=_NAMES,
)
def fixed_architecture(build: Build) -> Iterator[Finding]:
    """A program or library for one architecture is used in an image that is built for several.

    ## Why
    On the other platforms, the program fails with `exec format error`, and a library in LD_PRELOAD is not found. The
    build itself often succeeds.

    ## What to do
    Declare `ARG TARGETARCH` in the stage and use it in the URL: `…-linux-${TARGETARCH}.tar.gz`.

    ## Exceptions
    - Files that are not known to be built for several platforms: none of them declares TARGETARCH or the like, and no
      bake file or workflow names several.
    - RUNs that distinguish architectures, and stages with `FROM --platform`.
    """
    if len(target_platforms(build)) < 2 and not _declares_platform(build):
        return
    for stage in build.stages:
        if any(each.from_.flag("platform") is not None for each in (stage, stage.root)):
            continue
        for text, where in _fixed_texts(build, stage):
            name = next((name for name in _NAMES if name in text), "")
            if name and not (any(each in text for each in _X86) and any(each in text for each in _ARM)):
                message = f"`{name}` is fixed, but the image is built for several platforms; use TARGETARCH"
                yield Finding(message, where)


def _declares_platform(build: Build) -> bool:
    """Whether a stage declares an argument of the target platform."""
    steps = [step for stage in build.stages for step in stage.instructions]
    return any(pair.key.text in _ARGUMENTS for step in steps if isinstance(step, Arg) for pair in step.pairs)


def _fixed_texts(build: Build, stage: Stage) -> Iterator[tuple[str, Span]]:
    """The URLs that the stage downloads, and the paths of libraries that it loads, each with its span."""
    for step in stage.instructions:
        if isinstance(step, Run):
            text = build.script(step).text
            if not any(word in text for word in _TELLING):
                for fetch in fetches(build, step):
                    yield fetch.url, fetch.span
        elif isinstance(step, Add):
            for source in step.sources:
                if source.text.startswith(("http://", "https://")) and "TARGET" not in source.text:
                    yield source.text, step.mapped(source).span(0, len(source.text))
        elif isinstance(step, Env):
            for pair in step.pairs:
                if pair.key.text in _LOADED and pair.value is not None and "linux-gnu" in pair.value.text:
                    yield pair.value.text, step.mapped(pair.value).span(0, len(pair.value.text))


_URL = "https://example.com/a-1.0-linux-"
_SEVERAL = {"target-platforms": ("linux/amd64", "linux/arm64")}

EXAMPLES = (
    Bad(
        f"ARG TARGETARCH\nRUN a\nRUN curl -fLO «{_URL}amd64.tar.gz»",
        message="`amd64` is fixed, but the image is built for several platforms; use TARGETARCH",
    ),
    Good(f"ARG TARGETARCH\nRUN curl -fLO {_URL}$TARGETARCH.tar.gz"),
    Bad(f"RUN wget «{_URL}x86_64.tar.gz»", options=_SEVERAL, why="a workflow builds for two platforms"),
    Bad("ENV LD_PRELOAD=«/usr/lib/x86_64-linux-gnu/libjemalloc.so.2»", options=_SEVERAL),
    Bad(f"ADD «{_URL}amd64.tar.gz» /a", options=_SEVERAL),
    Good(f"RUN curl -fLO {_URL}amd64.tar.gz", why="one platform"),
    Good(f"RUN curl -fLO {_URL}amd64.tar.gz", options={"target-platforms": ("linux/amd64",)}),
    Good(f"ARG TARGETARCH\nRUN if [ $TARGETARCH = amd64 ]; then curl -fLO {_URL}amd64.tar.gz; fi"),
    Good(f"RUN [ $(uname -m) = x86_64 ] && curl -fLO {_URL}amd64.tar.gz", options=_SEVERAL),
    Good(f"FROM --platform=linux/amd64 debian:12\nRUN curl -fLO {_URL}amd64.tar.gz", options=_SEVERAL),
    Good("ENV LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu:/usr/lib/aarch64-linux-gnu", options=_SEVERAL),
    Good("ENV LD_PRELOAD=libjemalloc.so.2", options=_SEVERAL),
    Good("RUN echo amd64", options=_SEVERAL),
)
