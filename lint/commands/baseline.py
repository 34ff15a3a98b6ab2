"""`dlint baseline`, and what `--baseline` does to reports."""

from __future__ import annotations

import os

from ...fixers.write import WriteError
from ..config.layer import display_path
from ..engine.known_findings import DEFAULT_BASELINE, Baseline
from ..engine.lint_plans import LintPlans, command_line_configurations
from ..terminal.exit_status import BROKEN, CLEAN
from ..terminal.streams import warn
from .lint_files import USAGE_ERRORS, collect_reports

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..engine.report import Report


def apply_baseline(reports: Sequence[Report], path: str | None) -> None:
    """Take the old findings out of the reports. Raises BadBaseline."""
    if path is None:
        return
    baseline = Baseline.read(path)
    for report in reports:
        baseline.remove_known_findings(report)
    dead = baseline.stale_count(report.file for report in reports if not report.failed)
    if dead:
        what = "finding of {} is" if dead == 1 else "findings of {} are"
        warn(f"{dead} {what.format(display_path(path))} gone; `dlint baseline --prune` forgets what is gone")


def run_baseline(arguments: argparse.Namespace) -> int:
    """Run `dlint baseline` and answer the exit status."""
    if "-" in arguments.paths:
        warn("a baseline is of files; standard input is none")
        return BROKEN
    try:
        plans = LintPlans(command_line_configurations(arguments))
        path = plans.config(os.path.join(".", "")).path("baseline") or DEFAULT_BASELINE
        # What is old is asked of the rules, never of an older baseline.
        reports = collect_reports(arguments, arguments.paths or ["."], plans)
        return _prune(path, reports) if arguments.prune else _write(path, reports)
    except USAGE_ERRORS as error:
        warn(str(error))
    except WriteError as error:
        warn(f"the baseline was not written: {error}")
    return BROKEN


def _write(path: str, reports: Sequence[Report]) -> int:
    baseline = Baseline(path)
    if os.path.exists(path):
        # Files that are not looked at keep what is known of them.
        looked_at = {baseline.name_of(report.file) for report in reports}
        baseline.files = {name: rows for name, rows in Baseline.read(path).files.items() if name not in looked_at}
        baseline.drop_missing_files()
    for report in reports:
        baseline.record(report)
    baseline.write()
    count = len(baseline)
    warn(
        f"wrote {count} finding{'' if count == 1 else 's'} to {display_path(path)}; use it with --baseline {display_path(path)}, or"
    )
    warn(f'write `baseline = "{os.path.basename(path)}"` into the dlint.toml beside it')
    return BROKEN if any(report.failed for report in reports) else CLEAN


def _prune(path: str, reports: Sequence[Report]) -> int:
    baseline = Baseline.read(path)
    for report in reports:
        baseline.remove_known_findings(report)
    gone = baseline.prune(report.file for report in reports if not report.failed)
    baseline.write()
    warn(
        f"took {gone} finding{'' if gone == 1 else 's'} that are gone out of {display_path(path)}; {len(baseline)} are left"
    )
    return BROKEN if any(report.failed for report in reports) else CLEAN
