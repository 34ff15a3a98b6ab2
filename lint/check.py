"""`dlint check`: find the files, lint them, write what was found."""

from __future__ import annotations

import os
import sys

from .checks import on_request
from .diagnostic import fixable
from .engine import MAX_BYTES, Plan, Report, limited, lint_file, lint_source, problem, unreadable
from .output import note, put
from .profiles import profile
from .select import UnknownRule, asks_for_hadolint, choose, normal, shell_codes, split
from .settings import BadSetting, settings
from .status import BROKEN, CLEAN, FOUND

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from ..model.build import Build
    from ..model.context import Context
    from .discover import Found
    from .fix import Wish
    from .quick import Arguments


def check(arguments: argparse.Namespace | Arguments) -> int:
    """Run `dlint check` and answer the exit status."""
    try:
        select, ignore = split(arguments.select), split(arguments.ignore)
        chosen = profile(arguments.profile) if arguments.profile else None
        rules = choose(select, ignore, note, chosen.codes if chosen else None)
        shell = _shellcheck(select, ignore, chosen is None or chosen.shell)
        wanted = shell[1] if shell else None
        options = settings(arguments.config)
        if asks_for_hadolint(select) or (chosen is not None and chosen.pedantic):
            options.setdefault("pedantic", True)
        plan = Plan(rules, on_request(select, ignore), wanted, options, chosen)
        wish = _wish(arguments)
    except (UnknownRule, BadSetting) as error:
        note(str(error))
        return BROKEN
    name: str | None = arguments.stdin_filename
    paths: list[str] = arguments.paths or ["." if name is None else "-"]
    if not _somewhere(paths, arguments.exclude):
        note("the current folder does not exist any more; change to one that does")
        return BROKEN
    if name is not None and "-" not in paths:
        note("--stdin-filename is the name of `-`, and there is no `-` among the paths")
    finish = _finisher(shell)
    if wish is not None and "-" in paths:
        if len(paths) > 1:
            note("with --fix or --diff, `-` goes alone: its fixed text is written to standard output")
            return BROKEN
        return _fixed_standard_input(name, plan, wish)
    reports = [_standard_input(name, plan)] if "-" in paths else []
    finish(reports)
    files = [path for path in paths if path != "-"]
    if files:
        reports += _files(files, arguments.exclude, plan, finish, wish)
    if wish is not None:
        from .fix import tell

        tell(reports, wish)
        if wish.diff or wish.only:
            return _differences(reports, wish)
    return write(reports, arguments.format)


def _wish(arguments: argparse.Namespace | Arguments) -> Wish | None:
    """What is to be fixed; None when nothing is. Raises UnknownRule."""
    if not (arguments.fix or arguments.diff or arguments.fix_only):
        if arguments.unsafe_fixes:
            note("--unsafe-fixes says how far --fix and --diff go; alone it changes nothing")
        return None
    from .fix import Wish

    return Wish(
        unsafe=arguments.unsafe_fixes,
        diff=arguments.diff,
        only=arguments.fix_only,
        fixable=split(arguments.fixable),
        unfixable=split(arguments.unfixable),
    )


def _differences(reports: Sequence[Report], wish: Wish) -> int:
    """Write the differences instead of findings, and what could not be done; the exit status."""
    failed = [report for report in reports if report.failed]
    for report in failed:
        for d in (d for d in report.diagnostics if d.code.startswith(("SYN001", "SYN002"))):
            note(f"{report.file}: {d.message}")
    if wish.diff:
        from .fix import show_diff

        show_diff(reports, sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    if failed:
        return BROKEN
    return FOUND if wish.diff and any(report.diff for report in reports) else CLEAN


def _shellcheck(select: Sequence[str], ignore: Sequence[str], usual: bool) -> tuple[str, Callable[[str], bool]] | None:
    """Where ShellCheck is and which codes are wanted; None when it is missing (who waits for it is told) or off."""
    wanted = shell_codes(select, ignore, usual)
    if wanted is None:
        return None
    from .shellcheck import HINT, program

    path = program()
    if not path:
        asked = any(normal(selector).startswith(("sc", "shellcheck")) for selector in select)
        if asked or (sys.stderr is not None and sys.stderr.isatty()):  # pyright: ignore[reportUnnecessaryComparison]
            note(HINT)
        return None
    return path, wanted


def _finisher(shell: tuple[str, Callable[[str], bool]] | None) -> Callable[[Sequence[Report]], None]:
    """What completes reports: ShellCheck's findings, when it runs."""

    def finish(reports: Sequence[Report]) -> None:
        if shell is not None and any(report.snippets for report in reports):
            from .shellcheck import add_findings

            trouble = add_findings(reports, *shell)
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


def _standard_input(name: str | None, plan: Plan) -> Report:
    from ..syntax.source import Source, SourceError

    shown = name or "<stdin>"
    try:
        source = Source.decode(limited(read_standard_input()), shown)
    except SourceError as error:
        return Report(shown, [problem(shown, str(error))], failed=True)
    return lint_source(source, plan, _finder_of_input(name))


def _finder_of_input(name: str | None) -> Callable[[Build], Context | None] | None:
    # An editor may ask about a file that is not saved yet: only what is there can be a context.
    there = name is not None and os.path.isdir(os.path.dirname(name) or ".")
    return finder(name, [name]) if name is not None and there else None


def _fixed_standard_input(name: str | None, plan: Plan, wish: Wish) -> int:
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
    report, repaired = fix_source(source, plan, _finder_of_input(name), wish)
    tell([report], wish)
    if wish.diff:
        show_diff([report], sys.stdout.isatty() and "NO_COLOR" not in os.environ)
        return BROKEN if report.failed else FOUND if report.diff else CLEAN
    put_raw(repaired.text)
    if not wish.only:
        for d in report.diagnostics:
            note(f"{d.file}:{d.start[0]}:{d.start[1]}: {d.code} {d.severity}: {d.message} ({d.name})")
    return BROKEN if report.failed else FOUND if report.diagnostics and not wish.only else CLEAN


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
    paths: Sequence[str],
    exclude: Sequence[str],
    plan: Plan,
    finish: Callable[[Sequence[Report]], None],
    wish: Wish | None,
) -> list[Report]:
    from .discover import discover
    from .parallel import lint_all
    from .progress import progress

    found = list(discover(paths, exclude=exclude))
    if not found:
        listed = ", ".join(f"`{path}`" for path in paths)
        note(f"no Dockerfile below {listed}; name a file to lint it whatever it is called")
    reports = {f.path: Report(f.path, [problem(f.path, f.error)], failed=True) for f in found if f.error}
    todo = [f.path for f in found if not f.error]

    def work(path: str) -> Report:
        if wish is None:
            return lint_file(path, plan, finder(path, paths))
        from .fix import fix_file

        return fix_file(path, plan, finder(path, paths), wish)

    with progress(len(todo)) as advance:
        for report in lint_all(todo, work, advance, finish):
            reports[report.file] = report
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


def finder(path: str, roots: Sequence[str]) -> Callable[[Build], Context | None]:
    """What finds the context of the Dockerfile at `path`; folders above those in `roots` are left alone."""

    def find(build: Build) -> Context | None:
        from .locate import locate

        return locate(path, build, roots)

    return find


def write(reports: Sequence[Report], wanted: str | None) -> int:
    """Write the reports in the wanted format and answer the exit status."""
    diagnostics = [d for report in reports for d in report.diagnostics]
    form = wanted or ("full" if sys.stdout.isatty() else "concise")
    if form == "json":
        from .output.json import render

        put(render(diagnostics, len(reports)))
    elif form == "concise":
        from .output.concise import render as render_lines

        put(render_lines(diagnostics))
        repairable = fixable(diagnostics)
        if repairable:
            note(repairable)
    else:
        from .output.full import render as render_frames

        for part in render_frames(diagnostics, len(reports)):
            put(part)
    if any(report.failed for report in reports):
        return BROKEN
    return FOUND if diagnostics else CLEAN
