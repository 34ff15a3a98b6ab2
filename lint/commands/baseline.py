"""`dlint baseline`, and the effect of `--baseline` on reports."""

from __future__ import annotations

import os

from ...fixers.write import WriteError
from ...model.disk import boundary_of, is_inside
from ..config.layer import ConfigError, display_path
from ..engine.known_findings import DEFAULT_BASELINE, Baseline
from ..engine.linter import USAGE_ERRORS
from ..output.summary import counted
from ..terminal.exit_status import BROKEN, CLEAN
from ..terminal.streams import inform, warn
from .lint_files import collect_reports
from .shared_options import apply_output_options, plans_from_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ..config.resolver import Config
    from ..engine.report import Report


def apply_baseline(reports: Sequence[Report], path: str | None) -> None:
    """Remove the findings of the baseline at `path` from the reports. Raises ConfigError if it is invalid."""
    if path is None:
        return
    baseline = Baseline.read(path)
    for report in reports:
        baseline.remove_known_findings(report)
    stale = baseline.stale_count(report.file for report in reports if not report.failed)
    if stale:
        inform(f"{counted(stale, 'stale finding')} in {display_path(path)}; remove with `dlint baseline --prune`")


def run_baseline(arguments: argparse.Namespace) -> int:
    """Run `dlint baseline` and return the exit status."""
    apply_output_options(arguments)
    if "-" in arguments.paths:
        warn("a baseline cannot be made from standard input; pass files or directories")
        return BROKEN
    try:
        plans = plans_from_arguments(arguments)
        path = _writable_path(plans.config(os.path.join(".", "")), arguments.paths)
        # All findings, including those of the current baseline.
        reports = collect_reports(arguments, arguments.paths or ["."], plans)
        return _prune(path, reports) if arguments.prune else _write(path, reports)
    except USAGE_ERRORS as error:
        warn(str(error))
    except WriteError as error:
        warn(f"baseline not written: {error}")
    return BROKEN


def _writable_path(config: Config, roots: Sequence[str]) -> str:
    """The file to write. Raises ConfigError if only a configuration file leads out of the repository to it."""
    path = config.baseline(roots)
    if path is None and not is_inside(DEFAULT_BASELINE, boundary_of(".")):
        raise ConfigError(f"`{DEFAULT_BASELINE}` is outside of the repository; to write it, pass `--baseline FILE`")
    return path or DEFAULT_BASELINE


def _write(path: str, reports: Sequence[Report]) -> int:
    baseline = Baseline.read(path) if os.path.exists(path) else Baseline(path)
    # Entries of files that were not linted are kept.
    baseline.drop_files(report.file for report in reports)
    baseline.drop_missing_files()
    for report in reports:
        baseline.record(report)
    baseline.write()
    shown = display_path(path)
    inform(f"wrote {counted(len(baseline), 'finding')} to {shown}")
    inform(f'to use it, run `dlint --baseline {shown}` or set `baseline = "{os.path.basename(path)}"` in dlint.toml')
    return BROKEN if any(report.failed for report in reports) else CLEAN


def _prune(path: str, reports: Sequence[Report]) -> int:
    baseline = Baseline.read(path)
    for report in reports:
        baseline.remove_known_findings(report)
    gone = baseline.prune(report.file for report in reports if not report.failed)
    baseline.write()
    inform(f"removed {counted(gone, 'fixed finding')} from {display_path(path)}, {len(baseline)} remaining")
    return BROKEN if any(report.failed for report in reports) else CLEAN
