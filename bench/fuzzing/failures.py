"""Failures: which are the same, their reproducers, and shrinking."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_CALL = re.compile(r'File "[^"]*?/([\w.]+/[\w.]+\.py)", line (\d+), in (\w+)')
_ERROR = re.compile(r"^(?:[\w.]+\.)?(\w+)(?::|$)")


def signature(fault: str) -> str:
    """What failures with the same cause share: the kind of error and where it was raised; empty without a failure.

    `fault`: a traceback, of Python or of faulthandler.
    """
    if not fault:
        return ""
    lines = fault.strip().splitlines()
    fault_line = next((line for line in reversed(lines) if line.startswith("bench.fuzzing.case.Fault: ")), "")
    message = fault_line.partition(": ")[2]
    if fault_line and not message.endswith("internal error"):
        return re.sub(r"\d+", "0", message)[:120]
    # The traceback of an internal error follows the message.
    inner = fault[fault.index(fault_line) + len(fault_line) :] if fault_line else fault
    calls = [call for call in _CALL.findall(inner) if not call[0].startswith(("fuzzing/", "bench/"))]
    if not calls:
        return f"{message or lines[-1][:120]}"
    if lines[0].startswith("the process"):
        return f"{lines[0][:40]} in {calls[0][0]} {calls[0][2]}"
    kind = next((found[1] for line in reversed(inner.strip().splitlines()) if (found := _ERROR.match(line))), "")
    return f"{kind} in {calls[-1][0]} {calls[-1][2]}"


def isolated(job: Callable[[], str], seconds: float) -> str:
    """The result of `job` in a child process; if it takes longer than `seconds` or dies, that is the result."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            with os.fdopen(writer, "w", errors="backslashreplace") as out:
                out.write(job())
        finally:
            os._exit(0)
    os.close(writer)
    parts: list[bytes] = []
    end = time.monotonic() + seconds
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
            part = pipe.read(1 << 16)
            if not part:
                os.waitpid(child, 0)
                return b"".join(parts).decode(errors="replace")
            parts.append(part)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "the process hangs"


def shrunk(
    files: Mapping[str, bytes], fails: Callable[[Mapping[str, bytes]], bool], seconds: float
) -> dict[str, bytes]:
    """Smaller files that still fail: without some of them, without lines, without words.

    `seconds`: how long to try at most.
    """
    end = time.monotonic() + seconds
    best = dict(files)
    progress = True
    while progress:
        progress = False
        for candidate in _smaller(best):
            if time.monotonic() > end:
                return best
            if fails(candidate):
                best, progress = candidate, True
                break
    return best


def _smaller(files: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    """Files with something missing, the largest things first."""
    others = [name for name in files if name != "Dockerfile"]
    if len(others) > 1:
        yield {name: data for name, data in files.items() if name == "Dockerfile"}
        for part in (others[: len(others) // 2], others[len(others) // 2 :]):
            yield {name: data for name, data in files.items() if name not in part}
    for name in others:
        yield {other: data for other, data in files.items() if other != name}
    for pattern in (rb"(?<=\n)", rb"(?<=[ =,;&/\"'])", rb"(?<=[\s\S])"):
        for name, data in files.items():
            units = [unit for unit in re.split(pattern, data) if unit]
            if len(units) > 4_000:
                continue
            size = len(units) // 2
            while size:
                for at in range(0, len(units), size):
                    yield {**files, name: b"".join(units[:at] + units[at + size :])}
                size //= 2
            if len(units) == 1:
                yield {**files, name: b""}


def save(folder: Path, files: Mapping[str, bytes], about: Mapping[str, object], fault: str) -> None:
    """Write a reproducer: the files, what is needed to run it again, and the failure."""
    repository = folder / "repository"
    for name, data in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "step.json").write_text(json.dumps(about, indent=2) + "\n")
    (folder / "failure.txt").write_text(fault, errors="backslashreplace")
