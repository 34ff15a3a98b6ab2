"""`dlint check`: find the files, lint or fix them, write the findings."""

from __future__ import annotations

import os
import sys

from ...rules.base import LEVELS, STYLE
from ..config.layer import display_path
from ..config.resolver import HADOLINT_FILE_NAMES
from ..engine.linter import USAGE_ERRORS, check_size
from ..engine.repeats import merge_repeats
from ..engine.time_limit import TimeLimitExceeded
from ..output.summary import TEXT_FORMATS
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import inform, warn, write_stdout
from .lint_files import LintJob, collect_reports, find_files, job_of_input, read_standard_input
from .shared_options import apply_output_options, plans_from_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from ..config.arguments import CheckArguments
    from ..engine.diagnostic import Diagnostic
    from ..engine.planning import LintPlans
    from ..engine.report import Report
    from .fix import FixRequest

_FORMATS_WITHOUT_URLS = frozenset(("concise", "grouped"))


def run_check(arguments: argparse.Namespace | CheckArguments) -> int:
    """Run `dlint check` and return the exit status."""
    apply_output_options(arguments)
    name: str | None = arguments.stdin_filename
    paths: list[str] = arguments.paths or ["." if name is None else "-"]
    invalid = _invalid_combination(arguments, paths)
    if invalid:
        warn(invalid)
        return BROKEN
    if name is not None and "-" not in paths:
        inform("--stdin-filename has no effect without `-`")
    try:
        plans = plans_from_arguments(arguments)
        if arguments.show_files:
            return _show_files(arguments, paths, plans)
        fix_requests = _fix_requests(arguments, plans)
        if fix_requests is not None and "-" in paths:
            return _fix_standard_input(name, job_of_input(name, plans, fix_requests), plans, arguments.show_fixes)
        return _lint(arguments, paths, plans, fix_requests)
    except USAGE_ERRORS as error:
        warn(str(error))
        return BROKEN


def _invalid_combination(arguments: argparse.Namespace | CheckArguments, paths: Sequence[str]) -> str:
    """The error for options that cannot be combined; empty if there is none."""
    fixing = arguments.fix or arguments.diff or arguments.fix_only
    if "-" in paths and arguments.add_ignore:
        return "--add-ignore cannot be used with `-`: it writes to files"
    if "-" in paths and fixing and len(paths) > 1:
        return "`-` cannot be combined with other paths when fixing"
    if arguments.show_fixes and not (arguments.fix or arguments.fix_only):
        return "--show-fixes requires --fix"
    return ""


def _show_files(arguments: argparse.Namespace | CheckArguments, paths: Sequence[str], plans: LintPlans) -> int:
    """List the files that would be linted."""
    from ..terminal.streams import printable

    status = CLEAN
    for file in find_files(arguments, [path for path in paths if path != "-"], plans):
        if file.error:
            warn(f"{file.path}: {file.error}")
            status = BROKEN
        else:
            write_stdout(f"{printable(file.path)}\n")
    return status


def _lint(
    arguments: argparse.Namespace | CheckArguments,
    paths: Sequence[str],
    plans: LintPlans,
    fix_requests: Callable[[str], FixRequest] | None,
) -> int:
    outputs = _parse_outputs(arguments.output)
    current = os.path.join(".", "")
    plans.configured(current)  # reports invalid options even if there are no files
    config = plans.config(current)
    if os.path.basename(config.file) in HADOLINT_FILE_NAMES and config.selection()[3] == "hadolint":
        inform(
            f"{display_path(config.file)}: only hadolint's rules and dlint's errors are on, as this file is "
            "hadolint's; use `--profile default` for all"
        )
    reports = collect_reports(arguments, paths, plans, fix_requests)
    if arguments.baseline or config.get("baseline"):
        from .baseline import apply_baseline

        apply_baseline(reports, config.baseline(paths))
    if arguments.add_ignore:
        from .add_ignore import add_ignores

        add_ignores(reports)
    form: str = config.get("format") or ("full" if sys.stdout.isatty() else "concise")
    if fix_requests is not None:
        _report_fixes(arguments, reports, form)
        if arguments.diff or arguments.fix_only:
            return _finish_without_findings(reports, arguments.diff)
    merge_repeats(reports, plans)
    if outputs or form not in _FORMATS_WITHOUT_URLS:
        from ..output.links import set_rule_urls

        set_rule_urls(reports, plans)
    fixed = sum(len(report.fixed) for report in reports) if fix_requests is not None else None
    if arguments.statistics:
        from ..output.formats.statistics import render_statistics

        write_stdout(render_statistics(_diagnostics(reports), len(reports), form))
    else:
        write_reports(reports, form, fixed)
    if outputs:
        from ..output.formats.registry import write_outputs

        write_outputs(outputs, _diagnostics(reports), len(reports), fixed)
    return exit_status(reports, plans)


def _diagnostics(reports: Sequence[Report]) -> list[Diagnostic]:
    return [d for report in reports for d in report.diagnostics]


def _report_fixes(arguments: argparse.Namespace | CheckArguments, reports: Sequence[Report], form: str) -> None:
    """Write which fixes were applied and which were not; text formats count them in their summary."""
    from .fix import report_fixes, report_rejected_fixes, write_applied_fixes

    report_rejected_fixes(reports)
    if arguments.show_fixes:
        write_applied_fixes(reports, to_stdout=form in TEXT_FORMATS and not arguments.fix_only)
    if arguments.diff or arguments.fix_only or arguments.statistics or form not in TEXT_FORMATS:
        report_fixes(reports, arguments.diff)


def _parse_outputs(values: Sequence[str]) -> list[tuple[str, str]]:
    """Format and file of each `--output`. Raises OutputError."""
    if not values:
        return []
    from ..output.formats.registry import parse_outputs

    return parse_outputs(values)


def _fix_requests(
    arguments: argparse.Namespace | CheckArguments, plans: LintPlans
) -> Callable[[str], FixRequest] | None:
    """A function from a path to what is to be fixed in it; None without --fix, --diff and --fix-only."""
    if not (arguments.fix or arguments.diff or arguments.fix_only):
        if arguments.unsafe_fixes:
            inform("--unsafe-fixes has no effect without --fix or --diff")
        return None
    from .fix import FixRequest

    known: dict[int, FixRequest] = {}

    def fix_request(path: str) -> FixRequest:
        config = plans.config(path)
        if id(config) not in known:
            known[id(config)] = FixRequest(
                unsafe=config.get("unsafe-fixes", False),
                diff=arguments.diff,
                fix_only=arguments.fix_only,
                fixable=config.get("fixable", ()),
                unfixable=config.get("unfixable", ()),
            )
        return known[id(config)]

    return fix_request


def _finish_without_findings(reports: Sequence[Report], diff: bool) -> int:
    """Write the diffs instead of findings, and which files failed; returns the exit status."""
    failed = [report for report in reports if report.failed]
    for report in failed:
        for d in (d for d in report.diagnostics if d.code.startswith(("SYN001", "SYN002"))):
            warn(f"{report.file}: {d.message}")
    if diff:
        from .fix import write_fix_diffs

        write_fix_diffs(reports)
    if failed:
        return BROKEN
    return FOUND if diff and any(report.diff for report in reports) else CLEAN


def _fix_standard_input(name: str | None, job: LintJob, plans: LintPlans, show_fixes: bool) -> int:
    """Write the fixed text or the diff to standard output, and remaining findings to standard error."""
    from ...syntax.source import Source, SourceError
    from ..terminal.streams import write_stdout_raw
    from .fix import fix_source, report_fixes, report_rejected_fixes, write_applied_fixes, write_fix_diffs

    shown = name or "<stdin>"
    try:
        source = Source.decode(check_size(read_standard_input()), shown)
    except SourceError as error:
        warn(f"{shown}: {error}")
        return BROKEN
    assert job.fix_request is not None
    request = job.fix_request
    try:
        report, repaired = fix_source(source, job.plan, job.find_context, request)
    except TimeLimitExceeded as error:
        warn(f"{shown}: not fixed: {error}")
        return BROKEN
    report_rejected_fixes([report])
    if show_fixes:
        write_applied_fixes([report], to_stdout=False)
    report_fixes([report], request.diff)
    if request.diff:
        write_fix_diffs([report])
        return BROKEN if report.failed else FOUND if report.diff else CLEAN
    write_stdout_raw(repaired.text)
    if not request.fix_only:
        for d in report.diagnostics:
            warn(f"{d.file}:{d.start[0]}:{d.start[1]}: {d.code} {d.severity}: {d.message} ({d.name})")
    return BROKEN if report.failed else CLEAN if request.fix_only else exit_status([report], plans)


def write_reports(reports: Sequence[Report], form: str, fixed: int | None = None) -> None:
    """Write the findings in a format; `fixed` is how many more `--fix` fixed, None without it."""
    from ..output.formats.registry import write_findings

    write_findings(form, _diagnostics(reports), len(reports), fixed)


def exit_status(reports: Sequence[Report], plans: LintPlans) -> int:
    """BROKEN if a file failed, FOUND if a finding is at least as severe as `fail-level`, else CLEAN."""
    if any(report.failed for report in reports):
        return BROKEN
    for report in reports:
        if report.diagnostics:
            config = plans.config(report.file if report.file != "<stdin>" else "-")
            failing = LEVELS[: LEVELS.index(config.get("fail-level", STYLE)) + 1]
            if not config.get("exit-zero") and any(d.severity in failing for d in report.diagnostics):
                return FOUND
    return CLEAN
