"""A repository on the disk, dlint run in it within this process, and what must hold after every run."""

from __future__ import annotations

import io
import os
import shutil
import sys
import time
import traceback
from typing import TYPE_CHECKING

from dockerfile_dlint.lint.engine import diagnostic as diagnostics
from dockerfile_dlint.lint.main import main
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source, SourceError

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MOST_SECONDS = 2.0
"""The processor time that one run may take."""
_BUG = "this is a bug in dlint"
_tracebacks: list[str] = []
_describe = diagnostics.describe_internal_error


def _described(error: Exception) -> str:
    _tracebacks.append("".join(traceback.format_exception(error)))
    return _describe(error)


def take_over_process() -> None:
    """Keep the traceback of every internal error, and do without ShellCheck, which is a process for every run.

    For processes that do nothing but fuzzing.
    """
    import logging
    from functools import cache

    from dockerfile_dlint.lint.engine import shellcheck
    from pygls.lsp._base_server import BaseLanguageServer

    logging.disable(logging.CRITICAL)
    # Making a converter of messages takes longer than a whole session.
    protocol, make_converter, workers = BaseLanguageServer.__init__.__defaults__ or ()
    BaseLanguageServer.__init__.__defaults__ = (protocol, cache(make_converter), workers)
    nothing = str
    for module in list(sys.modules.values()):
        if getattr(module, "describe_internal_error", None) is _describe:
            vars(module)["describe_internal_error"] = _described
        if getattr(module, "find_shellcheck", None) is shellcheck.find_shellcheck and module is not shellcheck:
            vars(module)["find_shellcheck"] = nothing
    vars(shellcheck)["find_shellcheck"] = nothing


class Fault(AssertionError):
    """Something that must never happen; the message says what."""


class Run:
    """What one run of dlint gave."""

    def __init__(self, words: tuple[str, ...], status: int, out: bytes, err: str) -> None:
        self.words = words
        self.status = status
        self.out = out
        self.err = err


class Case:
    """A repository in the directory `root`/repository, which is made anew, and the random choices of a step."""

    def __init__(self, root: Path, files: Mapping[str, bytes], chance: random.Random) -> None:
        self.root = root
        self.folder = root / "repository"
        self.random = chance
        self.files = dict(files)
        self.seconds = 0.0
        """The processor time of the slowest run."""
        self.runs: list[str] = []
        """The command lines so far."""
        _tracebacks.clear()
        os.chdir(root)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        for name, data in self.files.items():
            path = self.folder / name
            if "/" in name:
                path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        os.chdir(self.folder)

    def run(self, *words: str, stdin: bytes = b"", statuses: tuple[int, ...] = (0, 1, 2)) -> Run:
        """Run `dlint words…`. Raises Fault."""
        self.runs.append("dlint " + " ".join(words))
        streams = sys.stdin, sys.stdout, sys.stderr
        out = io.BytesIO()
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
        sys.stdout = writer = io.TextIOWrapper(out, "utf-8")
        sys.stderr = err = io.StringIO()
        start = time.process_time()
        try:
            status = main(words)
            writer.flush()
            written = out.getvalue()
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
        self.took(time.process_time() - start)
        result = Run(words, status, written, err.getvalue())
        if _tracebacks:
            raise Fault(f"internal error\n{_tracebacks[0]}")
        if _BUG in result.err or _BUG.encode() in result.out or "Traceback" in result.err:
            raise Fault(f"internal error\n{result.err}")
        if status not in statuses:
            raise Fault(f"exit status {status}\n{result.err}")
        return result

    def took(self, seconds: float) -> None:
        """Note the processor time of a run. Raises Fault if it is too long."""
        self.seconds = max(self.seconds, seconds)
        if seconds > MOST_SECONDS:
            raise Fault(f"took too long\n{seconds:.1f} s")

    def no_internal_error(self) -> None:
        """Raise Fault if there was an internal error since the start."""
        if _tracebacks:
            raise Fault(f"internal error\n{_tracebacks[0]}")

    def changed(self) -> dict[str, bytes]:
        """The new content of the files that changed since the last look; a deleted one has none. Raises Fault."""
        now = dict(self._on_disk())
        found = {name: data for name, data in now.items() if self.files.get(name) != data}
        gone = [name for name in self.files if name not in now]
        if gone:
            raise Fault(f"files deleted\n{gone}")
        self.files = now
        return found

    def only_changed(self, *names: str) -> dict[str, bytes]:
        """As `changed`, but raises Fault if another file than those, or one outside of the repository, did."""
        found = self.changed()
        for name in found:
            if name not in names and name.rpartition("/")[2] not in names:
                raise Fault(f"unexpected file changed: {name}\n{found[name]!r}")
        outside = {name for name in os.listdir(self.root) if name not in ("repository", "home")}
        if outside:
            raise Fault(f"files outside changed\n{outside}")
        return found

    def _on_disk(self) -> Iterator[tuple[str, bytes]]:
        top = str(self.folder)
        for directory, _, names in os.walk(top):
            for name in names:
                path = os.path.join(directory, name)
                with open(path, "rb") as file:
                    yield os.path.relpath(path, top), file.read()


def errors_of(data: bytes) -> list[str] | None:
    """The syntax errors of a Dockerfile; None if its text cannot be read."""
    try:
        return [error.message for error in parse(Source.decode(data)).errors]
    except SourceError:
        return None


def still_parses(name: str, old: bytes, new: bytes) -> None:
    """Raise Fault if `new` has errors and `old` has none."""
    if errors_of(old) == []:
        errors = errors_of(new)
        if errors != []:
            raise Fault(f"{name} no longer parses\n{errors}")
