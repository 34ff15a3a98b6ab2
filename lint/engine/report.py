"""The result of linting one file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .diagnostic import Diagnostic
    from .shellcheck_snippet import Snippet


class Report:
    """The result of linting one file.

    `failed`: the file could not be read, or a rule broke; `snippets`: scripts that ShellCheck has yet to check;
    `fixed`: code, line and title of each fix that was applied; `rejected`: code, line and reason of each that was not;
    `diff`: what the fixes change, if that is to be shown instead of written. A line is that of the text at that time.
    """

    __slots__ = ("diagnostics", "diff", "failed", "file", "fixed", "rejected", "snippets")

    def __init__(
        self,
        file: str,
        diagnostics: list[Diagnostic],
        failed: bool,
        snippets: Sequence[Snippet] = (),
        fixed: Sequence[tuple[str, int, str]] = (),
        rejected: Sequence[tuple[str, int, str]] = (),
        diff: str = "",
    ) -> None:
        self.file = file
        self.diagnostics = diagnostics
        self.failed = failed
        self.snippets = snippets
        self.fixed = fixed
        self.rejected = rejected
        self.diff = diff

    def replace_diagnostics(self, diagnostics: list[Diagnostic]) -> None:
        """Replace the findings, for instance by those that are not in a baseline."""
        self.diagnostics = diagnostics

    def fail(self) -> None:
        """Note that something could not be done with the file, so that the run ends with an error."""
        self.failed = True

    def add_shellcheck(self, found: Sequence[Diagnostic]) -> None:
        """Add the findings of ShellCheck; no snippets are left to check."""
        if found:
            self.diagnostics = sorted([*self.diagnostics, *found], key=lambda d: d.sort_key)
        self.snippets = ()

    def with_fixes(
        self, fixed: Sequence[tuple[str, int, str]], rejected: Sequence[tuple[str, int, str]], diff: str
    ) -> Report:
        """The report on a fixed file, with what was done."""
        return Report(self.file, self.diagnostics, self.failed, self.snippets, fixed, rejected, diff)
