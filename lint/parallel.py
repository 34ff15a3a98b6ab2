"""Lint many files with a few forked processes.

A process pool costs 30-130 ms to start; a bare fork with a pipe costs one. Each child lints every n-th file and
sends its reports back as one marshalled list.
"""

from __future__ import annotations

import marshal
import os
import sys

from .diagnostic import Diagnostic
from .engine import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

WORTH_A_FORK = 24
"""From so many files on a second process saves more than it costs."""


def lint_all(paths: Sequence[str], lint: Callable[[str], Report], wait: Callable[[], None]) -> Iterator[Report]:
    """The report of every path, in their order. `wait` is called now and then for whoever shows progress."""
    workers = min(_cores(), len(paths) // (WORTH_A_FORK // 2))
    if workers < 2 or not hasattr(os, "fork") or sys.platform == "darwin":
        for path in paths:
            yield lint(path)
            wait()
        return
    children = [_start(paths[start::workers], lint) for start in range(1, workers)]
    own: dict[str, Report] = {}
    for path in paths[0::workers]:
        own[path] = lint(path)
        wait()
    reports = [own, *(dict(_finish(*child)) for child in children)]
    for index, path in enumerate(paths):
        report = reports[index % workers].get(path)
        # A child that was killed leaves its files to this process.
        yield report if report is not None else lint(path)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start(paths: Sequence[str], lint: Callable[[str], Report]) -> tuple[int, int]:
    """Fork a child that lints `paths`; its process id and the pipe on which its reports come."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    status = 1
    try:
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(marshal.dumps([_pack(lint(path)) for path in paths]))
        status = 0
    finally:
        os._exit(status)


def _finish(pid: int, reader: int) -> Iterator[tuple[str, Report]]:
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    os.waitpid(pid, 0)
    try:
        packed = marshal.loads(data)
    except (EOFError, ValueError):
        return
    for report in map(_unpack, packed):
        yield report.file, report


def _pack(report: Report) -> tuple[object, ...]:
    rows = [
        (
            d.code, d.name, d.severity, d.message, d.start, d.end, d.aliases, d.instruction_line, d.stage,
            _pack_fix(d), d.related,
        )
        for d in report.diagnostics
    ]  # fmt: skip
    return report.file, report.failed, rows


def _pack_fix(d: Diagnostic) -> tuple[object, ...] | None:
    fix = d.fix
    return None if fix is None else (fix.title, fix.safety, [(e.start, e.end, e.text) for e in fix.edits])


def _unpack(packed: tuple[str, bool, list[tuple[Any, ...]]]) -> Report:
    file, failed, rows = packed
    diagnostics: list[Diagnostic] = []
    for code, name, severity, message, start, end, aliases, line, stage, fix, related in rows:
        unpacked = None
        if fix is not None:
            from ..fixers.edit import Edit, Fix

            unpacked = Fix(fix[0], fix[1], [Edit(*edit) for edit in fix[2]])
        diagnostics.append(
            Diagnostic(file, None, code, name, severity, message, start, end, aliases, line, stage, unpacked, related)
        )
    return Report(file, diagnostics, failed)
