"""Whether Go code can use cgo, judging by the packages that it imports."""

from __future__ import annotations

import re

from ...syntax.tree import CopyOrAdd, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage

_IMPORTS = re.compile(r'^import\s+(?:\(([^)]*)\)|([^"\n]*"[^"\n]*"))', re.MULTILINE)
_PATH = re.compile(r'"([^"\n]+)"')
_MODULE = re.compile(r'^module\s+"?([^\s"]+)', re.MULTILINE)
_PURE = frozenset(
    """
    bufio bytes cmp context crypto/hmac crypto/md5 crypto/rand crypto/sha1 crypto/sha256 crypto/sha512 embed
    encoding/base64 encoding/binary encoding/csv encoding/hex encoding/json errors flag fmt hash hash/crc32 html
    io io/fs iter log log/slog maps math math/big math/bits math/rand math/rand/v2 os os/exec os/signal path
    path/filepath reflect regexp runtime runtime/debug slices sort strconv strings sync sync/atomic syscall
    text/tabwriter text/template time unicode unicode/utf8 unsafe
    """.split()
)
"""Packages of the standard library that import neither net nor os/user, which use cgo. Source: `go list -deps`."""
_MOST_FILES = 200


def imports_no_cgo(build: Build, stage: Stage) -> bool:
    """Whether all Go files that a stage compiles are known, and none of them imports a package that may use cgo.

    They come from heredocs and from the build context, of which at most 200 files are read.
    """
    texts = list(_heredocs(stage))
    modules: list[str] = []
    if any(_reads_context(step) for step in stage.instructions):
        context = build.context
        names = [name for name in context.files() if name.endswith(".go")] if context is not None else []
        if context is None or not names or len(names) > _MOST_FILES:
            return False
        for name in [*names, "go.mod"]:
            content = context.read(name)
            if content is None and name != "go.mod":
                return False
            texts.append((content or b"").decode("utf-8", "replace"))
        modules = _MODULE.findall(texts.pop())
    return bool(texts) and all(_is_pure(path, modules) for text in texts for path in _imported(text))


def _heredocs(stage: Stage) -> Iterator[str]:
    for step in stage.instructions:
        if isinstance(step, CopyOrAdd) and step.destination is not None and step.destination.text.endswith(".go"):
            for heredoc in step.heredocs:
                yield heredoc.body


def _reads_context(step: object) -> bool:
    if isinstance(step, Run):
        return any(flag.name == "mount" and "type=bind" in (flag.value or "") for flag in step.flags)
    return isinstance(step, CopyOrAdd) and any(not word.text.startswith("<<") for word in step.sources)


def _imported(text: str) -> Iterator[str]:
    for block, single in _IMPORTS.findall(text):
        yield from _PATH.findall(block or single)


def _is_pure(path: str, modules: list[str]) -> bool:
    return path in _PURE or any(path == module or path.startswith(f"{module}/") for module in modules)
