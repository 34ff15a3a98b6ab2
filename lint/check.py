"""`dlint check`: find the files, lint them, write what was found."""

from __future__ import annotations

import os
import sys

from ..rules.base import LEVELS, STYLE
from .config import BadConfiguration
from .diagnostic import fixable
from .engine import MAX_BYTES, Report, limited, lint_file, lint_source, problem, unreadable
from .invocations import is_bake, is_compose
from .output import note, put
from .plans import Plans, configurations
from .select import UnknownRule
from .status import BROKEN, CLEAN, FOUND

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from ..syntax.source import Source
    from .discover import Found
    from .engine import Plan
    from .fix import Wish
    from .plans import FindContext
    from .quick import Arguments


MISTAKES = (UnknownRule, BadConfiguration)
"""What is wrong with options and configurations; the message says all."""


_PLAIN = frozenset(("concise", "grouped"))
"""Formats without the addresses of pages."""


class Job:
    """What a file is linted with: its plan, what finds its build context, and what is to be fixed in it.

    `inline` tells that it is a compose or bake file with Dockerfiles in it.
    """

    __slots__ = ("find", "inline", "plan", "wish")

    def __init__(self, plan: Plan, find: FindContext | None, wish: Wish | None) -> None:
        self.plan = plan
        self.find = find
        self.wish = wish
        self.inline = False


def check(arguments: argparse.Namespace | Arguments) -> int:
    """Run `dlint check` and answer the exit status."""
    name: str | None = arguments.stdin_filename
    paths: list[str] = arguments.paths or ["." if name is None else "-"]
    if not _somewhere(paths, arguments.exclude):
        note("the current folder does not exist any more; change to one that does")
        return BROKEN
    if arguments.add_ignore and "-" in paths:
        note("--add-ignore writes into files; standard input is none")
        return BROKEN
    if name is not None and "-" not in paths:
        note("--stdin-filename is the name of `-`, and there is no `-` among the paths")
    try:
        plans = Plans(configurations(arguments))
        wishes = _wishes(arguments, plans)
        if wishes is not None and "-" in paths:
            if len(paths) > 1:
                note("with --fix or --diff, `-` goes alone: its fixed text is written to standard output")
                return BROKEN
            job = _job_of_input(name, plans, wishes)
            return _fixed_standard_input(name, job, plans)
        return _lint(arguments, paths, plans, wishes)
    except MISTAKES as error:
        note(str(error))
        return BROKEN


def _lint(
    arguments: argparse.Namespace | Arguments,
    paths: Sequence[str],
    plans: Plans,
    wishes: Callable[[str], Wish] | None,
) -> int:
    outputs = _outputs(arguments.output)
    current = os.path.join(".", "")
    plans.of(current)  # tells wrong words of the command line also where there is no file
    here = plans.config(current)
    if here.get("color") is False:
        os.environ["NO_COLOR"] = "1"
    reports = collect(arguments, paths, plans, wishes)
    if arguments.baseline or here.get("baseline"):
        from .baseline_command import quiet

        quiet(reports, here.path("baseline"))
    if arguments.add_ignore:
        from .add_ignore import add_ignores

        add_ignores(reports)
    if wishes is not None:
        from .fix import tell

        tell(reports, arguments.diff)
        if arguments.diff or arguments.fix_only:
            return _differences(reports, arguments.diff)
    form: str | None = here.get("format")
    if outputs or (form not in _PLAIN and (form or sys.stdout.isatty())):
        from .links import give

        give(reports, plans)
    if arguments.statistics:
        from .output.statistics import render

        put(render([d for report in reports for d in report.diagnostics], len(reports), form or ""))
    else:
        write(reports, form)
    if outputs:
        from .output.forms import write_outputs

        write_outputs(outputs, [d for report in reports for d in report.diagnostics], len(reports))
    return status(reports, plans)


def collect(
    arguments: argparse.Namespace | Arguments,
    paths: Sequence[str],
    plans: Plans,
    wishes: Callable[[str], Wish] | None = None,
) -> list[Report]:
    """The reports of standard input and of all files that the paths stand for."""
    finish = _finisher(plans)
    reports: list[Report] = []
    if "-" in paths:
        name: str | None = arguments.stdin_filename
        reports.append(_standard_input(name, _job_of_input(name, plans, None)))
        finish(reports)
    files = [path for path in paths if path != "-"]
    if files:
        reports += _files(arguments, files, plans, finish, wishes)
    return reports


def _outputs(values: Sequence[str]) -> list[tuple[str, str]]:
    """Format and file of each `--output`. Raises OutputError."""
    if not values:
        return []
    from .output.forms import parse_outputs

    return parse_outputs(values)


def _wishes(arguments: argparse.Namespace | Arguments, plans: Plans) -> Callable[[str], Wish] | None:
    """What tells for a path what is to be fixed in it; None when nothing is."""
    if not (arguments.fix or arguments.diff or arguments.fix_only):
        if arguments.unsafe_fixes:
            note("--unsafe-fixes says how far --fix and --diff go; alone it changes nothing")
        return None
    from .fix import Wish

    known: dict[int, Wish] = {}

    def wish(path: str) -> Wish:
        config = plans.config(path)
        if id(config) not in known:
            known[id(config)] = Wish(
                unsafe=config.get("unsafe-fixes", False),
                diff=arguments.diff,
                only=arguments.fix_only,
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
            note(f"{report.file}: {d.message}")
    if diff:
        from .fix import show_diff

        show_diff(reports, sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    if failed:
        return BROKEN
    return FOUND if diff and any(report.diff for report in reports) else CLEAN


def _finisher(plans: Plans) -> Callable[[Sequence[Report]], None]:
    """What completes reports: ShellCheck's findings, when it runs."""

    def finish(reports: Sequence[Report]) -> None:
        if plans.shellcheck and any(report.snippets for report in reports):
            from .shellcheck import add_findings

            trouble = add_findings(reports, plans.shellcheck)
            if trouble:
                note(trouble)

    return finish


def _somewhere(paths: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether the paths mean something where this process stands; a deleted folder is left for the root."""
    try:
        os.getcwd()
    except OSError:
        if exclude or not all(path == "-" or os.path.isabs(path) for path in paths):
            return False
        os.chdir(os.sep)
    return True


def _standard_input(name: str | None, job: Job) -> Report:
    from ..syntax.source import Source, SourceError

    shown = name or "<stdin>"
    try:
        source = Source.decode(limited(read_standard_input()), shown)
    except SourceError as error:
        return Report(shown, [problem(shown, str(error))], failed=True)
    return lint_source(source, job.plan, job.find)


def _job_of_input(name: str | None, plans: Plans, wishes: Callable[[str], Wish] | None) -> Job:
    """The job for what comes on standard input; a name stands for a file, and its folder for a configuration."""
    path = name or "-"
    # An editor may ask about a file that is not saved yet: only what is there can be a context.
    there = name is not None and os.path.isdir(os.path.dirname(name) or ".")
    return Job(plans.of(path, [path]), plans.finder(path, [path]) if there else None, wishes(path) if wishes else None)


def _fixed_standard_input(name: str | None, job: Job, plans: Plans) -> int:
    """Write the fixed text, or the difference, to standard output and what is still wrong to standard error."""
    from ..syntax.source import Source, SourceError
    from .fix import fix_source, show_diff, tell
    from .output import put_raw

    shown = name or "<stdin>"
    try:
        source = Source.decode(limited(read_standard_input()), shown)
    except SourceError as error:
        note(f"{shown}: {error}")
        return BROKEN
    assert job.wish is not None
    wish = job.wish
    report, repaired = fix_source(source, job.plan, job.find, wish)
    tell([report], wish.diff)
    if wish.diff:
        show_diff([report], sys.stdout.isatty() and "NO_COLOR" not in os.environ)
        return BROKEN if report.failed else FOUND if report.diff else CLEAN
    put_raw(repaired.text)
    if not wish.only:
        for d in report.diagnostics:
            note(f"{d.file}:{d.start[0]}:{d.start[1]}: {d.code} {d.severity}: {d.message} ({d.name})")
    return BROKEN if report.failed else CLEAN if wish.only else status([report], plans)


def read_standard_input() -> bytes:
    """What comes on standard input, little more than a Dockerfile may have; raises SourceError."""
    from ..syntax.source import SourceError

    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - so it is when it was closed
        raise SourceError("standard input is closed")
    if sys.stdin.isatty():
        note("reading standard input; Ctrl-D ends it")
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(unreadable(error)) from None


def _files(
    arguments: argparse.Namespace | Arguments,
    paths: Sequence[str],
    plans: Plans,
    finish: Callable[[Sequence[Report]], None],
    wishes: Callable[[str], Wish] | None,
) -> list[Report]:
    from .discover import discover, no_dockerfile
    from .parallel import lint_all
    from .progress import progress

    builders: list[str] = []
    found = list(discover(paths, exclude=arguments.exclude, excluded=plans.excluded, builders=builders))
    if builders or any(is_bake(os.path.basename(p)) or is_compose(os.path.basename(p)) for p in paths):
        from .inline import expand

        found = expand(found, builders, plans, paths)
    if any(plans.config(f.path).get("force-exclude") for f in found):
        left = [f for f in found if f.error or not plans.leaves_out(f.path)]
        if found and not left:
            return []
        found = left
    changed = None
    if arguments.changed_since and found:
        from .changed import Changed

        changed = Changed(arguments.changed_since)
        found = [f for f in found if f.error or f.path in changed]
    elif not found:
        note(no_dockerfile(paths))
    reports = {f.path: Report(f.path, [problem(f.path, f.error)], failed=True) for f in found if f.error}
    todo = [f.path for f in found if not f.error]
    # Before any file is linted: a configuration may be wrong.
    jobs = {
        path: Job(plans.of(path, paths), plans.finder(path, paths), wishes(path) if wishes else None) for path in todo
    }

    for path, job in jobs.items():
        job.inline = is_compose(os.path.basename(path)) or is_bake(os.path.basename(path))

    def work(path: str) -> Report:
        job = jobs[path]
        if job.inline:
            from .inline import lint_inline

            return lint_inline(path, plans, finish)
        if job.wish is None:
            return lint_file(path, job.plan, job.find)
        from .fix import fix_file

        return fix_file(path, job.plan, job.find, job.wish)

    with progress(len(todo)) as advance:
        for report in lint_all(todo, work, advance, finish):
            reports[report.file] = report
    if changed is not None:
        for path, job in jobs.items():

            def lint(source: Source, job: Job = job) -> Report:
                if job.inline:
                    from .inline import lint_text

                    return lint_text(source, plans, finish)
                report = lint_source(source, job.plan, job.find)
                finish([report])
                return report

            changed.quiet(reports[path], lint)
    _remark(paths, found, reports)
    return [reports[f.path] for f in found]


def _remark(paths: Sequence[str], found: Sequence[Found], reports: dict[str, Report]) -> None:
    """Say what the user may have meant by a path that is none, or by a file that is no Dockerfile."""
    from .discover import is_dockerfile_name

    for path in (f.path for f in found if f.path in paths):
        if not os.path.lexists(path):
            from ..syntax.check import suggest
            from .options import PARSERS
            from .select import is_rule

            command = suggest(path, PARSERS)
            if command:
                note(f"`{path}` is no path; did you mean the command `dlint {command}`? It stands first")
            elif is_rule(path):
                note(f"`{path}` is a rule, not a path; write several rules with commas: --select {path},…")
        elif not is_dockerfile_name(os.path.basename(path)) and any(
            d.code == "SYN003" for d in reports[path].diagnostics
        ):
            note(f"`{path}` is read as a Dockerfile because it was named; is it a template, or something else?")


def write(reports: Sequence[Report], wanted: str | None) -> None:
    """Write the reports in the wanted format."""
    diagnostics = [d for report in reports for d in report.diagnostics]
    form = wanted or ("full" if sys.stdout.isatty() else "concise")
    if form == "concise":
        from .output.concise import render as render_lines

        put(render_lines(diagnostics))
        repairable = fixable(diagnostics)
        if repairable:
            note(repairable)
    elif form == "full":
        from .output.full import render as render_frames

        for part in render_frames(diagnostics, len(reports)):
            put(part)
    else:
        from .output.forms import rendered

        put(rendered(form, diagnostics, len(reports)))


def status(reports: Sequence[Report], plans: Plans) -> int:
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
