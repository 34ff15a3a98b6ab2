"""`dlint check --fix` and `--diff`: repair files, and say what was done."""

from __future__ import annotations

from ...fixers.edits.edit import DISPLAY, SAFE
from ...fixers.repair import apply_fixes
from ...fixers.write import WriteError, replace_file
from ...syntax.source import Source, SourceError
from ..config.selection import matching_rules
from ..engine.linter import file_diagnostic, lint_source, read_source
from ..engine.report import Report
from ..terminal.streams import warn, write_stdout, write_stdout_raw

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


class FixRequest:
    """What is to be fixed: which fixes, and whether files are written, or only the difference shown."""

    __slots__ = ("diff", "fix_only", "fixable", "unfixable", "unsafe")

    def __init__(
        self, *, unsafe: bool, diff: bool, fix_only: bool, fixable: Sequence[str] = (), unfixable: Sequence[str] = ()
    ) -> None:
        """`fixable` and `unfixable` are selectors of rules. Raises UnknownRule."""
        self.unsafe = unsafe
        self.diff = diff
        self.fix_only = fix_only
        self.fixable: Collection[str] | None = _codes(fixable) if fixable else None
        self.unfixable: Collection[str] = _codes(unfixable)

    def wants(self, d: FixableFinding) -> bool:
        """Whether the fix of a finding is to be applied."""
        fix = d.fix
        if fix is None or fix.safety == DISPLAY or (fix.safety != SAFE and not self.unsafe):
            return False
        return d.code not in self.unfixable and (self.fixable is None or d.code in self.fixable)


def _codes(selectors: Iterable[str]) -> frozenset[str]:
    return frozenset(rule.code for selector in selectors for rule in matching_rules(selector))


def fix_file(path: str, plan: LintPlan, find_context: FindContext, wish: FixRequest) -> Report:
    """Lint and repair the file at `path`. What is still wrong is in the report, and what was done."""
    try:
        source = read_source(path)
    except SourceError as error:
        return Report(path, [file_diagnostic(path, str(error))], failed=True)
    report, repaired = fix_source(source, plan, find_context, wish)
    if repaired.text == source.text or wish.diff:
        return report
    try:
        replace_file(path, source.encode(), Source(repaired.text).encode())
    except WriteError as error:
        report = lint_source(source, plan, _once(find_context))
        not_written = file_diagnostic(path, f"the file was not fixed: {error}")
        return Report(path, [not_written, *report.diagnostics], failed=True, snippets=report.snippets)
    return report


def fix_source(source: Source, plan: LintPlan, find_context: FindContext, wish: FixRequest) -> tuple[Report, FixResult]:
    """Repair a text: the report on the repaired text with what was done, and the repaired text."""
    find_once = _once(find_context)
    reports: dict[str, Report] = {}

    def find(text: str) -> Sequence[Diagnostic]:
        report = reports[text] = lint_source(Source(text, source.name), plan, find_once)
        return report.diagnostics

    repaired = apply_fixes(source.text, find, wish.wants)
    rejected = [(refusal.code, refusal.line, refusal.reason) for refusal in repaired.rejected]
    diff = ""
    if wish.diff and repaired.text != source.text:
        from ..output.diff import file_diff

        diff = file_diff(source.name, source.text, repaired.text)
    return reports[repaired.text].with_fixes(repaired.applied, rejected, diff), repaired


def _once(find_context: FindContext) -> FindContext:
    """The context is looked for once, however often the file is linted: fixes leave its files alone."""
    if find_context is None:
        return None
    found: list[Context | None] = []

    def find(build: Build) -> Context | None:
        if not found:
            found.append(find_context(build))
        return found[0]

    return find


def report_fixes(reports: Sequence[Report], diff: bool) -> None:
    """Say what was fixed and what was not, and why; with `diff` nothing was written."""
    for report in reports:
        for code, line, reason in report.rejected:
            warn(f"{report.file}:{line}: the fix of {code} was left out: {reason}")
    total = sum(len(report.fixed) for report in reports)
    files = sum(1 for report in reports if report.fixed)
    if total and not diff:
        warn(f"fixed {total} finding{'' if total == 1 else 's'} in {files} file{'' if files == 1 else 's'}")


def write_fix_diffs(reports: Sequence[Report], terminal: bool) -> None:
    """Write the differences that the fixes make."""
    for report in reports:
        if report.diff and terminal:
            from ..output.diff import colored_diff

            write_stdout(colored_diff(report.diff))
        elif report.diff:
            write_stdout_raw(report.diff)
