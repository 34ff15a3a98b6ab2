"""Layers: which instruction makes one, which inputs invalidate it, and what is rebuilt after a change.

Source: docs.docker.com/build/cache/invalidation/. BuildKit runs a step again when the step before it ran again, when
the files that COPY or ADD takes changed, or when a build argument that is declared before a RUN changed. LABEL,
CMD and the like change only the image's configuration.
"""

from __future__ import annotations

import posixpath

from ..syntax.tree import Add, Copy, Run, Transfer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..syntax.tree import Instruction
    from .build import Build, Stage

_COMPILERS = frozenset(
    ("make", "cmake", "ninja", "meson", "bazel", "gcc", "g++", "cc", "clang", "javac", "sbt", "lein", "mix", "stack",
     "cabal", "ghc", "rebar3", "swift", "zig", "msbuild", "ng", "tsc", "webpack", "vite", "hugo", "configure")
)  # fmt: skip
_SLOW_VERBS = frozenset(("install", "restore", "upgrade", "dist-upgrade", "build", "build-deps", "download"))


def makes_layer(instruction: Instruction) -> bool:
    """Whether the instruction writes files into the image. (WORKDIR may, but only an empty folder.)"""
    return isinstance(instruction, (Run, Copy, Add))


def local_sources(build: Build, instruction: Transfer) -> Iterator[str]:
    """The known sources of COPY or ADD in the build context, relative to it; the whole context is the empty text.

    Sources of `--from`, heredocs, URLs and words with unknown variables are left out.
    """
    if isinstance(instruction, Copy) and instruction.flag("from"):
        return
    for source in instruction.sources:
        value = None if source.text.startswith("<<") else build.value(instruction, source)
        if value is not None and not (isinstance(instruction, Add) and is_remote(value)):
            yield posixpath.normpath("/" + value).lstrip("/")


def is_remote(source: str) -> bool:
    """Whether ADD fetches the source: a URL or a git repository."""
    return source.startswith(("http://", "https://", "git@", "git://", "ssh://"))


def takes_whole_context(build: Build, instruction: Transfer) -> bool:
    """Whether COPY or ADD takes everything that the context sends: `.`, `./`, `/`, `*` or `./*`."""
    if instruction.flag("exclude"):
        return False
    return any(source in ("", "*", "**") for source in local_sources(build, instruction))


def slow_step(build: Build, run: Run) -> str:
    """What makes a RUN worth keeping in the cache, in the user's words; empty when nothing is known to."""
    for call in build.calls(run):
        if call.verb in _SLOW_VERBS:
            return f"{call.program} {call.path}".rstrip()
    for command in build.commands(run):
        if command.name in _COMPILERS:
            return command.name
    return ""


def rebuilt_after(build: Build, instruction: Instruction) -> list[Instruction]:
    """The instructions that make layers and run again when the result of `instruction` changes, itself left out."""
    first = build.stage_of(instruction)
    if first is None:
        return []
    found = [i for i in first.instructions[build.index_of(instruction) + 1 :] if makes_layer(i)]
    changed = {first.index}
    for stage in build.stages[first.index + 1 :]:
        start = _first_dependent(build, stage, changed)
        if start is not None:
            changed.add(stage.index)
            found += [i for i in stage.instructions[start:] if makes_layer(i)]
    return found


def _first_dependent(build: Build, stage: Stage, changed: set[int]) -> int | None:
    """The number of the first instruction of `stage` that needs one of the changed stages."""
    if stage.parent is not None and stage.parent.index in changed:
        return 0
    numbers = [
        build.index_of(instruction)
        for source, instruction in build.sources_of(stage)
        if source.index in changed and instruction is not stage.from_
    ]
    return min(numbers, default=None)
