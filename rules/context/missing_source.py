"""CTX003."""

from __future__ import annotations

import os
import posixpath

from ...syntax.tree import Transfer
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.context import Context

_MADE = frozenset(
    ("dist", "build", "target", "out", "output", "bin", "release", "releases", "publish", "artifacts", "artifact",
     "_output", "_build", "_site", "node_modules", "vendor", ".next", ".output", "generated", "gen", "obj", "pkg",
     "tmp", "deps", "wheels", "wheelhouse", "certs", "secrets", "public", "www", "rootfs", "staging", "install")
)  # fmt: skip
_MADE_SUFFIXES = (
    ".jar", ".war", ".ear", ".whl", ".gz", ".tgz", ".xz", ".bz2", ".zst", ".zip", ".deb", ".rpm", ".apk", ".so",
    ".exe", ".dll", ".tar", ".bin", ".pem", ".key", ".crt", ".env", ".img", ".iso", ".wasm",
)  # fmt: skip


@rule("CTX003", level=WARNING, since="0.1", onbuild=False)
def missing_source(build: Build) -> Iterator[Finding]:
    """COPY or ADD names a file that is not in the build context.

    ## Why
    The build stops there. Often it is a slip of the pen, a file that was renamed, or a path that starts at the wrong
    folder: sources are relative to the build context, not to the Dockerfile.

    ## What is left alone
    What a build usually makes before the image (`dist`, `target`, `*.jar`, programs without an ending …), wildcards,
    words with variables, and Dockerfiles whose context cannot be told.
    """
    context = build.context
    if context is None:
        return
    for stage in build.stages:
        for instruction in stage.instructions:
            if not isinstance(instruction, Transfer) or instruction.flag("from"):
                continue
            for source in instruction.sources:
                path = _plain_path(build.value(instruction, source))
                if path is None or context.exists(path):
                    continue
                near = _near(context, path)
                if near or not _made_elsewhere(path):
                    hint = f"; did you mean `{near}`?" if near else ""
                    yield Finding(
                        f"`{source.text}` is not in the build context `{_shown(context.root)}`, "
                        f"so {instruction.name} fails{hint}",
                        source,
                    )


def _plain_path(value: str | None) -> str | None:
    """The path within the context that a source names; None for wildcards, URLs, heredocs and unknown values."""
    if value is None or value.startswith(("<<", "git@")) or "://" in value:
        return None
    if any(char in value for char in "*?["):
        return None
    return posixpath.normpath("/" + value).lstrip("/") or None


def _made_elsewhere(path: str) -> bool:
    """Whether the path looks like what a build makes before the image is built."""
    parts = path.lower().split("/")
    name = parts[-1]
    return not _MADE.isdisjoint(parts) or name.endswith(_MADE_SUFFIXES) or "." not in name


def _near(context: Context, path: str) -> str:
    """A file beside the missing one whose name differs in a letter or in case; empty when there is none."""
    from ...syntax.check import suggest

    folder, name = posixpath.split(path)
    try:
        names = os.listdir(os.path.join(context.root, folder))
    except OSError:
        return ""
    found = suggest(name, names) if len(name) > 4 else next((n for n in names if n.lower() == name.lower()), "")
    return posixpath.join(folder, found) if found else ""


def _shown(root: str) -> str:
    return root if root.startswith((".", "/")) else "./" + root


EXAMPLES = (
    Bad(
        "COPY «requirement.txt» /app/\nCOPY app.py /app/",
        files={"requirements.txt": "", "app.py": ""},
        message="did you mean `requirements.txt`?",
    ),
    Bad("COPY app.py «settings.toml» /app/", files={"app.py": ""}),
    Good("COPY app.py /app/", files={"app.py": ""}),
    Good("COPY app.py dist /app/", files={"app.py": ""}, why="made by a build before"),
    Good("COPY app.py *.toml /app/", files={"app.py": ""}, why="a wildcard may match nothing"),
    Good("ARG F\nCOPY app.py $F /app/", files={"app.py": ""}, why="not known"),
    Good("COPY other.py /app/", files={"app.py": ""}, why="nothing tells that this folder is the context"),
)
