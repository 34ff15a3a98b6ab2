"""`dlint check --fix` and `--diff`: fix files, and report which fixes were applied."""

from __future__ import annotations

from ...fixers.edits.edit import DISPLAY, SAFE
from ...fixers.repair import apply_fixes
from ...fixers.write import WriteError, replace_file
from ...syntax.source import Source, SourceError
from ..config.selection import matching_rules
from ..engine.linter import file_diagnostic, lint_source, read_source
from ..engine.report import Report
from ..engine.time_limit import run_limited
from ..output.summary import counted
from ..terminal.colors import stdout_has_colors
from ..terminal.streams import inform, printable, warn, write_stdout, write_stdout_raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from ...fixers.gate import FixableFinding
    from ...fixers.repair import FixResult
    from ...model.build import Build
    from ...model.context import Context
    from ..engine.diagnostic import Diagnostic
    from ..engine.lint_plan import LintPlan

    FindContext = Callable[[Build], Context | None] | None


_PASSES = 3
"""A text is linted about as often while it is fixed: before, in a pass, and after the last one."""


class FixRequest:
    """Which fixes to apply (`unsafe`, `fixable`, `unfixable`), and whether to write files or only the diff."""

    __slots__ = ("diff", "fix_only", "fixable", "unfixable", "unsafe")

    def __init__(
        self, *, unsafe: bool, diff: bool, fix_only: bool, fixable: Sequence[str] = (), unfixable: Sequence[str] = ()
    ) -> None:
        """`fixable` and `unfixable` are rule selectors. Raises UnknownRule."""
        self.unsafe = unsafe
        self.diff = diff
        self.fix_only = fix_only
        self.fixable: Collection[str] | None = _codes(fixable) if fixable else None
        self.unfixable: Collection[str] = _codes(unfixable)

    def wants(self, d: FixableFinding) -> bool:
        """Whether to apply the fix of a finding."""
        fix = d.fix
        if fix is None or fix.safety == DISPLAY or (fix.safety != SAFE and not self.unsafe):
            return False
        return d.code not in self.unfixable and (self.fixable is None or d.code in self.fixable)


def _codes(selectors: Iterable[str]) -> frozenset[str]:
    return frozenset(rule.code for selector in selectors for rule in matching_rules(selector))


def fix_file(path: str, plan: LintPlan, find_context: FindContext, request: FixRequest) -> Report:
    """Lint and fix the file at `path`. The report holds the remaining findings and the applied fixes."""
    try:
        source = read_source(path)
    except SourceError as error:
        return Report(path, [file_diagnostic(path, str(error))], failed=True)
    report, repaired = fix_source(source, plan, find_context, request)
    if repaired.text == source.text or request.diff:
        return report
    try:
        replace_file(path, source.encode(), Source(repaired.text).encode())
    except WriteError as error:
        report = lint_source(source, plan, _cached(find_context))
        not_written = file_diagnostic(path, f"the file was not fixed: {error}")
        return Report(path, [not_written, *report.diagnostics], failed=True, snippets=report.snippets)
    return report


def fix_source(
    source: Source, plan: LintPlan, find_context: FindContext, request: FixRequest
) -> tuple[Report, FixResult]:
    """Fix a text: the report on the fixed text, with the applied fixes, and the result of fixing.

    Raises TimeLimitExceeded.
    """
    return run_limited(_PASSES * plan.timeout, lambda: _fix(source, plan, find_context, request))


def _fix(source: Source, plan: LintPlan, find_context: FindContext, request: FixRequest) -> tuple[Report, FixResult]:
    find_once = _cached(find_context)
    reports: dict[str, Report] = {}

    def find(text: str) -> Sequence[Diagnostic]:
        report = reports[text] = lint_source(Source(text, source.name), plan, find_once)
        return report.diagnostics

    repaired = apply_fixes(source.text, find, request.wants)
    fixed = [(d.code, d.start[0], d.fix.title) for d in repaired.fixed if d.fix is not None]
    rejected = [(refusal.code, refusal.line, refusal.reason) for refusal in repaired.rejected]
    diff = ""
    if request.diff and repaired.text != source.text:
        from ..output.diff import file_diff

        diff = file_diff(source.name, source.text, repaired.text)
    return reports[repaired.text].with_fixes(fixed, rejected, diff), repaired


def _cached(find_context: FindContext) -> FindContext:
    """Find the context once, however often the text is linted: fixes do not change its files."""
    if find_context is None:
        return None
    found: list[Context | None] = []

    def find(build: Build) -> Context | None:
        if not found:
            found.append(find_context(build))
        return found[0]

    return find


def report_rejected_fixes(reports: Sequence[Report]) -> None:
    """Warn of each fix that was not applied, with the reason."""
    for report in reports:
        for code, line, reason in report.rejected:
            inform(f"{report.file}:{line}: the fix for {code} was skipped: {reason}")


def write_applied_fixes(reports: Sequence[Report], *, to_stdout: bool) -> None:
    """List each applied fix; to standard error if standard output has to be parsed."""
    for report in reports:
        for code, line, title in report.fixed:
            text = f"{report.file}:{line}: fixed {code}: {title}"
            if to_stdout:
                write_stdout(f"{printable(text)}\n")
            else:
                warn(text)


def report_fixes(reports: Sequence[Report], diff: bool) -> None:
    """Write how many findings were fixed, or would be (`diff`), to standard error."""
    total = sum(len(report.fixed) for report in reports)
    files = sum(1 for report in reports if report.fixed)
    if total:
        done = "would fix" if diff else "fixed"
        inform(f"{done} {counted(total, 'finding')} in {counted(files, 'file')}")


def write_fix_diffs(reports: Sequence[Report]) -> None:
    """Write the diffs of all files to standard output."""
    colors = stdout_has_colors()
    for report in reports:
        if report.diff and colors:
            from ..output.diff import colored_diff

            write_stdout(colored_diff(report.diff))
        elif report.diff:
            write_stdout_raw(report.diff)
