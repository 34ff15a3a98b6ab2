"""`dlint check`: find the files, lint them, write what was found."""

from __future__ import annotations

import os
import sys

from .engine import Plan, Report, lint_file, lint_source, problem
from .select import UnknownRule, choose, split
from .status import BROKEN, CLEAN, FOUND

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

    from ..model.build import Build
    from ..model.context import Context
    from .diagnostic import Diagnostic


def check(arguments: argparse.Namespace) -> int:
    """Run `dlint check` and answer the exit status."""
    try:
        plan = Plan(choose(split(arguments.select), split(arguments.ignore)))
    except UnknownRule as error:
        sys.stderr.write(f"dlint: {error}\n")
        return BROKEN
    paths: list[str] = arguments.paths or ["."]
    if "-" in paths:
        if len(paths) > 1:
            sys.stderr.write("dlint: `-` reads standard input and takes no other path beside it\n")
            return BROKEN
        reports = [_standard_input(arguments.stdin_filename, plan)]
    else:
        reports = _files(paths, arguments.exclude, plan)
    return write(reports, arguments.format)


def _standard_input(name: str | None, plan: Plan) -> Report:
    from ..syntax.source import Source, SourceError

    shown = name or "<stdin>"
    try:
        source = Source.decode(sys.stdin.buffer.read(), shown)
    except SourceError as error:
        return Report(shown, [problem(shown, str(error))], failed=True)
    return lint_source(source, plan, finder(name, [os.path.dirname(name) or "."]) if name else None)


def _files(paths: Sequence[str], exclude: Sequence[str], plan: Plan) -> list[Report]:
    from .discover import discover
    from .parallel import lint_all
    from .progress import progress

    found = list(discover(paths, exclude=exclude))
    if not found:
        listed = ", ".join(f"`{path}`" for path in paths)
        sys.stderr.write(f"dlint: no Dockerfile below {listed}; name a file to lint it whatever it is called\n")
    reports = {f.path: Report(f.path, [problem(f.path, f.error)], failed=True) for f in found if f.error}
    todo = [f.path for f in found if not f.error]
    with progress(len(todo)) as advance:
        for report in lint_all(todo, lambda path: lint_file(path, plan, finder(path, paths)), advance):
            reports[report.file] = report
    return [reports[f.path] for f in found]


def finder(path: str, roots: Sequence[str]) -> Callable[[Build], Context | None]:
    """What finds the context of the Dockerfile at `path`; folders above those in `roots` are left alone."""

    def find(build: Build) -> Context | None:
        from .locate import locate

        return locate(path, build, roots)

    return find


def write(reports: Iterable[Report], wanted: str | None) -> int:
    """Write the reports in the wanted format and answer the exit status."""
    reports = list(reports)
    diagnostics: list[Diagnostic] = [d for report in reports for d in report.diagnostics]
    form = wanted or ("full" if sys.stdout.isatty() else "concise")
    if form == "json":
        from .output.json import render

        _put(render(diagnostics, len(reports)))
    elif form == "concise":
        from .output.concise import render as render_lines

        _put(render_lines(diagnostics))
    else:
        from .output.full import show

        show(diagnostics, len(reports))
    if any(report.failed for report in reports):
        return BROKEN
    return FOUND if diagnostics else CLEAN


def _put(text: str) -> None:
    """Write to standard output as UTF-8, whatever the locale says."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
