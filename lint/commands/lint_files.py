"""Find the files to lint, and lint them."""

from __future__ import annotations

import os
import sys

from ..engine.linter import (
    MAX_BYTES,
    check_size,
    file_diagnostic,
    lint_path,
    lint_source,
    read_error_message,
    run_guarded,
)
from ..engine.report import Report
from ..engine.time_limit import run_limited
from ..sources.invocations.index import is_bake, is_compose
from ..terminal.streams import inform, is_quiet, warn
from .shared_options import describe_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

    from ...syntax.source import Source
    from ..config.arguments import CheckArguments
    from ..engine.changed_since import ChangedFiles
    from ..engine.lint_plan import LintPlan
    from ..engine.planning import FindContext, LintPlans
    from ..sources.discovery import DiscoveredFile
    from .fix import FixRequest

    FixRequests = Callable[[str], FixRequest] | None
    Finish = Callable[[Sequence[Report]], None]


class LintJob:
    """How to lint a file: its plan, what finds its build context, and which fixes to apply.

    `inline`: the file is a compose or bake file with Dockerfiles in it; `roots`: the paths of the command line.
    """

    __slots__ = ("find_context", "fix_request", "inline", "plan", "roots")

    def __init__(
        self,
        plan: LintPlan,
        find_context: FindContext | None,
        fix_request: FixRequest | None,
        inline: bool = False,
        roots: Sequence[str] = (),
    ) -> None:
        self.roots = roots
        self.plan = plan
        self.find_context = find_context
        self.fix_request = fix_request
        self.inline = inline


def collect_reports(
    arguments: argparse.Namespace | CheckArguments,
    paths: Sequence[str],
    plans: LintPlans,
    fix_requests: FixRequests = None,
) -> list[Report]:
    """The reports of standard input (`-`) and of all files found in `paths`. Raises ConfigError and UnknownRule."""
    finish = _finisher(plans)
    reports: list[Report] = []
    if "-" in paths:
        name: str | None = arguments.stdin_filename
        reports.append(_lint_standard_input(name, job_of_input(name, plans, None)))
        finish(reports)
    files = [path for path in paths if path != "-"]
    if files:
        reports += _lint_files(arguments, files, plans, finish, fix_requests)
    return reports


def read_standard_input() -> bytes:
    """The bytes of standard input, at most one more than a Dockerfile may have. Raises SourceError."""
    from ...syntax.source import SourceError

    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - None if it was closed before the start
        raise SourceError("standard input is closed")
    if sys.stdin.isatty():
        inform("reading from standard input; press Ctrl-D to end")
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(read_error_message(error)) from None


def find_files(
    arguments: argparse.Namespace | CheckArguments, paths: Sequence[str], plans: LintPlans
) -> list[DiscoveredFile]:
    """The files in `paths` that `dlint check` lints, and paths that cannot be read. Raises ConfigError.

    Notes on standard error if there are none.
    """
    from ..sources.discovery import no_dockerfile_message

    build_files: list[str] = []
    found = discover_files(arguments, paths, plans, build_files)
    if build_files or any(map(_is_build_file, paths)):
        from ..engine.inline_dockerfiles import expand_build_definitions

        found = expand_build_definitions(found, build_files, plans, paths)
    if not found:
        inform(no_dockerfile_message(paths))
    if any(plans.config(file.path).get("force-exclude") for file in found):
        return [file for file in found if file.error or not plans.is_excluded(file.path)]
    return found


def discover_files(
    arguments: argparse.Namespace | CheckArguments,
    paths: Sequence[str],
    plans: LintPlans,
    build_files: list[str] | None = None,
) -> list[DiscoveredFile]:
    """The files that `discover` finds with the options of the command line. Notes which were left out."""
    from ..sources.discovery import discover, left_out_message

    left_out: list[str] = []
    found = list(
        discover(paths, exclude=arguments.exclude, excluded=plans.excluded, build_files=build_files, left_out=left_out)
    )
    if left_out:
        inform(left_out_message(left_out))
    return found


def _is_build_file(path: str) -> bool:
    """Whether the name is that of a compose or bake file."""
    name = os.path.basename(path)
    return is_compose(name) or is_bake(name)


def _lint_files(
    arguments: argparse.Namespace | CheckArguments,
    paths: Sequence[str],
    plans: LintPlans,
    finish: Finish,
    fix_requests: FixRequests,
) -> list[Report]:
    from ..engine.parallel import lint_all
    from ..terminal.progress import ProgressBar

    found = find_files(arguments, paths, plans)
    changed = _changed_files(arguments) if found else None
    if changed is not None:
        found = [file for file in found if file.error or file.path in changed]
    reports = {f.path: Report(f.path, [file_diagnostic(f.path, f.error)], failed=True) for f in found if f.error}
    readable = [file.path for file in found if not file.error]
    describe_files(readable, paths, plans)
    # All plans are made before any file is linted, because a configuration may be invalid.
    jobs: dict[str, LintJob] = {}
    for path in readable:
        report = _plan_job(path, paths, plans, fix_requests, jobs)
        if report.failed:
            reports[path] = report
    planned = list(jobs)

    def work(path: str) -> Report:
        return run_guarded(path, lambda: _run_job(path, jobs[path], plans, finish))

    with ProgressBar(len(planned)) as advance:
        for report in lint_all(planned, work, advance, finish):
            reports[report.file] = report
    if changed is not None:
        for path, job in jobs.items():
            changed.remove_known_findings(reports[path], _old_text_linter(job, plans, finish))
    _hint_at_paths(paths, found, reports)
    _hint_at_shellcheck([path for path in planned if not reports[path].failed], plans)
    return [reports[file.path] for file in found]


def _changed_files(arguments: argparse.Namespace | CheckArguments) -> ChangedFiles | None:
    """The files that differ from the revision of `--changed-since`. Raises ConfigError."""
    if not arguments.changed_since:
        return None
    from ..engine.changed_since import ChangedFiles

    return ChangedFiles(arguments.changed_since)


def _plan_job(
    path: str, roots: Sequence[str], plans: LintPlans, fix_requests: FixRequests, jobs: dict[str, LintJob]
) -> Report:
    """Add the job for a file to `jobs`; the report tells why there is none. Raises ConfigError and UnknownRule."""

    def plan() -> Report:
        jobs[path] = run_limited(plans.timeout(plans.config(path)), lambda: _job(path, roots, plans, fix_requests))
        return Report(path, [], failed=False)

    return run_guarded(path, plan)


def _job(path: str, roots: Sequence[str], plans: LintPlans, fix_requests: FixRequests) -> LintJob:
    fix_request = fix_requests(path) if fix_requests else None
    return LintJob(plans.of(path, roots), plans.context_finder(path, roots), fix_request, _is_build_file(path), roots)


def _run_job(path: str, job: LintJob, plans: LintPlans, finish: Finish) -> Report:
    """Lint the file at `path`, and fix it if that is requested."""
    if job.inline:
        from ..engine.inline_dockerfiles import lint_inline

        return lint_inline(path, plans, finish, job.roots)
    if job.fix_request is None:
        return lint_path(path, job.plan, job.find_context)
    from .fix import fix_file

    return fix_file(path, job.plan, job.find_context, job.fix_request)


def _old_text_linter(job: LintJob, plans: LintPlans, finish: Finish) -> Callable[[Source], Report]:
    """A function that lints an earlier text of the file of `job`."""

    def lint(source: Source) -> Report:
        if job.inline:
            from ..engine.inline_dockerfiles import lint_inline_text

            return lint_inline_text(source, plans, finish, job.roots)
        report = lint_source(source, job.plan, job.find_context)
        finish([report])
        return report

    return lint


def _hint_at_paths(paths: Sequence[str], found: Sequence[DiscoveredFile], reports: dict[str, Report]) -> None:
    """Note paths that are rules, and files that are not Dockerfiles."""
    from ..sources.discovery import is_dockerfile_name

    for path in (file.path for file in found if file.path in paths):
        if not os.path.lexists(path):
            from ..config.selection import is_rule_selector

            if is_rule_selector(path):
                warn(f"`{path}` is a rule, not a path; separate rules with commas: `--select RULE,{path}`")
        elif not is_dockerfile_name(os.path.basename(path)) and any(
            d.code == "SYN003" for d in reports[path].diagnostics
        ):
            inform(f"`{path}` was passed explicitly and parsed as a Dockerfile, but it may not be one")


def _hint_at_shellcheck(paths: Iterable[str], plans: LintPlans) -> None:
    """Note that ShellCheck is not installed if it would check a command in one of the files."""
    if is_quiet() or plans.shellcheck != "":
        return
    from ..engine.shellcheck import SHELLCHECK_HINT

    # A pipe cannot be read a second time, and a build file holds no commands.
    files = (path for path in paths if os.path.isfile(path) and not _is_build_file(path))
    if any(plans.lacks_shellcheck(path) and _has_shell_command(path) for path in files):
        inform(SHELLCHECK_HINT)


def _has_shell_command(path: str) -> bool:
    """Whether the file has a RUN in shell form."""
    from ...syntax.parser import parse
    from ...syntax.source import SourceError
    from ...syntax.tree import Run
    from ..engine.linter import read_source

    try:
        instructions = parse(read_source(path)).instructions
    except SourceError:
        return False
    nodes = (each.trigger or each for each in instructions)
    return any(isinstance(node, Run) and not node.json for node in nodes)


def _finisher(plans: LintPlans) -> Finish:
    """A function that adds ShellCheck's findings to reports."""

    def finish(reports: Sequence[Report]) -> None:
        if plans.shellcheck and any(report.snippets for report in reports):
            from ..engine.shellcheck import add_shellcheck_findings

            trouble = add_shellcheck_findings(reports, plans.shellcheck)
            if trouble:
                warn(trouble)

    return finish


def _lint_standard_input(name: str | None, job: LintJob) -> Report:
    from ...syntax.source import Source, SourceError

    shown = name or "<stdin>"
    try:
        source = Source.decode(check_size(read_standard_input()), shown)
    except SourceError as error:
        return Report(shown, [file_diagnostic(shown, str(error))], failed=True)
    return lint_source(source, job.plan, job.find_context)


def job_of_input(name: str | None, plans: LintPlans, fix_requests: FixRequests) -> LintJob:
    """The job for standard input; `name` selects the configuration and the build context as for a file."""
    path = name or "-"
    # An editor may pass the name of a file that is not saved yet, in a directory that does not exist.
    has_directory = name is not None and os.path.isdir(os.path.dirname(name) or ".")
    return LintJob(
        plans.of(path, [path]),
        plans.context_finder(path, [path]) if has_directory else None,
        fix_requests(path) if fix_requests else None,
    )
