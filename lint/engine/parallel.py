"""Lint many files with a few forked processes.

A process pool costs 30-130 ms to start; a bare fork with a pipe costs one. Each child lints every n-th file and
sends its reports back as one marshalled list.
"""

from __future__ import annotations

import marshal
import os
import sys

from .diagnostic import Diagnostic
from .report import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

MIN_FILES_TO_FORK = 24
"""From so many files on a second process saves more than it costs."""


def lint_all(
    paths: Sequence[str],
    lint: Callable[[str], Report],
    advance: Callable[[int], None],
    finish: Callable[[Sequence[Report]], None] = lambda reports: None,
) -> Iterator[Report]:
    """The report of every path, in their order. `advance` is told how many files are done since it was last called.

    `finish` completes the reports of one process, all at once.
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
            # The others are as far as this process, more or less.
            advance(1 + len(children))
        finish(list(done.values()))
        while children:
            done.update(_finish(*children[0]))
            children.pop(0)
    finally:
        for pid, _ in children:
            _end(pid)
    for path in paths:
        if path not in done:
            # A child that was killed leaves its files to this process.
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
    """Fork a child that lints `paths`; its process id and the pipe on which its reports come. None when no fork goes.

    The child ends without a word whatever happens in it: what it does not answer, its parent lints.
    """
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
        with os.fdopen(writer, "wb") as pipe:
            reports = [lint(path) for path in paths]
            finish(reports)
            pipe.write(marshal.dumps([_pack(report) for report in reports]))
    finally:
        os._exit(0)


def _end(pid: int) -> None:
    """End a child whose work is not wanted any more."""
    try:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    except OSError:
        return


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
            _pack_fix(d), d.related,
        )
        for d in report.diagnostics
    ]  # fmt: skip
    return report.file, report.failed, rows, (list(report.fixed), list(report.rejected), report.diff)


def _pack_fix(d: Diagnostic) -> tuple[object, ...] | None:
    fix = d.fix
    return None if fix is None else (fix.title, fix.safety, [(e.start, e.end, e.text) for e in fix.edits])


def _unpack(packed: tuple[str, bool, list[tuple[Any, ...]], tuple[Any, ...]]) -> Report:
    file, failed, rows, repaired = packed
    diagnostics: list[Diagnostic] = []
    for code, name, severity, message, start, end, aliases, line, stage, fix, related in rows:
        unpacked = None
        if fix is not None:
            from ...fixers.edits.edit import Edit, Fix

            unpacked = Fix(fix[0], fix[1], [Edit(*edit) for edit in fix[2]])
        diagnostics.append(
            Diagnostic(file, None, code, name, severity, message, start, end, aliases, line, stage, unpacked, related)
        )
    report = Report(file, diagnostics, failed)
    report.fixed, report.rejected, report.diff = repaired
    return report
