"""Lints many files with a few forked processes.

A process pool takes 30-130 ms to start, a bare fork with a pipe 1 ms. Each child lints every n-th file and
sends its reports back as one marshalled list.
"""

from __future__ import annotations

import marshal
import os
import signal
import sys
import time

from .diagnostic import Diagnostic
from .report import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

MIN_FILES_TO_FORK = 24
"""The number of files from which a second process is faster."""
WATCH_SECONDS = 0.2
"""How often a child looks whether its parent is still there."""
_SECONDS_TO_END = 1.0


def lint_all(
    paths: Sequence[str],
    lint: Callable[[str], Report],
    advance: Callable[[int], None],
    finish: Callable[[Sequence[Report]], None] = lambda reports: None,
) -> Iterator[Report]:
    """The report of every path, in their order.

    `advance` is called with the number of files done since the last call; `finish` completes all reports of a process.
    """
    workers = min(_cores(), len(paths) // (MIN_FILES_TO_FORK // 2))
    if workers < 2 or not hasattr(os, "fork") or sys.platform == "darwin":
        reports: list[Report] = []
        for path in paths:
            reports.append(lint(path))
            advance(1)
        finish(reports)
        yield from reports
        return
    children = [
        child for start in range(1, workers) if (child := _start(paths[start::workers], lint, finish)) is not None
    ]
    try:
        done: dict[str, Report] = {}
        for path in paths[0::workers]:
            done[path] = lint(path)
            # The other processes are about as far as this one.
            advance(1 + len(children))
        finish(list(done.values()))
        while children:
            done.update(_finish(*children[0]))
            children.pop(0)
    finally:
        _end([pid for pid, _ in children])
    for path in paths:
        if path not in done:
            # The files of a child that was killed.
            done[path] = lint(path)
            finish([done[path]])
        yield done[path]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start(
    paths: Sequence[str], lint: Callable[[str], Report], finish: Callable[[Sequence[Report]], None]
) -> tuple[int, int] | None:
    """Fork a child that lints `paths`; returns its process id and the pipe with its reports, None if forking fails.

    The child exits silently on any error; the parent lints the files for which it has no report. It also ends when the
    parent is gone, which would otherwise have it go on writing fixes.
    """
    parent = os.getpid()
    try:
        reader, writer = os.pipe()
        pid = os.fork()
    except OSError:
        return None
    if pid:
        os.close(writer)
        return pid, reader
    try:
        os.close(reader)
        _watch(parent)
        with os.fdopen(writer, "wb") as pipe:
            reports = [lint(path) for path in paths]
            finish(reports)
            pipe.write(marshal.dumps([_pack(report) for report in reports]))
    finally:
        os._exit(0)


def _watch(parent: int) -> None:
    """Have this process exit, with whatever it cleans up on the way, when it is asked to or `parent` is gone."""

    def leave(number: int, frame: object) -> None:
        if number != signal.SIGALRM or os.getppid() != parent:
            raise SystemExit

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGALRM, leave)
    signal.setitimer(signal.ITIMER_REAL, WATCH_SECONDS, WATCH_SECONDS)


def _end(pids: Sequence[int]) -> None:
    """End children whose reports are not needed any more: they may clean up, but not take long."""
    for pid in pids:
        _kill(pid, signal.SIGTERM)
    last = time.monotonic() + _SECONDS_TO_END
    for pid in pids:
        while not _has_ended(pid):
            if time.monotonic() > last:
                _kill(pid, signal.SIGKILL)
            time.sleep(0.005)


def _kill(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        return


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except OSError:
        return True


def _finish(pid: int, reader: int) -> dict[str, Report]:
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    os.waitpid(pid, 0)
    try:
        return {report.file: report for report in map(_unpack, marshal.loads(data))}
    except (EOFError, ValueError, TypeError):
        return {}


def _pack(report: Report) -> tuple[object, ...]:
    rows = [
        (
            d.code, d.name, d.severity, d.message, d.start, d.end, d.aliases, d.instruction_line, d.stage,
            _pack_fix(d), d.related, d.confidence,
        )
        for d in report.diagnostics
    ]  # fmt: skip
    return report.file, report.failed, rows, (list(report.fixed), list(report.rejected), report.diff)


def _pack_fix(d: Diagnostic) -> tuple[object, ...] | None:
    fix = d.fix
    return None if fix is None else (fix.title, fix.safety, [(e.start, e.end, e.text) for e in fix.edits])


def _unpack(packed: tuple[str, bool, list[tuple[Any, ...]], tuple[Any, ...]]) -> Report:
    file, failed, rows, fixes = packed
    diagnostics: list[Diagnostic] = []
    for code, name, severity, message, start, end, aliases, line, stage, fix, related, confidence in rows:
        unpacked = None
        if fix is not None:
            from ...fixers.edits.edit import Edit, Fix

            unpacked = Fix(fix[0], fix[1], [Edit(*edit) for edit in fix[2]])
        diagnostics.append(
            Diagnostic(
                file,
                None,
                code,
                name,
                severity,
                message,
                start,
                end,
                aliases,
                line,
                stage,
                unpacked,
                related,
                confidence=confidence,
            )
        )
    fixed, rejected, diff = fixes
    return Report(file, diagnostics, failed, (), fixed, rejected, diff)
