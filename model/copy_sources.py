"""The sources of COPY and ADD in the build context."""

from __future__ import annotations

import posixpath

from ..syntax.tree import Copy, CopyOrAdd
from .layers import copies_whole_context, is_remote_source, local_sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..syntax.tree import Argument
    from .build import Build, Stage
    from .context import Context

WHOLE_CONTEXT = ("", "*", "**")
"""Values of `local_sources` that mean the whole context."""

_GENERATED_NAMES = frozenset(
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


def source_paths(build: Build, instruction: CopyOrAdd) -> Iterator[tuple[Argument, str]]:
    """Each source whose value is known, with its path in the build context; heredocs and remote sources are omitted."""
    state = build.state(instruction)
    for argument in instruction.sources:
        value = None if argument.text.startswith("<<") else state.value(argument.text)
        if value is not None and not is_remote_source(value):
            yield argument, posixpath.normpath("/" + value).lstrip("/")


def literal_sources(build: Build) -> Iterator[tuple[CopyOrAdd, Argument, str]]:
    """The files and directories that COPY and ADD name: instruction, argument and path in the context.

    Skips wildcards, arguments with variables (which may differ between builds), URLs, heredocs, the whole context and
    Windows paths.
    """
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, CopyOrAdd) and not instruction.flag("from") and not stage.is_windows:
                for source in instruction.sources:
                    path = _literal_path(build, instruction, source)
                    if path and not has_wildcard(path):
                        yield instruction, source, path


def _literal_path(build: Build, instruction: CopyOrAdd, source: Argument) -> str:
    if "$" in source.text or "\\" in source.text:
        return ""
    value = build.value(instruction, source)
    if not value or value.startswith(("<<", "git@")) or "://" in value:
        return ""
    return posixpath.normpath("/" + value).lstrip("/")


def copies_everything(build: Build) -> bool:
    """Whether some COPY or ADD copies the whole context."""
    return any(
        isinstance(instruction, CopyOrAdd) and copies_whole_context(build, instruction)
        for stage in build.stages
        for instruction in stage.instructions
    )


def has_wildcard(name: str) -> bool:
    """Whether a source contains a wildcard."""
    return any(char in name for char in "*?[")


def looks_generated(path: str) -> bool:
    """Whether the path looks like a file that is generated or provided just before the build."""
    parts = path.lower().split("/")
    return not _GENERATED_NAMES.isdisjoint(parts) or parts[-1].endswith(_GENERATED_SUFFIXES)


def reaches_shipped_image(build: Build, stage: Stage, instruction: CopyOrAdd) -> bool:
    """Whether the copied files end up in the final image: by the stage, or by a COPY --from of their directory."""
    if build.is_shipped(stage):
        return True
    target = build.state(instruction).path(instruction.destination.text) if instruction.destination else None
    if not target:
        return False
    return any(
        _copies_path(build, copy, stage, target)
        for other in build.stages
        if build.is_shipped(other)
        for copy in other.instructions
        if isinstance(copy, Copy)
    )


def _copies_path(build: Build, copy: Copy, stage: Stage, path: str) -> bool:
    """Whether the COPY copies `path`, or a directory that contains it, from `stage`."""
    flag = copy.flag("from")
    if flag is None or not flag.value or build.source_stage(flag.value, build.stage_of(copy)) is not stage:
        return False
    values = [build.value(copy, source) for source in copy.sources]
    return any(v and f"{path}/".startswith(posixpath.normpath("/" + v).rstrip("/") + "/") for v in values)


def directory_copies(build: Build, context: Context) -> Iterator[tuple[Stage, CopyOrAdd, list[str]]]:
    """The COPY and ADD instructions that copy directories of the context, with these directories."""
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, CopyOrAdd) and not instruction.flag("exclude"):
                sources = [source for source in local_sources(build, instruction) if _is_directory(context, source)]
                if sources:
                    yield stage, instruction, sources


def _is_directory(context: Context, source: str) -> bool:
    return source in WHOLE_CONTEXT or context.is_directory(source)
