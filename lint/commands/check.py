"""`dlint check`: find the files, lint them, write what was found."""

from __future__ import annotations

import os
import sys

from ...rules.base import LEVELS, STYLE
from ..engine.diagnostic import fixable_summary
from ..engine.lint_plans import LintPlans, command_line_configurations
from ..engine.linter import check_size
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import warn, write_stdout
from .lint_files import USAGE_ERRORS, LintJob, collect_reports, job_of_input, read_standard_input

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from ..config.arguments import CheckArguments
    from ..engine.report import Report
    from .fix import FixRequest


_PLAIN = frozenset(("concise", "grouped"))
"""Formats without the addresses of pages."""


def run_check(arguments: argparse.Namespace | CheckArguments) -> int:
    """Run `dlint check` and answer the exit status."""
    name: str | None = arguments.stdin_filename
    paths: list[str] = arguments.paths or ["." if name is None else "-"]
    if not _somewhere(paths, arguments.exclude):
        warn("the current folder does not exist any more; change to one that does")
        return BROKEN
    if arguments.add_ignore and "-" in paths:
        warn("--add-ignore writes into files; standard input is none")
        return BROKEN
    if name is not None and "-" not in paths:
        warn("--stdin-filename is the name of `-`, and there is no `-` among the paths")
    try:
        plans = LintPlans(command_line_configurations(arguments))
        wishes = _wishes(arguments, plans)
        if wishes is not None and "-" in paths:
            if len(paths) > 1:
                warn("with --fix or --diff, `-` goes alone: its fixed text is written to standard output")
                return BROKEN
            job = job_of_input(name, plans, wishes)
            return _fixed_standard_input(name, job, plans)
        return _lint(arguments, paths, plans, wishes)
    except USAGE_ERRORS as error:
        warn(str(error))
        return BROKEN


def _lint(
    arguments: argparse.Namespace | CheckArguments,
    paths: Sequence[str],
    plans: LintPlans,
    wishes: Callable[[str], FixRequest] | None,
) -> int:
    outputs = _outputs(arguments.output)
    current = os.path.join(".", "")
    plans.of(current)  # tells wrong words of the command line also where there is no file
    here = plans.config(current)
    if here.get("color") is False:
        os.environ["NO_COLOR"] = "1"
    reports = collect_reports(arguments, paths, plans, wishes)
    if arguments.baseline or here.get("baseline"):
        from .baseline import apply_baseline

        apply_baseline(reports, here.path("baseline"))
    if arguments.add_ignore:
        from .add_ignore import add_ignores

        add_ignores(reports)
    if wishes is not None:
        from .fix import report_fixes

        report_fixes(reports, arguments.diff)
        if arguments.diff or arguments.fix_only:
            return _differences(reports, arguments.diff)
    form: str | None = here.get("format")
    if outputs or (form not in _PLAIN and (form or sys.stdout.isatty())):
        from ..output.links import set_rule_urls

        set_rule_urls(reports, plans)
    if arguments.statistics:
        from ..output.formats.statistics import render_statistics

        write_stdout(render_statistics([d for report in reports for d in report.diagnostics], len(reports), form or ""))
    else:
        write_reports(reports, form)
    if outputs:
        from ..output.formats.registry import write_outputs

        write_outputs(outputs, [d for report in reports for d in report.diagnostics], len(reports))
    return exit_status(reports, plans)


def _outputs(values: Sequence[str]) -> list[tuple[str, str]]:
    """Format and file of each `--output`. Raises OutputError."""
    if not values:
        return []
    from ..output.formats.registry import parse_outputs

    return parse_outputs(values)


def _wishes(arguments: argparse.Namespace | CheckArguments, plans: LintPlans) -> Callable[[str], FixRequest] | None:
    """What tells for a path what is to be fixed in it; None when nothing is."""
    if not (arguments.fix or arguments.diff or arguments.fix_only):
        if arguments.unsafe_fixes:
            warn("--unsafe-fixes says how far --fix and --diff go; alone it changes nothing")
        return None
    from .fix import FixRequest

    known: dict[int, FixRequest] = {}

    def wish(path: str) -> FixRequest:
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

    return wish


def _differences(reports: Sequence[Report], diff: bool) -> int:
    """Write the differences instead of findings, and what could not be done; the exit status."""
    failed = [report for report in reports if report.failed]
    for report in failed:
        for d in (d for d in report.diagnostics if d.code.startswith(("SYN001", "SYN002"))):
            warn(f"{report.file}: {d.message}")
    if diff:
        from .fix import write_fix_diffs

        write_fix_diffs(reports, sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    if failed:
        return BROKEN
    return FOUND if diff and any(report.diff for report in reports) else CLEAN


def _somewhere(paths: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether the paths mean something where this process stands; a deleted folder is left for the root."""
    try:
        os.getcwd()
    except OSError:
        if exclude or not all(path == "-" or os.path.isabs(path) for path in paths):
            return False
        os.chdir(os.sep)
    return True


def _fixed_standard_input(name: str | None, job: LintJob, plans: LintPlans) -> int:
    """Write the fixed text, or the difference, to standard output and what is still wrong to standard error."""
    from ...syntax.source import Source, SourceError
    from ..terminal.streams import write_stdout_raw
    from .fix import fix_source, report_fixes, write_fix_diffs

    shown = name or "<stdin>"
    try:
        source = Source.decode(check_size(read_standard_input()), shown)
    except SourceError as error:
        warn(f"{shown}: {error}")
        return BROKEN
    assert job.fix_request is not None
    wish = job.fix_request
    report, repaired = fix_source(source, job.plan, job.find_context, wish)
    report_fixes([report], wish.diff)
    if wish.diff:
        write_fix_diffs([report], sys.stdout.isatty() and "NO_COLOR" not in os.environ)
        return BROKEN if report.failed else FOUND if report.diff else CLEAN
    write_stdout_raw(repaired.text)
    if not wish.fix_only:
        for d in report.diagnostics:
            warn(f"{d.file}:{d.start[0]}:{d.start[1]}: {d.code} {d.severity}: {d.message} ({d.name})")
    return BROKEN if report.failed else CLEAN if wish.fix_only else exit_status([report], plans)


def write_reports(reports: Sequence[Report], wanted: str | None) -> None:
    """Write the reports in the wanted format."""
    diagnostics = [d for report in reports for d in report.diagnostics]
    form = wanted or ("full" if sys.stdout.isatty() else "concise")
    if form == "concise":
        from ..output.formats.concise import render as render_lines

        write_stdout(render_lines(diagnostics))
        repairable = fixable_summary(diagnostics)
        if repairable:
            warn(repairable)
    elif form == "full":
        from ..output.formats.full import render as render_frames

        for part in render_frames(diagnostics, len(reports)):
            write_stdout(part)
    else:
        from ..output.formats.registry import render_findings

        write_stdout(render_findings(form, diagnostics, len(reports)))


def exit_status(reports: Sequence[Report], plans: LintPlans) -> int:
    """The exit status: broken, found what is as grave as the configuration says or graver, or clean."""
    if any(report.failed for report in reports):
        return BROKEN
    for report in reports:
        if report.diagnostics:
            config = plans.config(report.file if report.file != "<stdin>" else "-")
            fails = LEVELS[: LEVELS.index(config.get("fail-level", STYLE)) + 1]
            if not config.get("exit-zero") and any(d.severity in fails for d in report.diagnostics):
                return FOUND
    return CLEAN
