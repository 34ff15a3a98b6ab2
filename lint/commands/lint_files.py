"""Find the files that a command names, and lint them."""

from __future__ import annotations

import os
import sys

from ..config.layer import ConfigError
from ..config.selection import UnknownRule
from ..engine.linter import MAX_BYTES, check_size, file_diagnostic, lint_file, lint_source, read_error_message
from ..engine.report import Report
from ..sources.invocations.index import is_bake, is_compose
from ..terminal.streams import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from ...syntax.source import Source
    from ..config.arguments import CheckArguments
    from ..engine.lint_plan import LintPlan
    from ..engine.lint_plans import FindContext, LintPlans
    from ..sources.discovery import DiscoveredFile
    from .fix import FixRequest

USAGE_ERRORS = (UnknownRule, ConfigError)
"""What is wrong with options and configurations; the message says all."""


class LintJob:
    """What a file is linted with: its plan, what finds its build context, and what is to be fixed in it.

    `inline` tells that it is a compose or bake file with Dockerfiles in it.
    """

    __slots__ = ("find_context", "fix_request", "inline", "plan")

    def __init__(self, plan: LintPlan, find: FindContext | None, wish: FixRequest | None) -> None:
        self.plan = plan
        self.find_context = find
        self.fix_request = wish
        self.inline = False


def collect_reports(
    arguments: argparse.Namespace | CheckArguments,
    paths: Sequence[str],
    plans: LintPlans,
    wishes: Callable[[str], FixRequest] | None = None,
) -> list[Report]:
    """The reports of standard input and of all files that the paths stand for."""
    finish = _finisher(plans)
    reports: list[Report] = []
    if "-" in paths:
        name: str | None = arguments.stdin_filename
        reports.append(_standard_input(name, job_of_input(name, plans, None)))
        finish(reports)
    files = [path for path in paths if path != "-"]
    if files:
        reports += _files(arguments, files, plans, finish, wishes)
    return reports


def read_standard_input() -> bytes:
    """What comes on standard input, little more than a Dockerfile may have; raises SourceError."""
    from ...syntax.source import SourceError

    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - so it is when it was closed
        raise SourceError("standard input is closed")
    if sys.stdin.isatty():
        warn("reading standard input; Ctrl-D ends it")
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(read_error_message(error)) from None


def _files(
    arguments: argparse.Namespace | CheckArguments,
    paths: Sequence[str],
    plans: LintPlans,
    finish: Callable[[Sequence[Report]], None],
    wishes: Callable[[str], FixRequest] | None,
) -> list[Report]:
    from ..engine.parallel import lint_all
    from ..sources.discovery import discover, no_dockerfile_message
    from ..terminal.progress import ProgressBar

    builders: list[str] = []
    found = list(discover(paths, exclude=arguments.exclude, excluded=plans.excluded, build_files=builders))
    if builders or any(is_bake(os.path.basename(p)) or is_compose(os.path.basename(p)) for p in paths):
        from ..engine.inline_dockerfiles import expand_build_definitions

        found = expand_build_definitions(found, builders, plans, paths)
    if any(plans.config(f.path).get("force-exclude") for f in found):
        left = [f for f in found if f.error or not plans.is_excluded(f.path)]
        if found and not left:
            return []
        found = left
    changed = None
    if arguments.changed_since and found:
        from ..engine.changed_since import ChangedFiles

        changed = ChangedFiles(arguments.changed_since)
        found = [f for f in found if f.error or f.path in changed]
    elif not found:
        warn(no_dockerfile_message(paths))
    reports = {f.path: Report(f.path, [file_diagnostic(f.path, f.error)], failed=True) for f in found if f.error}
    todo = [f.path for f in found if not f.error]
    # Before any file is linted: a configuration may be wrong.
    jobs = {
        path: LintJob(plans.of(path, paths), plans.context_finder(path, paths), wishes(path) if wishes else None)
        for path in todo
    }

    for path, job in jobs.items():
        job.inline = is_compose(os.path.basename(path)) or is_bake(os.path.basename(path))

    def work(path: str) -> Report:
        job = jobs[path]
        if job.inline:
            from ..engine.inline_dockerfiles import lint_inline

            return lint_inline(path, plans, finish)
        if job.fix_request is None:
            return lint_file(path, job.plan, job.find_context)
        from .fix import fix_file

        return fix_file(path, job.plan, job.find_context, job.fix_request)

    with ProgressBar(len(todo)) as advance:
        for report in lint_all(todo, work, advance, finish):
            reports[report.file] = report
    if changed is not None:
        for path, job in jobs.items():

            def lint(source: Source, job: LintJob = job) -> Report:
                if job.inline:
                    from ..engine.inline_dockerfiles import lint_inline_text

                    return lint_inline_text(source, plans, finish)
                report = lint_source(source, job.plan, job.find_context)
                finish([report])
                return report

            changed.remove_known_findings(reports[path], lint)
    _remark(paths, found, reports)
    return [reports[f.path] for f in found]


def _remark(paths: Sequence[str], found: Sequence[DiscoveredFile], reports: dict[str, Report]) -> None:
    """Say what the user may have meant by a path that is none, or by a file that is no Dockerfile."""
    from ..sources.discovery import is_dockerfile_name

    for path in (f.path for f in found if f.path in paths):
        if not os.path.lexists(path):
            from ...syntax.instruction_checks import suggest
            from ..config.selection import is_rule_selector
            from .parsers import PARSERS

            command = suggest(path, PARSERS)
            if command:
                warn(f"`{path}` is no path; did you mean the command `dlint {command}`? It stands first")
            elif is_rule_selector(path):
                warn(f"`{path}` is a rule, not a path; write several rules with commas: --select {path},…")
        elif not is_dockerfile_name(os.path.basename(path)) and any(
            d.code == "SYN003" for d in reports[path].diagnostics
        ):
            warn(f"`{path}` is read as a Dockerfile because it was named; is it a template, or something else?")


def _finisher(plans: LintPlans) -> Callable[[Sequence[Report]], None]:
    """What completes reports: ShellCheck's findings, when it runs."""

    def finish(reports: Sequence[Report]) -> None:
        if plans.shellcheck and any(report.snippets for report in reports):
            from ..engine.shellcheck import add_shellcheck_findings

            trouble = add_shellcheck_findings(reports, plans.shellcheck)
            if trouble:
                warn(trouble)

    return finish


def _standard_input(name: str | None, job: LintJob) -> Report:
    from ...syntax.source import Source, SourceError

    shown = name or "<stdin>"
    try:
        source = Source.decode(check_size(read_standard_input()), shown)
    except SourceError as error:
        return Report(shown, [file_diagnostic(shown, str(error))], failed=True)
    return lint_source(source, job.plan, job.find_context)


def job_of_input(name: str | None, plans: LintPlans, wishes: Callable[[str], FixRequest] | None) -> LintJob:
    """The job for what comes on standard input; a name stands for a file, and its folder for a configuration."""
    path = name or "-"
    # An editor may ask about a file that is not saved yet: only what is there can be a context.
    there = name is not None and os.path.isdir(os.path.dirname(name) or ".")
    return LintJob(
        plans.of(path, [path]), plans.context_finder(path, [path]) if there else None, wishes(path) if wishes else None
    )
