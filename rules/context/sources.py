"""What COPY and ADD copy from the build context, and where to."""

from __future__ import annotations

import os
import posixpath

from ...model.layers import copies_whole_context, local_sources
from ...syntax.tree import Copy, CopyOrAdd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...model.context import Context
    from ...syntax.tree import Argument

WHOLE_CONTEXT = ("", "*", "**")
"""Sources, as returned by `local_sources`, that are the whole build context."""

_GENERATED = frozenset(
    ("dist", "build", "target", "out", "output", "bin", "release", "releases", "publish", "artifacts", "artifact",
     "_output", "_build", "_site", "node_modules", "vendor", ".next", ".output", "generated", "gen", "obj", "pkg",
     "tmp", "deps", "wheels", "wheelhouse", "certs", "secrets", "public", "www", "rootfs", "staging", "install",
     ".npmrc", ".netrc", ".pypirc", "settings.xml", "credentials.json", "service-account.json", ".env", ".ssh", ".aws")
)  # fmt: skip
_GENERATED_SUFFIXES = (
    ".jar", ".war", ".ear", ".whl", ".gz", ".tgz", ".xz", ".bz2", ".zst", ".zip", ".deb", ".rpm", ".apk", ".so", ".a",
    ".exe", ".dll", ".tar", ".bin", ".pem", ".key", ".crt", ".cer", ".p12", ".pfx", ".jks", ".env", ".img", ".iso",
    ".wasm", ".pb", ".onnx", ".pt", ".pth", ".h5", ".pkl", ".dump", ".db", ".sqlite3", ".lic", ".license",
)  # fmt: skip


def literal_sources(build: Build) -> Iterator[tuple[CopyOrAdd, Argument, str]]:
    """The sources that COPY and ADD name literally: instruction, argument and path within the build context.

    Excluded are wildcards, arguments with variables (the build may change them), URLs, heredocs, the whole context, and
    Windows paths.
    """
    for stage in build.stages:
        for instruction in stage.instructions:
            if not isinstance(instruction, CopyOrAdd) or instruction.flag("from") or stage.is_windows:
                continue
            for source in instruction.sources:
                value = None if "$" in source.text else build.value(instruction, source)
                if value and "\\" not in source.text and not value.startswith(("<<", "git@")) and "://" not in value:
                    path = posixpath.normpath("/" + value).lstrip("/")
                    if path and not has_wildcard(path):
                        yield instruction, source, path


def copies_everything(build: Build) -> bool:
    """Whether a COPY or ADD copies the whole build context."""
    return any(
        isinstance(instruction, CopyOrAdd) and copies_whole_context(build, instruction)
        for stage in build.stages
        for instruction in stage.instructions
    )


def has_wildcard(name: str) -> bool:
    """Whether the name contains wildcards."""
    return any(char in name for char in "*?[")


def looks_generated(path: str) -> bool:
    """Whether the path looks like a file that is generated or provided just before the image is built."""
    parts = path.lower().split("/")
    return not _GENERATED.isdisjoint(parts) or parts[-1].endswith(_GENERATED_SUFFIXES)


def reaches_shipped_image(build: Build, stage: Stage, instruction: CopyOrAdd) -> bool:
    """Whether the copied files are in the final image: its stage is shipped, or a shipped stage copies them."""
    if build.is_shipped(stage):
        return True
    made = build.state(instruction).path(instruction.destination.text) if instruction.destination else None
    for other in build.stages if made else ():
        for copy in other.instructions if build.is_shipped(other) else ():
            flag = copy.flag("from") if isinstance(copy, Copy) else None
            if isinstance(copy, Copy) and flag and flag.value and build.source_stage(flag.value, other) is stage:
                values = [build.value(copy, source) for source in copy.sources]
                if any(v and f"{made}/".startswith(posixpath.normpath("/" + v).rstrip("/") + "/") for v in values):
                    return True
    return False


def folder_copies(build: Build, context: Context) -> Iterator[tuple[Stage, CopyOrAdd, list[str]]]:
    """The COPYs and ADDs of directories of the build context: stage, instruction and these directories."""
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, CopyOrAdd) and not instruction.flag("exclude"):
                sources = [
                    source
                    for source in local_sources(build, instruction)
                    if source in WHOLE_CONTEXT or os.path.isdir(os.path.join(context.root, source))
                ]
                if sources:
                    yield stage, instruction, sources
