"""`dlint baseline`, and what `--baseline` does to reports."""

from __future__ import annotations

import os

from ...fixers.write import WriteError
from ..config.layer import shown
from ..engine.known_findings import DEFAULT, Baseline
from ..engine.lint_plans import Plans, configurations
from ..terminal.exit_status import BROKEN, CLEAN
from ..terminal.streams import note
from .lint_files import MISTAKES, collect

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..engine.report import Report


def quiet(reports: Sequence[Report], path: str | None) -> None:
    """Take the old findings out of the reports. Raises BadBaseline."""
    if path is None:
        return
    baseline = Baseline.read(path)
    for report in reports:
        baseline.quiet(report)
    dead = baseline.dead(report.file for report in reports if not report.failed)
    if dead:
        what = "finding of {} is" if dead == 1 else "findings of {} are"
        note(f"{dead} {what.format(shown(path))} gone; `dlint baseline --prune` forgets what is gone")


def run(arguments: argparse.Namespace) -> int:
    """Run `dlint baseline` and answer the exit status."""
    if "-" in arguments.paths:
        note("a baseline is of files; standard input is none")
        return BROKEN
    try:
        plans = Plans(configurations(arguments))
        path = plans.config(os.path.join(".", "")).path("baseline") or DEFAULT
        # What is old is asked of the rules, never of an older baseline.
        reports = collect(arguments, arguments.paths or ["."], plans)
        return _prune(path, reports) if arguments.prune else _write(path, reports)
    except MISTAKES as error:
        note(str(error))
    except WriteError as error:
        note(f"the baseline was not written: {error}")
    return BROKEN


def _write(path: str, reports: Sequence[Report]) -> int:
    baseline = Baseline(path)
    if os.path.exists(path):
        # Files that are not looked at keep what is known of them.
        looked_at = {baseline.name_of(report.file) for report in reports}
        baseline.files = {name: rows for name, rows in Baseline.read(path).files.items() if name not in looked_at}
        baseline.drop_vanished()
    for report in reports:
        baseline.take(report)
    baseline.write()
    count = len(baseline)
    note(f"wrote {count} finding{'' if count == 1 else 's'} to {shown(path)}; use it with --baseline {shown(path)}, or")
    note(f'write `baseline = "{os.path.basename(path)}"` into the dlint.toml beside it')
    return BROKEN if any(report.failed for report in reports) else CLEAN


def _prune(path: str, reports: Sequence[Report]) -> int:
    baseline = Baseline.read(path)
    for report in reports:
        baseline.quiet(report)
    gone = baseline.prune(report.file for report in reports if not report.failed)
    baseline.write()
    note(f"took {gone} finding{'' if gone == 1 else 's'} that are gone out of {shown(path)}; {len(baseline)} are left")
    return BROKEN if any(report.failed for report in reports) else CLEAN
