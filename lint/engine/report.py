"""What linting one file gave."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .diagnostic import Diagnostic
    from .snippet import Snippet


class Report:
    """What linting one file gave. `failed` tells that it could not be read or that a rule broke.

    `snippets` are the scripts that ShellCheck is still to see. When the file was repaired, `fixed` holds code,
    line and title of each fix that was applied, `rejected` code, line and reason of each fix that was not, and `diff`
    the difference when it was only to be shown. A line is that of the text at that time.
    """

    __slots__ = ("diagnostics", "diff", "failed", "file", "fixed", "rejected", "snippets")

    def __init__(
        self, file: str, diagnostics: list[Diagnostic], failed: bool, snippets: Sequence[Snippet] = ()
    ) -> None:
        self.file = file
        self.diagnostics = diagnostics
        self.failed = failed
        self.snippets = snippets
        self.fixed: Sequence[tuple[str, int, str]] = ()
        self.rejected: Sequence[tuple[str, int, str]] = ()
        self.diff = ""
